import {Worker} from 'node:worker_threads';
import type {Run} from '../../flow/handler.ts';
import type {Failure, Outcome} from '../../flow/outcome.ts';
import {compiledFolder} from './compiled-folder.ts';
import {type Loader, loadersFor} from './loading/loader.ts';
import type {UsedFile} from './loading/used-files.ts';
import {packRun} from './pack-run.ts';
import {type FromWorker, Progress, type Style, stages, type WorkerStart} from './protocol.ts';

export type ThreadOptions = {
  readonly path: string;
  /** ms that one message may take. */
  readonly timeout: number;
  onNotice(text: string): void;
  /** The module is made of these too; also of one that cannot be loaded. */
  onUses(files: readonly UsedFile[]): void;
  /** The code paused a partition (true), or let it go on (false). */
  onPause(partition: number, isPaused: boolean): void;
  /** The thread is of no use any more; another must be started. */
  onEnd(): void;
};

type InHand = {
  readonly id: number;
  readonly run: Run;
  readonly progress: Progress;
  readonly answer: (outcomes: readonly Outcome[]) => void;
  /** The message that was in hand at the last look, the code's signs of life until then, and since when. */
  index: number;
  beats: number;
  since: number;
};

/** A large project on a busy machine takes its time to be compiled. */
const loadDeadline = 30_000;
/** How often runs in hand are looked at, in ms; a timeout is noticed that much late at most. */
const lookInterval = 100;

/** `worker.ts` beside the source, `handler-worker.js` beside the bundle. */
const entry = new URL(
  import.meta.url.endsWith('.ts') ? './worker.ts' : './handler-worker.js',
  import.meta.url,
);

/** One worker with the person's module in it, seen from outside. */
export class ProcessingThread {
  readonly #options: ThreadOptions;
  readonly #worker: Worker;
  readonly #inHand = new Map<number, InHand>();
  #count = 0;
  #look: NodeJS.Timeout | null = null;
  #ended = false;
  #ending = false;
  #style: Style = 'processMessage';

