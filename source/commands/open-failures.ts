import type {FlowEvent} from '../flow/events.ts';
import {type Message, positionOf} from '../flow/message.ts';

/**
 * Counts messages that came to an end, each once: held is an end until something is done about it. And remembers
 * whether one ended otherwise than processed or replaced.
 */
export class OpenFailures {
  readonly #held = new Set<string>();
  #final = 0;
  #passed = false;

  take(event: FlowEvent): void {
    switch (event.type) {
      case 'handled':
        event.outcomes.forEach((outcome, index) => {
          if (outcome.status !== 'processed') return;
          this.#final++;
          if (this.#held.size > 0) this.#held.delete(positionOf(event.messages[index]!));
        });
        break;
      case 'held':
        this.#held.add(positionOf(event.message));
        break;
      case 'finished':
        this.#final++;
        this.#held.delete(positionOf(event.message));
        if (event.final !== 'replaced') this.#passed = true;
        break;
      case 'batch-skipped':
        this.#passed = true;
        break;
      default:
        break;
    }
  }

  /** It is tried again by hand. */
  reopen(message: Message): void {
    this.#held.delete(positionOf(message));
  }

  /** How many messages have come to an end. */
  get ended(): number {
    return this.#final + this.#held.size;
  }

  /** A message ended held, skipped or dead-lettered, or a batch that could not be read was skipped. */
  get areThere(): boolean {
    return this.#passed || this.#held.size > 0;
  }
}
