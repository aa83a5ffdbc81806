import type {Message} from '../../flow/message.ts';
import {readRetained} from '../../kafka/retained-messages.ts';
import type {Position} from '../../session/workbench.ts';
import {type RedriveRun, type RunParts, redriveHandler, type Summary, summaryOf} from './redrive-run.ts';

/**
 * Redrives the chosen dead letters, in order of partition and offset: each is read again, so that its bytes are those of
 * the topic. One that fails holds what was chosen behind it in its partition, as in a redrive of all.
 */
export function redriveChosen(parts: RunParts, chosen: readonly Position[]): RedriveRun {
  const run = new ChosenRun(parts, chosen);
  return {
    ended: run.run(),
    pause: () => run.pause(),
    resume: () => run.resume(),
    cancel: () => run.cancel(),
  };
}

class ChosenRun {
  readonly #parts: RunParts;
  readonly #chosen: readonly Position[];
  readonly #stop = new AbortController();
  readonly #counts = {redriven: 0, before: 0, failed: 0, unknown: 0};
  #inHand: Promise<unknown> = Promise.resolve();
  #gate: {readonly opened: Promise<void>; open(): void} | null = null;

  constructor(parts: RunParts, chosen: readonly Position[]) {
    this.#parts = parts;
    this.#chosen = chosen;
  }

  async run(): Promise<Summary> {
    const {redrive} = this.#parts;
    const total = this.#chosen.length;
    redrive.setState({status: 'running', what: 'chosen', paused: false, ending: false, done: 0, total});
    const partitions = [...new Set(this.#chosen.map(({partition}) => partition))];
    for (const partition of partitions.sort((left, right) => left - right)) {
      if (this.#stop.signal.aborted) break;
      const its = this.#chosen.filter(each => each.partition === partition);
      await this.#partition(partition, new Map(its.map(each => [each.offset, each])));
    }
    return summaryOf(redrive.to, total, this.#counts);
  }

  pause(): void {
    const {redrive} = this.#parts;
    if (redrive.state.status !== 'running' || this.#gate) return;
    let open = () => {};
    const opened = new Promise<void>(resolve => {
      open = resolve;
    });
    this.#gate = {opened, open};
    redrive.setState({...redrive.state, paused: true});
  }

  resume(): void {
    const {redrive} = this.#parts;
    this.#gate?.open();
    this.#gate = null;
    if (redrive.state.status === 'running') redrive.setState({...redrive.state, paused: false});
  }

  cancel(): void {
    const {redrive} = this.#parts;
    if (redrive.state.status === 'running') redrive.setState({...redrive.state, ending: true});
    this.#stop.abort();
    this.#gate?.open();
  }

  async #partition(partition: number, wanted: Map<bigint, Position>): Promise<void> {
    const {client, redrive} = this.#parts;
    const handler = redriveHandler(this.#parts);
    const {signal} = this.#stop;
    /** Ends the reading; nothing that is in hand. */
    const enough = new AbortController();
    const endReading = () => void this.#inHand.then(() => enough.abort());
    signal.addEventListener('abort', endReading, {once: true});
    const take = async (messages: readonly Message[]) => {
      for (const message of messages) {
        // Of another time: the topic was made again, and what was chosen is gone.
        if (wanted.get(message.offset)?.timestamp !== message.timestamp) continue;
        await this.#gate?.opened;
        if (signal.aborted) return;
        wanted.delete(message.offset);
        const sent = Promise.resolve(
          handler.handle({messages: [message], attempt: 1, highWatermark: null, signal}),
        );
        this.#inHand = sent;
        const [outcome] = await sent;
        if (!outcome) return;
        redrive.step();
        const {status} = redrive.resultOf(message);
        if (status === 'redriven' || status === 'failed' || status === 'unknown') this.#counts[status]++;
        if (outcome.status === 'failed') wanted.clear();
      }
      if (wanted.size === 0) enough.abort();
    };
    const offsets = [...wanted.keys()].sort((left, right) => (left < right ? -1 : 1));
    const reading = {client, topic: redrive.topic, partitions: [partition], progress() {}, take};
    const from = {from: 'offset', offset: offsets[0]!} as const;
    const how = await readRetained({...reading, from, signal: enough.signal});
    signal.removeEventListener('abort', endReading);
    if (how !== 'complete') return;
    for (const letter of wanted.values()) {
      this.#counts.failed++;
      redrive.setResult(letter, {status: 'failed', reason: `it no longer exists in ${redrive.topic}`});
    }
  }
}
