import type {Failure} from '../../flow/outcome.ts';
import type {UsersFunction} from './exported.ts';
import {failureFromError} from './failure-from-error.ts';
import {kafkaJsMessage, type RunReader} from './messages.ts';
import {AttemptOutput, currentAttempt} from './output.ts';
import type {Pauses} from './pauses.ts';
import {type PackedRun, type Progress, stages} from './protocol.ts';
import {isPromise, type Work} from './work.ts';

type Offsets = {topics: {topic: string; partitions: {partition: number; offset: string}[]}[]};

/**
 * Hands a run over as one batch, as KafkaJS does with `eachBatchAutoResolve`: what was resolved is processed, and all of it
 * when the function returns. It differs where bare KafkaJS would pass messages: code that was told to stop, or that
 * paused after it had resolved some, keeps what it did not resolve for later.
 */
export function batchByBatch(eachBatch: UsersFunction, pauses: Pauses): Work {
  return async (run, reader, progress) => {
    const batch = new BatchInHand(run, progress);
    let failure: Failure | null = null;
    let hasPaused = false;
    let wasTold = false;
    const mustStop = () => {
      wasTold ||= progress.mustStop;
      return progress.mustStop;
    };
    const payload = {
      batch: batchOf(run, reader),
      resolveOffset: (offset: string) => batch.resolve(BigInt(offset)),
      heartbeat: async () => progress.beat(),
      pause: () => {
        hasPaused = true;
        return pauses.pause(run.partition);
      },
      commitOffsetsIfNecessary: async (offsets?: Offsets) => batch.committed(offsets),
      uncommittedOffsets: () => batch.uncommitted(),
      isRunning: () => !mustStop(),
      isStale: mustStop,
    };
    if (progress.mustStop || pauses.isPaused(run.partition)) {
      return {handled: 0, failure: null, output: [], unclaimed: undefined};
    }
    progress.stage = stages.inCode;
    try {
      const result = currentAttempt.run(batch.printed, eachBatch, payload);
      if (isPromise(result)) {
        progress.stage = stages.awaiting;
        await result;
      }
      if (!wasTold && !(hasPaused && batch.resolved > 0)) batch.resolveAll();
    } catch (error) {
      if (!pauses.isPaused(run.partition)) failure = failureFromError(error);
    }
    return batch.done(failure);
  };
}

/** How far a batch is resolved, and what was printed meanwhile, which goes to the first message that comes next. */
class BatchInHand {
  readonly printed = new AttemptOutput();
  readonly #run: PackedRun;
  readonly #progress: Progress;
  readonly #output: [number, string][] = [];
  /** Messages resolved, from the first on. */
  resolved = 0;
  #since = performance.now();
  #isOver = false;

  constructor(run: PackedRun, progress: Progress) {
    this.#run = run;
    this.#progress = progress;
  }

  /** As a position: all up to this offset. */
  resolve(offset: bigint): void {
    let count = this.resolved;
    while (count < this.#run.offsets.length && this.#run.offsets[count]! <= offset) count++;
    this.#resolveTo(count);
  }

  resolveAll(): void {
    this.#resolveTo(this.#run.offsets.length);
  }

  /** Offsets that the code commits are resolved: a commit says the next offset. */
  committed(offsets: Offsets | undefined): void {
    for (const {topic, partitions} of offsets?.topics ?? []) {
      for (const {partition, offset} of partitions) {
        const isOurs = topic === this.#run.topic && Number(partition) === this.#run.partition;
        if (isOurs) this.resolve(BigInt(offset) - 1n);
      }
    }
  }

  uncommitted(): Offsets {
    if (this.resolved === 0) return {topics: []};
    const {topic, partition, offsets} = this.#run;
    const offset = (offsets[this.resolved - 1]! + 1n).toString();
    return {topics: [{topic, partitions: [{partition, offset}]}]};
  }

  done(failure: Failure | null) {
    this.#isOver = true;
    const count = this.#run.offsets.length;
    const isFailed = failure !== null && this.resolved < count;
    if (isFailed) this.#progress.setDuration(this.resolved, performance.now() - this.#since);
    const text = this.printed.take();
    const claims = isFailed || (this.resolved === count && count > 0);
    if (text !== undefined && claims) this.#output.push([Math.min(this.resolved, count - 1), text]);
    const late =
      failure && !isFailed
        ? `eachBatch threw when all was resolved: ${failure.name}: ${failure.message}`
        : '';
    return {
      handled: this.resolved + (isFailed ? 1 : 0),
      failure: isFailed ? failure : null,
      output: joined(this.#output),
      unclaimed: [claims ? '' : text, late].filter(Boolean).join('\n') || undefined,
    };
  }

  #resolveTo(count: number): void {
    if (this.#isOver || count <= this.resolved) return;
    const now = performance.now();
    const each = (now - this.#since) / (count - this.resolved);
    const text = this.printed.take();
    if (text !== undefined) this.#output.push([this.resolved, text]);
    for (let index = this.resolved; index < count; index++) this.#progress.finish(index, each);
    this.resolved = count;
    this.#since = now;
  }
}

/** What was printed for one message, in one text. */
function joined(output: readonly (readonly [number, string])[]): [number, string][] {
  const texts = new Map<number, string>();
  for (const [index, text] of output) {
    const before = texts.get(index);
    texts.set(index, before === undefined ? text : `${before}\n${text}`);
  }
  return [...texts];
}

/** KafkaJS's Batch, of the messages that are handed over. */
function batchOf(run: PackedRun, reader: RunReader) {
  const messages = Array.from(run.offsets, (_, index) => kafkaJsMessage(run, reader, index));
  const first = run.offsets[0]!;
  const last = run.offsets[run.offsets.length - 1]!;
  const end = run.highWatermark ?? last + 1n;
  return {
    topic: run.topic,
    partition: run.partition,
    highWatermark: end.toString(),
    fetchedOffset: first.toString(),
    messages,
    rawMessages: messages,
    messagesWithinOffset: messages,
    isEmpty: () => false,
    isEmptyIncludingFiltered: () => false,
    isEmptyDueToFiltering: () => false,
    isEmptyControlRecord: () => false,
    isEmptyDueToLogCompactedMessages: () => false,
    firstOffset: () => first.toString(),
    lastOffset: () => last.toString(),
    offsetLag: () => (end - 1n - last).toString(),
    offsetLagLow: () => (end - 1n - first).toString(),
  };
}
