import type {Failure} from '../../flow/outcome.ts';
import type {Loader} from './loading/loader.ts';
import type {UsedFile} from './loading/used-files.ts';

/** Which of the functions the module exports. */
export type Style = 'processMessage' | 'eachMessage' | 'eachBatch';

/** What the worker is started with. */
export type WorkerStart = {
  readonly path: string;
  readonly loader: Loader;
  /** A folder of the person's own where what was compiled is kept, by us and by V8; null: nowhere. */
  readonly compiled: string | null;
};

/**
 * A run on its way to the worker: the bytes of all its messages in one block, so that handing over hundreds costs about
 * as much as one.
 */
export type PackedRun = {
  readonly type: 'run';
  readonly id: number;
  readonly attempt: number;
  readonly topic: string;
  readonly partition: number;
  readonly highWatermark: bigint | null;
  readonly offsets: BigInt64Array;
  readonly timestamps: Float64Array;
  /** −1: null. */
  readonly keyLengths: Int32Array;
  readonly valueLengths: Int32Array;
  /** Of each message the key, the value, and of each header the name and the value, one after the other. */
  readonly bytes: Uint8Array;
  /** null where no message of the run has a header. */
  readonly headers: PackedHeaders | null;
  readonly progress: SharedArrayBuffer;
};

/** How many headers each message has, and how long the name and the value of each are; −1: null. */
export type PackedHeaders = {readonly counts: Int32Array; readonly lengths: Int32Array};

export type ToWorker = PackedRun | {readonly type: 'abandon'; readonly id: number};

export type FromWorker =
  | {readonly type: 'loaded'; readonly style: Style}
  /** `refused`: by Node, before the module's own code could fail; another loader may take it. */
  | {readonly type: 'load-failed'; readonly reason: string; readonly refused: boolean}
  /** Files that the module is made of, which were not told before. */
  | {readonly type: 'uses'; readonly files: readonly UsedFile[]}
  /** The code paused a partition, or let it go on. */
  | {readonly type: 'paused' | 'resumed'; readonly partition: number}
  | {
      readonly type: 'done';
      readonly id: number;
      /** How many messages were taken; the last of them failed where `failure` is set. */
      readonly handled: number;
      readonly failure: Failure | null;
      /** What was printed, by index within the run. */
      readonly output: readonly (readonly [number, string])[];
    }
  | {readonly type: 'notice'; readonly text: string};

/** Where the code of the worker is with a run. */
export const stages = {waiting: 0, inCode: 1, awaiting: 2} as const;

/**
 * What both sides see of a run while it goes on, in shared memory: so that what was finished before the worker died
 * still counts, and a worker that blocks can be looked at.
 */
export class Progress {
  readonly shared: SharedArrayBuffer;
  readonly #counters: Int32Array;
  readonly #durations: Float64Array;

  constructor(source: SharedArrayBuffer | number) {
    this.shared = typeof source === 'number' ? new SharedArrayBuffer(16 + 8 * source) : source;
    this.#counters = new Int32Array(this.shared, 0, 4);
    this.#durations = new Float64Array(this.shared, 16);
  }

  /** Messages finished with success. */
  get finished(): number {
    return Atomics.load(this.#counters, 0);
  }

  finish(index: number, durationMs: number): void {
    this.#durations[index] = durationMs;
    Atomics.store(this.#counters, 0, index + 1);
  }

  duration(index: number): number {
    return this.#durations[index]!;
  }

  setDuration(index: number, durationMs: number): void {
    this.#durations[index] = durationMs;
  }

  get mustStop(): boolean {
    return Atomics.load(this.#counters, 1) === 1;
  }

  stop(): void {
    Atomics.store(this.#counters, 1, 1);
  }

  /** Signs of life of code that has many messages in hand. */
  get beats(): number {
    return Atomics.load(this.#counters, 3);
  }

  beat(): void {
    Atomics.add(this.#counters, 3, 1);
  }

  get stage(): number {
    return Atomics.load(this.#counters, 2);
  }

  set stage(stage: number) {
    Atomics.store(this.#counters, 2, stage);
  }
}
