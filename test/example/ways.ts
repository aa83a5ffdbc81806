import {type ChildProcess, spawn} from 'node:child_process';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {pythonThere} from '../handlers/support/programs.ts';

const folder = join(import.meta.dirname, '..', '..', 'example');
const node = process.execPath;

/** One way to process notifications, as the examples show it. */
export type Way = {
  readonly name: string;
  readonly needs: 'node' | 'python';
  /** Flags that name the processing code; `server` is where the example's server listens. */
  args(server: string): readonly string[];
  /** The server to be started first. */
  readonly server?: readonly string[];
};

const file = (name: string) => join(folder, name);

/** Every example of processing code. They all process what has a recipient, and fail what asks to. */
export const ways: readonly Way[] = [
  {name: 'notify.ts', needs: 'node', args: () => ['--handler', file('notify.ts')]},
  {name: 'each-message.ts', needs: 'node', args: () => ['--handler', file('each-message.ts')]},
  {name: 'process.ts', needs: 'node', args: () => ['--exec', `${node} ${file('process.ts')}`]},
  {name: 'process.py', needs: 'python', args: () => ['--exec', `python3 ${file('process.py')}`]},
  {
    name: 'process-lines.ts',
    needs: 'node',
    args: () => ['--exec-lines', `${node} ${file('process-lines.ts')}`],
  },
  {
    name: 'process_lines.py',
    needs: 'python',
    args: () => ['--exec-lines', `python3 ${file('process_lines.py')}`],
  },
  {
    name: 'server.ts',
    needs: 'node',
    args: url => ['--forward', url],
    server: [node, file('server.ts'), '0'],
  },
  {
    name: 'server.py',
    needs: 'python',
    args: url => ['--forward', url],
    server: ['python3', file('server.py'), '0'],
  },
  {
    name: 'notification.schema.json',
    needs: 'node',
    args: () => ['--schema', file('notification.schema.json')],
  },
];

/** Those that this machine can run. */
export const possibleWays = ways.filter(({needs}) => needs === 'node' || pythonThere.available);

export function way(name: string): Way {
  return ways.find(each => each.name === name)!;
}

const patience = 10_000;

/** Starts the example's server, where it has one, and answers the flags that use it. */
export async function ready({args, server}: Way): Promise<{args: readonly string[]; end(): void}> {
  if (!server) return {args: args(''), end: () => {}};
  const child = spawn(server[0]!, server.slice(1), {stdio: ['ignore', 'pipe', 'inherit']});
  return {args: args(await addressOf(child)), end: () => child.kill('SIGKILL')};
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no address within ${patience} ms`)), patience);
    createInterface({input: child.stdout!}).once('line', line => {
      clearTimeout(timer);
      resolve(line.replace('listening on ', ''));
    });
    child.once('error', reject);
  });
}
