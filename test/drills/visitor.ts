import {spawn} from 'node:child_process';

/** A consumer of another kind: joins the group, commits what it takes, leaves after a while. */
export type Visitor = {
  readonly name: string;
  /** Resolves with the positions that it took and committed. */
  readonly took: Promise<readonly (readonly [partition: number, offset: number])[]>;
};

/** kcat (librdkafka) as a member with automatic commits, for `count` messages. */
export function kcatVisitor(brokers: string, group: string, topic: string, count: number): Visitor {
  const args = ['-b', brokers, '-G', group, '-q', '-c', String(count), '-f', '%p %o\\n'];
  const settings = ['-X', 'auto.offset.reset=earliest', '-X', 'session.timeout.ms=10000', topic];
  const child = spawn('kcat', [...args, ...settings], {stdio: ['ignore', 'pipe', 'ignore']});
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  // It waits for `count` messages; where our consumer has taken them all, it is told to leave.
  const leave = setTimeout(() => child.kill('SIGTERM'), 8000);
  const took = new Promise<(readonly [number, number])[]>(resolve => {
    child.once('close', () => {
      clearTimeout(leave);
      const lines = printed.split('\n').filter(line => /^\d+ \d+$/.test(line));
      resolve(lines.map(line => line.split(' ').map(Number) as [number, number]));
    });
  });
  return {name: 'kcat', took};
}
