import {spawn} from 'node:child_process';

/** A consumer of another kind: joins the group, commits what it takes, leaves after a while. */
export type Visitor = {
  readonly name: string;
  /** Resolves with the positions that it took and committed. */
  readonly took: Promise<readonly (readonly [partition: number, offset: number])[]>;
};

/** ms in which nothing came: our consumer has taken them all, or has all of the partitions. */
const silence = 12_000;

/** kcat (librdkafka) as a member with automatic commits, for `count` messages. */
export function kcatVisitor(brokers: string, group: string, topic: string, count: number): Visitor {
  const args = ['-b', brokers, '-G', group, '-q', '-u', '-c', String(count), '-f', '%p %o\\n'];
  const settings = ['-X', 'auto.offset.reset=earliest', '-X', 'session.timeout.ms=10000', topic];
  const child = spawn('kcat', [...args, ...settings], {stdio: ['ignore', 'pipe', 'ignore']});
  // It waits for `count` messages. To be told to leave while messages come is no choice: the one that it has in hand then
  // it commits, and does not print ("FIXME: We dont want to commit offsets if we're not running" in its consume_cb).
  const leave = setTimeout(() => child.kill('SIGTERM'), silence);
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    leave.refresh();
  });
  const took = new Promise<(readonly [number, number])[]>(resolve => {
    child.once('close', () => {
      clearTimeout(leave);
      const lines = printed.split('\n').filter(line => /^\d+ \d+$/.test(line));
      resolve(lines.map(line => line.split(' ').map(Number) as [number, number]));
    });
  });
  return {name: 'kcat', took};
}
