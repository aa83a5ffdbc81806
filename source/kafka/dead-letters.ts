import {deadLetterTopic} from '../flow/dead-letter-topic.ts';
import type {Publisher} from '../flow/delivery.ts';
import type {DeadLetterResult} from '../flow/lane.ts';
import type {Message} from '../flow/message.ts';
import type {Failure} from '../flow/outcome.ts';
import {deadLetterHeaders} from './dead-letter-headers.ts';
import {explainError} from './explain-error.ts';
import type {Topics} from './topics.ts';

/**
 * Publishes dead letters: the message's bytes to the same partition of `<topic>-dlt`, which is ensured first with at
 * least as many partitions as the source. Only an acknowledgement counts; everything else comes with a reason,
 * and the message stays held.
 */
export class DeadLetters {
  readonly #topics: Topics;
  readonly #publisher: Publisher;
  readonly #group: string;
  readonly #mayCreate: boolean;
  /** Number of partitions that each dead-letter topic is known to have. */
  readonly #ensured = new Map<string, number>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: {topics: Topics; publisher: Publisher; group: string; mayCreate: boolean}) {
    this.#topics = options.topics;
    this.#publisher = options.publisher;
    this.#group = options.group;
    this.#mayCreate = options.mayCreate;
  }

  async publish(message: Message, failure: Failure): Promise<DeadLetterResult> {
    const topic = deadLetterTopic(message.topic);
    if (!topic) return {status: 'refused', reason: `${message.topic} holds dead letters itself`};
    try {
      const reason = await this.#ensure(topic, message);
      // Somebody may create or enlarge it meanwhile.
      if (reason) return {status: 'failed', reason, retryable: false};
      const {state} = await this.#publisher.publish({
        topic,
        partition: message.partition,
        key: message.key,
        value: message.value,
        headers: deadLetterHeaders(message, failure, this.#group),
      });
      if (state.status === 'acknowledged') {
        return {status: 'acknowledged', where: `${topic} ${state.partition}@${state.offset}`};
      }
      this.#ensured.delete(topic);
      if (state.status === 'failed') {
        const {reason: why, retryable} = state;
        return {status: 'failed', reason: `the dead letter was not written: ${why}`, retryable};
      }
      const why = state.status === 'pending' ? 'still pending' : state.reason;
      return {status: 'unknown', reason: `the dead letter was not acknowledged: ${why}`};
    } catch (error) {
      const {sentence, retryable} = explainError(error, {topic});
      return {status: 'failed', reason: `${topic} cannot be used: ${sentence}`, retryable};
    }
  }

  /** One at a time: partitions that fail at once must not all create or enlarge the topic. */
  #ensure(topic: string, message: Message): Promise<string | null> {
    const ensured = this.#turn.then(() => this.#ensureNow(topic, message));
    this.#turn = ensured.catch(() => {});
    return ensured;
  }

  async #ensureNow(topic: string, message: Message): Promise<string | null> {
    if ((this.#ensured.get(topic) ?? 0) > message.partition) return null;
    const source = await this.#topics.describe(message.topic);
    const needed = source.status === 'exists' ? source.partitions.length : message.partition + 1;
    const before = await this.#topics.describe(topic);
    if (before.status === 'missing' && !this.#mayCreate)
      return `${topic} is not there, and may not be created`;
    const {topic: ensured} = await this.#topics.ensure(topic, {partitions: needed});
    if (ensured.partitions.length < needed) {
      await this.#topics.ensurePartitions(topic, needed);
    }
    this.#ensured.set(topic, needed);
    return null;
  }
}
