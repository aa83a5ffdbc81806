import type {Message} from './message.ts';
import type {Outcome} from './outcome.ts';

/** Consecutive messages of one partition, handed to processing code together so that the handover costs little. */
export type Run = {
  readonly messages: readonly Message[];
  /** 1 for the first attempt; a run of a later attempt holds one message. */
  readonly attempt: number;
  /** Aborted: begin no further message of this run; finish the one in hand. */
  readonly signal: AbortSignal;
  /** The partition's end as the last fetch told it; null: not known. */
  readonly highWatermark: bigint | null;
};

/**
 * Processing code behind one contract (built in, module, command, HTTP).
 *
 * `handle` takes the run's messages strictly in order and stops after the first that failed. It answers one outcome for
 * each message it took: all but the last are `processed`. Fewer outcomes than messages, with none failed, means that
 * it stopped early (asked to, or interrupted through no fault of the message): the rest is dispatched again, and that
 * does not count as an attempt. It never throws and never rejects. It may answer without a promise when it can.
 */
export type Handler = {
  /** What a person calls it: `built in`, `notify.ts`, `python process.py`, `http://localhost:3000/hook`. */
  readonly name: string;
  handle(run: Run): readonly Outcome[] | Promise<readonly Outcome[]>;
  /**
   * Hears when the processing code pauses a partition (true) and lets it go on (false), as KafkaJS's pause() does.
   * Nothing of that partition is dispatched meanwhile. The listener that came last hears, and at once what is paused already.
   */
  onPause?(listener: (partition: number, isPaused: boolean) => void): void;
  /** Ends the processing code within a deadline of its own. */
  close(): Promise<void>;
};
