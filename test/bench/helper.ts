import {type ChildProcess, spawn} from 'node:child_process';
import {join} from 'node:path';
import {node} from './program-screen.ts';

/** A process that the bench runs beside the program: it tells what it does by lines, and is killed when it is not needed. */
export class Helper {
  lines: string[] = [];
  readonly #child: ChildProcess;
  #rest = '';

  constructor(script: string, args: readonly string[]) {
    this.#child = spawn(node, [join(import.meta.dirname, script), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {...process.env, NODE_ENV: 'production'},
    });
    process.once('exit', () => this.#child.kill('SIGKILL'));
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      const parts = (this.#rest + text).split('\n');
      this.#rest = parts.pop()!;
      this.lines.push(...parts);
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Resolves at its first line. */
  async ready(): Promise<void> {
    while (this.lines.length === 0) {
      if (this.#child.exitCode !== null) throw new Error(`A helper ended with ${this.#child.exitCode}.`);
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise(resolve => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await ended;
  }
}

export const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));
