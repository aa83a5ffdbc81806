import {existsSync, realpathSync} from 'node:fs';
import {basename, dirname, relative, resolve} from 'node:path';
import type {Handler, Run} from '../../flow/handler.ts';
import type {Outcome} from '../../flow/outcome.ts';
import {versionOf} from './file-version.ts';
import type {UsedFile} from './loading/used-files.ts';
import {ProcessingThread} from './processing-thread.ts';
import {WatchedFiles} from './watched-files.ts';

export type ModuleOptions = {
  /** ms that one message may take. */
  readonly timeout: number;
  /** What the person should know: loaded again, cannot be loaded, printed outside of an attempt. */
  onNotice(text: string): void;
};

/**
 * The person's own module (`processMessage`, or KafkaJS's `eachMessage` or `eachBatch`) in a thread of its own, loaded again
 * when its file or any that it imports is saved. While what was saved cannot be loaded, the version before goes on. Rejects
 * with a sentence when it cannot be loaded at first.
 */
export async function createModuleHandler(path: string, options: ModuleOptions): Promise<Handler> {
  const file = resolve(path);
  if (!existsSync(file)) throw new Error(`There is no handler ${path} (looked at ${file}).`);
  const handler = new ModuleHandler(file, options);
  await handler.start();
  return handler;
}

/** One loading of the module: its thread, the files that it is made of, and the partitions that it paused. */
type Version = {
  readonly thread: Promise<ProcessingThread>;
  readonly files: Map<string, UsedFile>;
  readonly paused: Set<number>;
};

class ModuleHandler implements Handler {
  readonly name: string;
  readonly #file: string;
  readonly #options: ModuleOptions;
  readonly #watched: WatchedFiles;
  #pauseListener: (partition: number, isPaused: boolean) => void = () => {};
  #current: Version | null = null;
  #reloading: Promise<void> | null = null;
  #savedMeanwhile: readonly string[] = [];
  #lastProblem = '';
  #closed = false;

  constructor(file: string, options: ModuleOptions) {
    this.name = basename(file);
    this.#file = file;
    this.#options = options;
    this.#watched = new WatchedFiles(saved => this.#saved(saved));
  }

  async start(): Promise<void> {
    this.#current = this.#load();
    try {
      await this.#current.thread;
    } catch (error) {
      this.#watched.close();
      throw error;
    }
  }

  onPause(listener: (partition: number, isPaused: boolean) => void): void {
    this.#pauseListener = listener;
    for (const partition of this.#current?.paused ?? []) listener(partition, true);
  }

  async handle(run: Run): Promise<readonly Outcome[]> {
    if (this.#closed) return [];
    this.#current ??= this.#load();
    const version = this.#current;
    try {
      const thread = await version.thread;
      if (!thread.hasEnded) return await thread.handle(run);
      // It died when it was just loaded.
      if (this.#current === version) this.#current = null;
      return [];
    } catch (error) {
      // It was loaded once and cannot be now: not the message's fault, and the next save may mend it.
      if (this.#current === version) this.#current = null;
      const {message} = error as Error;
      return [{status: 'failed', durationMs: 0, failure: {name: 'handler', message, permanent: false}}];
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watched.close();
    const thread = await this.#current?.thread.catch(() => null);
    await thread?.end();
    await this.#reloading;
  }

  #saved(files: readonly string[]): void {
    if (this.#closed) return;
    this.#savedMeanwhile = [...new Set([...this.#savedMeanwhile, ...files])];
    this.#reloading ??= this.#reloadWhileSaved().finally(() => {
      this.#reloading = null;
    });
  }

  async #reloadWhileSaved(): Promise<void> {
    while (this.#savedMeanwhile.length > 0 && !this.#closed) {
      const files = this.#savedMeanwhile;
      this.#savedMeanwhile = [];
      await this.#reload(files);
    }
  }

  async #reload(saved: readonly string[]): Promise<void> {
    const fresh = this.#load();
    let thread: ProcessingThread;
    try {
      thread = await fresh.thread;
    } catch (error) {
      this.#watched.anyBeside = true;
      const problem = (error as Error).message;
      const isTold = problem === this.#lastProblem && !saved.some(file => fresh.files.has(file));
      this.#lastProblem = problem;
      if (!isTold) this.#options.onNotice(`${problem} The version before goes on.`);
      return;
    }
    if (this.#closed) return thread.end();
    this.#watched.anyBeside = false;
    this.#lastProblem = '';
    const before = this.#current;
    this.#current = fresh;
    this.#watched.keepOnly(fresh.files);
    this.#watched.add(fresh.files.values());
    this.#options.onNotice(this.#sayLoaded(saved));
    if (before) this.#letGoOn(before);
    for (const partition of fresh.paused) this.#tellPause(partition, true);
    const old = await before?.thread.catch(() => null);
    void old?.retire();
  }

  #load(): Version {
    const files = new Map<string, UsedFile>();
    const paused = new Set<number>();
    // Its own name too, which may be a link to what is loaded.
    files.set(this.#file, {file: this.#file, version: versionOf(this.#file)});
    const thread = ProcessingThread.start({
      path: this.#file,
      timeout: this.#options.timeout,
      onNotice: text => this.#options.onNotice(text),
      onUses: used => {
        for (const each of used) files.set(each.file, each);
        // Also of one that cannot be loaded: what is wrong with it may be mended in any of its files.
        this.#watched.add(used);
      },
      onPause: (partition, isPaused) => {
        if (isPaused) paused.add(partition);
        else paused.delete(partition);
        if (this.#current === version) this.#tellPause(partition, isPaused);
      },
      onEnd: () => {
        if (this.#current !== version) return;
        this.#current = null;
        this.#letGoOn(version);
      },
    });
    const version: Version = {thread, files, paused};
    this.#watched.add(files.values());
    return version;
  }

  /** What only an ended thread could let go on, goes on. */
  #letGoOn({paused}: Version): void {
    for (const partition of paused) this.#tellPause(partition, false);
    paused.clear();
  }

  #tellPause(partition: number, isPaused: boolean): void {
    this.#pauseListener(partition, isPaused);
  }

  /** What was saved, as seen from the module's folder. */
  #sayLoaded(saved: readonly string[]): string {
    const real = realPath(this.#file);
    const others = saved.filter(file => file !== this.#file && file !== real);
    if (others.length === 0) return `${this.name} was saved and is loaded anew.`;
    const first = relative(dirname(real), others[0]!);
    const more = saved.length === others.length ? others.length - 1 : others.length;
    const were = more === 0 ? `${first} was` : `${first} and ${more} more were`;
    return `${this.name} was loaded again: ${were} saved.`;
  }
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
