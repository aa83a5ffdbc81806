import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process';
import {endProgram, inOwnGroup} from './end-program.ts';

/** An answer is a short line; more than this without a line end is nonsense, in characters. */
const longestLine = 1_000_000;
/** After the program ended, what it started may hold its output open: it is waited for so long, in ms. */
const outputGraceMs = 200;
/** How long the program may take to end after its input did, in ms. */
const endGraceMs = 2000;

export type LineProgramPorts = {
  /** Whole lines, as they came together. */
  lines(lines: readonly string[]): void;
  errors(chunk: Buffer): void;
  /** Once. `rest` is a line that it began and did not end. */
  ended(how: string, rest: string): void;
};

/** A running program that is spoken to by lines. */
export class LineProgram {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ports: LineProgramPorts;
  #rest = '';
  #ended = false;

  /** Starts it; when that fails, `ended` tells why, later. May throw when the system refuses at once. */
  constructor(program: readonly string[], ports: LineProgramPorts) {
    this.#ports = ports;
    this.#child = spawn(program[0]!, program.slice(1), {
      stdio: 'pipe',
      detached: inOwnGroup,
      windowsHide: true,
    });
    const {stdin, stdout, stderr} = this.#child;
    stdout.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
    stderr.on('data', (chunk: Buffer) => {
      if (!this.#ended) ports.errors(chunk);
    });
    // It may close its input or die while it is written to; its end tells.
    stdin.on('error', () => {});
    this.#child.on('error', error => {
      if (this.#child.pid === undefined) this.#end(`could not be started: ${error.message}`);
    });
    this.#child.on('exit', (code, signal) => {
      const done = () => {
        clearTimeout(grace);
        stdout.destroy();
        stderr.destroy();
        this.#end(signal ?? `exit ${code}`);
      };
      const grace = setTimeout(done, outputGraceMs);
      this.#child.once('close', done);
    });
  }

  write(text: string): void {
    this.#child.stdin.write(text);
  }

  /** Ends it now; nothing more is heard of it, not even its end. */
  kill(): void {
    this.#ended = true;
    if (this.#isRunning) endProgram(this.#child);
  }

  /** Lets it end by itself, and sees to it that it does. */
  async finish(): Promise<void> {
    this.#ended = true;
    if (!this.#isRunning) return;
    const ended = new Promise(resolve => this.#child.once('exit', resolve));
    this.#child.stdin.end();
    const timer = setTimeout(() => endProgram(this.#child), endGraceMs);
    await ended;
    clearTimeout(timer);
  }

  get #isRunning(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  #hear(text: string): void {
    if (this.#ended) return;
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!;
    if (this.#rest.length > longestLine) {
      lines.push(this.#rest);
      this.#rest = '';
    }
    if (lines.length > 0) this.#ports.lines(lines);
  }

  #end(how: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#ports.ended(how, this.#rest);
  }
}
