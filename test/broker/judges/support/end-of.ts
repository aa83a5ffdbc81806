import {spawn} from 'node:child_process';

export type Ended = {readonly code: number | null; readonly stdout: Buffer; readonly stderr: string};

/** Runs a program to its end, without blocking the clients of this process. */
export function endOf(
  command: string,
  args: readonly string[],
  options: {
    readonly input?: string;
    readonly env?: Readonly<Record<string, string>>;
    /** ms after which it is ended. */
    readonly timeout?: number;
  } = {},
): Promise<Ended> {
  const {input = '', env = {}, timeout = 40_000} = options;
  const child = spawn(command, args, {timeout, env: {...process.env, ...env}});
  const stdout: Buffer[] = [];
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => stdout.push(data));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => resolve({code, stdout: Buffer.concat(stdout), stderr}));
  });
}

/** What the program printed, by lines; rejects with what it said when it failed. */
export async function linesOf(command: string, args: readonly string[], input = ''): Promise<string[]> {
  const {code, stdout, stderr} = await endOf(command, args, {input});
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout.toString().split('\n').filter(Boolean);
}
