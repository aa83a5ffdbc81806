import type {Failure} from '../../flow/outcome.ts';
import {headersByName} from '../../payload/header-shapes.ts';
import {decodeJson} from '../decode.ts';
import type {UsersFunction} from './exported.ts';
import {failureFromError} from './failure-from-error.ts';
import {type HandlerMessage, kafkaJsMessage, type RunReader, textOrBytes} from './messages.ts';
import {AttemptOutput, currentAttempt} from './output.ts';
import type {Pauses} from './pauses.ts';
import {type PackedRun, stages} from './protocol.ts';
import {isPromise, type Work, type WorkDone} from './work.ts';

/** Calls the person's function for message `index`. */
type Call = (run: PackedRun, reader: RunReader, index: number, signal: AbortSignal) => unknown;

/** Takes a run message by message, up to the first that fails, or until asked to stop or paused. */
export function messageByMessage(call: Call, pauses: Pauses): Work {
  return async (run, reader, progress, signal) => {
    const output: [number, string][] = [];
    let failure: Failure | null = null;
    let index = 0;
    while (index < run.offsets.length && !progress.mustStop && !pauses.isPaused(run.partition)) {
      const printed = new AttemptOutput();
      const began = performance.now();
      progress.stage = stages.inCode;
      try {
        const result = currentAttempt.run(printed, call, run, reader, index, signal);
        if (isPromise(result)) {
          progress.stage = stages.awaiting;
          await result;
        }
      } catch (error) {
        // KafkaJS's way to put a message off: pause, throw, and have it again when the partition goes on.
        if (pauses.isPaused(run.partition)) return putOff(index, output, printed);
        failure = error instanceof FailureFound ? error.failure : failureFromError(error);
      }
      const {text} = printed;
      if (text !== undefined) output.push([index, text]);
      index++;
      if (failure) {
        progress.setDuration(index - 1, performance.now() - began);
        break;
      }
      progress.finish(index - 1, performance.now() - began);
    }
    return {handled: index, failure, output, unclaimed: undefined};
  };
}

function putOff(handled: number, output: [number, string][], printed: AttemptOutput): WorkDone {
  return {handled, failure: null, output, unclaimed: printed.text};
}

/** A failure that was found before the person's code was called. */
class FailureFound extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

export function asProcessMessage(processMessage: UsersFunction): Call {
  return (run, reader, index, signal) => {
    const {key, value, headers} = reader.next(index);
    const decoded = value === null ? {value: null} : decodeJson(value);
    if ('failure' in decoded) throw new FailureFound(decoded.failure);
    const message: HandlerMessage = {
      topic: run.topic,
      partition: run.partition,
      offset: run.offsets[index]!.toString(),
      timestamp: run.timestamps[index]!,
      key: textOrBytes(key),
      value: decoded.value,
      raw: value,
      headers: headersByName(headers, textOrBytes),
      headerList: headers.map(header => ({name: header.name, value: textOrBytes(header.value)})),
    };
    return processMessage(message, {attempt: run.attempt, signal, log: console.log});
  };
}

export function asEachMessage(eachMessage: UsersFunction, pauses: Pauses): Call {
  return (run, reader, index) =>
    eachMessage({
      topic: run.topic,
      partition: run.partition,
      message: kafkaJsMessage(run, reader, index),
      // Membership is kept by the main thread, whatever the code does.
      heartbeat: async () => {},
      pause: () => pauses.pause(run.partition),
    });
}
