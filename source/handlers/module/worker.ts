/**
 * The thread in which a person's module runs. It takes runs, calls the module's function message by message, strictly in
 * order within a run, and tells what came of it. Runs of different partitions interleave where the code awaits, as in a
 * real consumer. Nothing the module does may end more than its own attempt.
 */
import process from 'node:process';
import {pathToFileURL} from 'node:url';
import {parentPort, workerData} from 'node:worker_threads';
import type {Failure} from '../../flow/outcome.ts';
import {decodeJson} from '../decode.ts';
import {failureFromError} from './failure-from-error.ts';
import {
  type HandlerContext,
  type HandlerMessage,
  type KafkaJsMessage,
  kafkaJsHeaders,
  RunReader,
  readableHeaders,
  textOrBytes,
} from './messages.ts';
import {AttemptOutput, captureOutput, currentAttempt} from './output.ts';
import {
  type FromWorker,
  type PackedRun,
  Progress,
  stages,
  type ToWorker,
  type WorkerStart,
} from './protocol.ts';

type ProcessMessage = (message: HandlerMessage, context: HandlerContext) => unknown;
type EachMessage = (payload: {
  topic: string;
  partition: number;
  message: KafkaJsMessage;
  heartbeat: () => Promise<void>;
  pause: () => () => void;
}) => unknown;

/** Calls the person's function for one message; `value` was decoded already where the style wants it. */
type Call = (run: PackedRun, reader: RunReader, index: number, controller: AbortController) => unknown;

const port = parentPort!;
const tell = (message: FromWorker) => port.postMessage(message);
const controllers = new Map<number, AbortController>();

class ExitRequested extends Error {
  override readonly name = 'exit';
}

captureOutput(text => tell({type: 'notice', text: text.trimEnd()}));
process.exit = (code?: number | string | null) => {
  throw new ExitRequested(`the handler called process.exit(${code ?? ''})`);
};
process.on('unhandledRejection', reason => {
  const {name, message, where} = failureFromError(reason);
  tell({
    type: 'notice',
    text: `A promise was rejected and nobody listened: ${name}: ${message}${where ? ` (${where})` : ''}`,
  });
});
process.on('uncaughtException', error => {
  const {name, message, where} = failureFromError(error);
  tell({
    type: 'notice',
    text: `An error outside of any attempt: ${name}: ${message}${where ? ` (${where})` : ''}`,
  });
});

try {
  const {path} = workerData as WorkerStart;
  const loaded = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  const {style, call} = callOf(loaded);
  port.on('message', (message: ToWorker) => {
    if (message.type === 'run') void work(message, call);
    else controllers.get(message.id)?.abort();
  });
  tell({type: 'loaded', style});
} catch (error) {
  const {name, message, stack} = error instanceof Error ? error : new Error(String(error));
  // A syntax error's place stands in the first line of its stack, before the message.
  const place = name === 'SyntaxError' ? ` (${stack?.split('\n', 1)[0]?.replace(/^file:\/\//, '')})` : '';
  tell({type: 'load-failed', reason: `${message.split('\n', 1)[0]}${place}`});
}

async function work(run: PackedRun, call: Call): Promise<void> {
  const progress = new Progress(run.progress);
  const reader = new RunReader(run);
  const controller = new AbortController();
  controllers.set(run.id, controller);
  const output: [number, string][] = [];
  let failure: Failure | null = null;
  let index = 0;
  while (index < run.offsets.length && !progress.mustStop) {
    const printed = new AttemptOutput();
    const began = performance.now();
    progress.stage = stages.inCode;
    try {
      const result = currentAttempt.run(printed, call, run, reader, index, controller);
      if (isPromise(result)) {
        progress.stage = stages.awaiting;
        await result;
      }
    } catch (error) {
      failure = error instanceof FailureFound ? error.failure : failureFromError(error);
    }
    if (printed.text !== undefined) output.push([index, printed.text]);
    index++;
    if (failure) {
      progress.setDuration(index - 1, performance.now() - began);
      break;
    }
    progress.finish(index - 1, performance.now() - began);
  }
  progress.stage = stages.waiting;
  controllers.delete(run.id);
  tell({type: 'done', id: run.id, handled: index, failure, output});
}

/** A failure that was found before the person's code was called. */
class FailureFound extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

function callOf(loaded: Record<string, unknown>): {style: 'processMessage' | 'eachMessage'; call: Call} {
  const exported = {...(loaded.default as Record<string, unknown> | undefined), ...loaded};
  const {processMessage, eachMessage} = exported;
  if (typeof processMessage === 'function' && typeof eachMessage === 'function') {
    throw new Error('it exports both processMessage and eachMessage; keep the one that is meant');
  }
  if (typeof processMessage === 'function') {
    return {style: 'processMessage', call: asProcessMessage(processMessage as ProcessMessage)};
  }
  if (typeof eachMessage === 'function') {
    return {style: 'eachMessage', call: asEachMessage(eachMessage as EachMessage)};
  }
  throw new Error('it exports neither processMessage(message, context) nor eachMessage(payload)');
}

function asProcessMessage(processMessage: ProcessMessage): Call {
  return (run, reader, index, controller) => {
    const {key, value} = reader.next(index);
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
      headers: readableHeaders(reader.headers(index)),
    };
    const context = {attempt: run.attempt, signal: controller.signal, log: console.log};
    return processMessage(message, context);
  };
}

function asEachMessage(eachMessage: EachMessage): Call {
  return (run, reader, index) => {
    const {key, value} = reader.next(index);
    return eachMessage({
      topic: run.topic,
      partition: run.partition,
      message: {
        magicByte: 2,
        attributes: 0,
        timestamp: String(run.timestamps[index]!),
        offset: run.offsets[index]!.toString(),
        key,
        value,
        headers: kafkaJsHeaders(reader.headers(index)),
        isControlRecord: false,
      },
      // Membership is kept by the main thread, whatever the code does.
      heartbeat: async () => {},
      pause() {
        console.log('pause() has no effect here: hold the partition by throwing');
        return () => {};
      },
    });
  };
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as {then?: unknown} | null | undefined)?.then === 'function';
}
