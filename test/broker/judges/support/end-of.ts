import {spawn} from 'node:child_process';

export type Ended = {readonly code: number | null; readonly stdout: Buffer; readonly stderr: string};

/** Runs a program to its end, without blocking the clients of this process. */
export function endOf(
  command: string,
  args: readonly string[],
  input: string | Buffer = '',
  timeout = 40_000,
): Promise<Ended> {
  const child = spawn(command, args, {timeout});
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
export async function linesOf(...run: Parameters<typeof endOf>): Promise<string[]> {
  const {code, stdout, stderr} = await endOf(...run);
  if (code !== 0) throw new Error(`${run[0]} ${run[1].join(' ')} ended with ${code}: ${stderr}`);
  return stdout.toString().split('\n').filter(Boolean);
}