  private constructor(options: ThreadOptions, loader: Loader) {
    this.#options = options;
    const workerData: WorkerStart = {path: options.path, loader, compiled: compiledFolder()};
    this.#worker = new Worker(entry, {
      workerData,
      stdout: true,
      stderr: true,
      // The program's own flags (a test runner's, a loader's) are not the module's.
      execArgv: ['--disable-warning=ExperimentalWarning', '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'],
    });
    for (const stream of [this.#worker.stdout, this.#worker.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => options.onNotice(text.trimEnd()));
    }
    this.#worker.on('error', error => this.#died(`the processing thread died: ${(error as Error).message}`));
    this.#worker.on('exit', () => this.#died('the processing thread ended'));
  }

  /** Resolves when the module is loaded; rejects with a sentence when it cannot be, or not in time. */
  static async start(options: ThreadOptions): Promise<ProcessingThread> {
    const [first, ...others] = loadersFor(options.path);
    let refusal: Refusal | null = null;
    for (const loader of [first, ...others]) {
      try {
        return await ProcessingThread.#startWith(loader, options);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        refusal ??= error;
      }
    }
    throw refusal;
  }

  static async #startWith(loader: Loader, options: ThreadOptions): Promise<ProcessingThread> {
    const thread = new ProcessingThread(options, loader);
    try {
      await thread.#loaded();
    } catch (error) {
      await thread.end();
      throw error;
    }
    thread.#worker.on('message', (message: FromWorker) => thread.#hear(message));
    return thread;
  }

  get style(): Style {
    return this.#style;
  }

  /** It takes no more runs. */
  get hasEnded(): boolean {
    return this.#ended;
  }

  handle(run: Run): Promise<readonly Outcome[]> {
    if (this.#ended) return Promise.resolve([]);
    return new Promise(resolve => {
      const id = ++this.#count;
      const progress = new Progress(run.messages.length);
      const stop = () => progress.stop();
      if (run.signal.aborted) stop();
      else run.signal.addEventListener('abort', stop, {once: true});
      const answer = (outcomes: readonly Outcome[]) => {
        run.signal.removeEventListener('abort', stop);
        this.#inHand.delete(id);
        resolve(outcomes);
      };
      this.#inHand.set(id, {id, run, progress, answer, index: 0, beats: 0, since: performance.now()});
      this.#worker.postMessage(packRun(id, run, progress));
      this.#look ??= setInterval(() => this.#lookAtTime(), lookInterval).unref();
    });
  }

  /** Ends when the messages in hand are done; what follows them in their runs is not begun. */
  async retire(): Promise<void> {
    for (const {progress} of this.#inHand.values()) progress.stop();
    while (this.#inHand.size > 0 && !this.#ended) await new Promise(resolve => setTimeout(resolve, 20));
    await this.end();
  }

  async end(): Promise<void> {
    this.#ending = true;
    if (this.#look) clearInterval(this.#look);
    this.#look = null;
    await this.#worker.terminate();
  }

  #loaded(): Promise<void> {
    return new Promise((resolve, reject) => {
      const sentence = (reason: string) => `${this.#options.path} cannot be used: ${reason}.`;
      const fail = (reason: string) => reject(new Error(sentence(reason)));
      const timer = setTimeout(() => fail(`it was not loaded within ${loadDeadline / 1000} s`), loadDeadline);
      this.#worker.once('exit', () => fail('its thread ended while it was loaded'));
      const hear = (message: FromWorker) => {
        this.#hear(message);
        if (message.type !== 'loaded' && message.type !== 'load-failed') return;
        clearTimeout(timer);
        this.#worker.off('message', hear);
        if (message.type === 'loaded') {
          this.#style = message.style;
          resolve();
        } else if (message.refused) reject(new Refusal(sentence(message.reason)));
        else fail(message.reason);
      };
      this.#worker.on('message', hear);
    });
  }

  #hear(message: FromWorker): void {
    switch (message.type) {
      case 'notice':
        this.#options.onNotice(message.text);
        break;
      case 'uses':
        this.#options.onUses(message.files);
        break;
      case 'paused':
      case 'resumed':
        if (!this.#ended) this.#options.onPause(message.partition, message.type === 'paused');
        break;
      case 'done':
        this.#done(message);
        break;
      case 'loaded':
      case 'load-failed':
        break;
    }
  }

  #done(message: Extract<FromWorker, {type: 'done'}>): void {
    const inHand = this.#inHand.get(message.id);
    if (!inHand) return;
    const printed = new Map(message.output);
    const outcomes: Outcome[] = [];
    const succeeded = message.failure ? message.handled - 1 : message.handled;
    for (let index = 0; index < succeeded; index++) {
      outcomes.push(processed(inHand.progress.duration(index), printed.get(index)));
    }
    if (message.failure) {
      const output = printed.get(succeeded);
      const durationMs = inHand.progress.duration(succeeded);
      outcomes.push({
        status: 'failed',
        durationMs,
        failure: message.failure,
        ...(output !== undefined && {output}),
      });
    }
    inHand.answer(outcomes);
  }

  /** Finds messages that take too long. Code that awaits is left behind; code that blocks costs the thread. */
  #lookAtTime(): void {
    const now = performance.now();
    const late: InHand[] = [];
    for (const inHand of this.#inHand.values()) {
      const {finished, stage, beats} = inHand.progress;
      if (inHand.index !== finished || inHand.beats !== beats || stage === stages.waiting) {
        inHand.index = finished;
        inHand.beats = beats;
        inHand.since = now;
      } else if (now - inHand.since > this.#options.timeout) late.push(inHand);
    }
    const blocking = late.find(inHand => inHand.progress.stage === stages.inCode);
    if (blocking) {
      this.#options.onNotice('The handler blocked its thread, which was ended and started anew.');
      this.#endBecause(blocking, this.#timeout('it was blocking its thread'));
      return;
    }
    for (const inHand of late) {
      inHand.progress.stop();
      this.#worker.postMessage({type: 'abandon', id: inHand.id});
      inHand.answer(this.#outcomesUpTo(inHand, this.#timeout('its promise was not settled')));
    }
  }

  #timeout(how: string): Failure {
    const seconds = this.#options.timeout / 1000;
    return {name: 'timeout', message: `no answer within ${seconds} s: ${how}`, permanent: false};
  }

  #died(reason: string): void {
    if (this.#ended || this.#ending) {
      this.#ended = true;
      for (const inHand of [...this.#inHand.values()]) inHand.answer(this.#outcomesUpTo(inHand, null));
      return;
    }
    const culprit = [...this.#inHand.values()].find(inHand => inHand.progress.stage === stages.inCode);
    const first = culprit ?? [...this.#inHand.values()][0];
    this.#options.onNotice(`${reason}; it is started anew.`);
    this.#endBecause(first, {name: 'died', message: reason, permanent: false});
  }

  /** One message is to blame; the other runs were only interrupted, and are dispatched again. */
  #endBecause(culprit: InHand | undefined, failure: Failure): void {
    this.#ended = true;
    for (const inHand of [...this.#inHand.values()]) {
      inHand.answer(this.#outcomesUpTo(inHand, inHand === culprit ? failure : null));
    }
    void this.end();
    this.#options.onEnd();
  }

  /** What was finished counts, although the thread can tell no more. */
  #outcomesUpTo({progress, since}: InHand, failure: Failure | null): Outcome[] {
    const outcomes: Outcome[] = [];
    for (let index = 0; index < progress.finished; index++) {
      outcomes.push(processed(progress.duration(index), undefined));
    }
    if (failure) outcomes.push({status: 'failed', durationMs: performance.now() - since, failure});
    return outcomes;
  }
}

function processed(durationMs: number, output: string | undefined): Outcome {
  return output === undefined ? {status: 'processed', durationMs} : {status: 'processed', durationMs, output};
}

/** Node would not load the module; another loader may. */
class Refusal extends Error {}
