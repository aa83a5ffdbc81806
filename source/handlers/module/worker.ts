/**
 * The thread in which a person's module runs. It takes runs, hands them to the module's function, strictly in order within
 * a run, and tells what came of it. Runs of different partitions interleave where the code awaits, as in a real
 * consumer. Nothing the module does may end more than its own attempt.
 */
import module from 'node:module';
import process from 'node:process';
import {parentPort, workerData} from 'node:worker_threads';
import {batchByBatch} from './each-batch.ts';
import {findExported, type UsersFunction} from './exported.ts';
import {failureFromError} from './failure-from-error.ts';
import {loadModule, sayWhyNot} from './loading/load.ts';
import {isNodesRefusal} from './loading/loader.ts';
import {UsedFiles} from './loading/used-files.ts';
import {RunReader} from './messages.ts';
import {asEachMessage, asProcessMessage, messageByMessage} from './one-message.ts';
import {captureOutput} from './output.ts';
import {Pauses} from './pauses.ts';
import {
  type FromWorker,
  type PackedRun,
  Progress,
  type Style,
  stages,
  type ToWorker,
  type WorkerStart,
} from './protocol.ts';
import type {Work} from './work.ts';

const port = parentPort!;
const tell = (message: FromWorker) => port.postMessage(message);
const notice = (text: string) => tell({type: 'notice', text});
const controllers = new Map<number, AbortController>();
const pauses = new Pauses((type, partition) => tell({type, partition}));
const used = new UsedFiles(files => tell({type: 'uses', files}));

class ExitRequested extends Error {
  override readonly name = 'exit';
}

captureOutput(text => notice(text.trimEnd()));
process.exit = (code?: number | string | null) => {
  throw new ExitRequested(`the handler called process.exit(${code ?? ''})`);
};
process.on('unhandledRejection', reason => {
  notice(`A promise was rejected and nobody listened: ${sayFailure(reason)}`);
});
process.on('uncaughtException', error => {
  notice(`An error outside of any attempt: ${sayFailure(error)}`);
});

const start = workerData as WorkerStart;
const {loader, compiled} = start;
if (compiled) module.enableCompileCache?.(compiled);
// Of what the person's own compiler made, the lines are those of the source.
module.setSourceMapsSupport?.(true, {nodeModules: false, generatedCode: false});
used.watchNode(new URL('.', import.meta.url).href);
try {
  const {style, call} = findExported(await loadModule(start, used));
  const work = workOf(style, call);
  port.on('message', (message: ToWorker) => {
    if (message.type === 'run') void take(message, work);
    else controllers.get(message.id)?.abort();
  });
  used.tellNow();
  tell({type: 'loaded', style});
  if (compiled) module.flushCompileCache?.();
} catch (error) {
  used.tellNow();
  tell({
    type: 'load-failed',
    reason: sayWhyNot(error),
    refused: loader === 'node' && isNodesRefusal(error),
  });
}

function workOf(style: Style, call: UsersFunction): Work {
  switch (style) {
    case 'processMessage':
      return messageByMessage(asProcessMessage(call), pauses);
    case 'eachMessage':
      return messageByMessage(asEachMessage(call, pauses), pauses);
    case 'eachBatch':
      return batchByBatch(call, pauses);
  }
}

async function take(run: PackedRun, work: Work): Promise<void> {
  const progress = new Progress(run.progress);
  const controller = new AbortController();
  controllers.set(run.id, controller);
  const {handled, failure, output, unclaimed} = await work(
    run,
    new RunReader(run),
    progress,
    controller.signal,
  );
  progress.stage = stages.waiting;
  controllers.delete(run.id);
  if (unclaimed !== undefined) notice(unclaimed);
  tell({type: 'done', id: run.id, handled, failure, output});
}

function sayFailure(thrown: unknown): string {
  const {name, message, where} = failureFromError(thrown);
  return `${name}: ${message}${where ? ` (${where})` : ''}`;
}
