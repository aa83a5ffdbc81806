import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process';
import {CappedBytes} from '../capped-bytes.ts';
import {endProgram, inOwnGroup} from './end-program.ts';
import {withVariables} from './environment.ts';

export type ProgramResult = {
  readonly end:
    | {readonly by: 'exit'; readonly code: number}
    | {readonly by: 'signal'; readonly signal: string}
    | {readonly by: 'timeout'}
    /** Ended by us because the handler closes. */
    | {readonly by: 'stop'}
    | {readonly by: 'not-started'; readonly reason: string};
  readonly durationMs: number;
  /** stdout and stderr as they came, capped. */
  readonly output: string | undefined;
  /** The end of stderr, where the reason usually stands. */
  readonly lastErrors: string;
};

/** After it ended, something it started may still hold its output open: it is waited for so long, in ms. */
const outputGraceMs = 200;
const tailBytes = 8192;

/** Runs a program once, without a shell, with `input` on its stdin. Never rejects. */
export function runProgram(
  program: readonly string[],
  {input, variables, timeoutMs, signal}: RunProgramOptions,
): Promise<ProgramResult> {
  return new Promise(resolve => {
    const began = performance.now();
    let child: ChildProcessWithoutNullStreams;
    try {
      child = spawn(program[0]!, program.slice(1), {
        env: withVariables(process.env, variables),
        stdio: 'pipe',
        detached: inOwnGroup,
        windowsHide: true,
      });
    } catch (error) {
      // Most reasons come as an event; some, such as arguments that are too long, are thrown.
      const reason = (error as Error).message;
      resolve({end: {by: 'not-started', reason}, durationMs: 0, output: undefined, lastErrors: ''});
      return;
    }
    const output = new CappedBytes();
    let tail = Buffer.alloc(0);
    let because: 'timeout' | 'stop' | null = null;
    const finish = (end: ProgramResult['end']) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve({
        end: because ? {by: because} : end,
        durationMs: performance.now() - began,
        output: output.text,
        lastErrors: tail.toString('utf8'),
      });
    };
    const endBecause = (reason: 'timeout' | 'stop') => {
      because ??= reason;
      endProgram(child);
    };
    const stop = () => endBecause('stop');
    const timer = setTimeout(() => endBecause('timeout'), timeoutMs);
    signal.addEventListener('abort', stop, {once: true});
    child.stdout.on('data', (chunk: Buffer) => output.add(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      output.add(chunk);
      tail = Buffer.concat([tail, chunk]).subarray(-tailBytes);
    });
    // A program need not read its input; that is no failure.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('error', error => {
      if (child.pid === undefined) finish({by: 'not-started', reason: error.message});
    });
    child.on('exit', (code, endedBy) => {
      const done = () => {
        clearTimeout(grace);
        child.stdout.destroy();
        child.stderr.destroy();
        finish(code === null ? {by: 'signal', signal: endedBy ?? 'signal'} : {by: 'exit', code});
      };
      const grace = setTimeout(done, outputGraceMs);
      child.once('close', done);
    });
    if (signal.aborted) stop();
  });
}

export type RunProgramOptions = {
  readonly input: Buffer;
  readonly variables: ReadonlyMap<string, string>;
  readonly timeoutMs: number;
  /** Aborted: end the program. */
  readonly signal: AbortSignal;
};
