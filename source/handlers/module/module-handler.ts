import {existsSync, type FSWatcher, statSync, watch} from 'node:fs';
import {basename, dirname, resolve} from 'node:path';
import type {Handler, Run} from '../../flow/handler.ts';
import {ProcessingThread} from './processing-thread.ts';

export type ModuleOptions = {
  /** ms that one message may take. */
  readonly timeout: number;
  /** What the person should know: loaded anew, cannot be loaded, printed outside of an attempt. */
  onNotice(text: string): void;
};

/** An editor writes a file in several steps; it is loaded when it was left alone this long, in ms. */
const quiet = 80;

/**
 * The person's own module (`processMessage` or KafkaJS's `eachMessage`) in a thread of its own, loaded anew when its file
 * is saved. While what was saved cannot be loaded, the version before goes on. Rejects with a sentence when it cannot be
 * loaded at first.
 */
export async function createModuleHandler(path: string, options: ModuleOptions): Promise<Handler> {
  const file = resolve(path);
  if (!existsSync(file)) throw new Error(`There is no handler ${path} (looked at ${file}).`);
  const handler = new ModuleHandler(file, options);
  await handler.start();
  return handler;
}

class ModuleHandler implements Handler {
  readonly name: string;
  readonly #file: string;
  readonly #options: ModuleOptions;
  #thread: Promise<ProcessingThread> | null = null;
  #watcher: FSWatcher | null = null;
  #timer: NodeJS.Timeout | undefined;
  #version = '';
  #closed = false;

  constructor(file: string, options: ModuleOptions) {
    this.name = basename(file);
    this.#file = file;
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#version = versionOf(this.#file);
    this.#thread = this.#newThread();
    await this.#thread;
    // The folder, not the file: editors replace it.
    this.#watcher = watch(dirname(this.#file), {persistent: false}, (_, name) => {
      if (name !== null && name !== basename(this.#file)) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#reload(), quiet);
    });
  }

  async handle(run: Run) {
    if (this.#closed) return [];
    this.#thread ??= this.#newThread();
    try {
      return await (await this.#thread).handle(run);
    } catch (error) {
      // It was loaded once and cannot be now: not the message's fault, and the next save may mend it.
      this.#thread = null;
      const message = (error as Error).message;
      return [
        {status: 'failed', durationMs: 0, failure: {name: 'handler', message, permanent: false}},
      ] as const;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#watcher?.close();
    const thread = await this.#thread?.catch(() => null);
    await thread?.end();
  }

  async #reload(): Promise<void> {
    const version = versionOf(this.#file);
    if (this.#closed || version === '' || version === this.#version) return;
    this.#version = version;
    try {
      const fresh = this.#newThread();
      await fresh;
      const before = await this.#thread?.catch(() => null);
      this.#thread = fresh;
      this.#options.onNotice(`${this.name} was saved and is loaded anew.`);
      await before?.retire();
    } catch (error) {
      this.#options.onNotice(`${(error as Error).message} The version before goes on.`);
    }
  }

  #newThread(): Promise<ProcessingThread> {
    const thread = ProcessingThread.start({
      path: this.#file,
      timeout: this.#options.timeout,
      onNotice: text => this.#options.onNotice(text),
      onEnd: () => {
        if (this.#thread === thread) this.#thread = null;
      },
    });
    return thread;
  }
}

/** Changes when the file does; empty while it is not there. */
function versionOf(file: string): string {
  try {
    const {mtimeMs, size, ino} = statSync(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return '';
  }
}
