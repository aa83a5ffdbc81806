import {spawn} from 'node:child_process';
import {join} from 'node:path';
import {afterEach, expect, it} from 'vitest';
import {confluentKafka} from '../kafka/requirements.ts';
import {positions, type Running, run, start} from '../support/program.ts';
import {type BrokerUnderTest, describeOnBrokers} from './support/brokers.ts';

const script = join(import.meta.dirname, 'support', 'confluent_member.py');
const partitions = [0, 1, 2, 3];
const each = 20;
const patience = {timeout: 30_000, interval: 100};
const leftOver: (() => void)[] = [];

afterEach(() => {
  for (const end of leftOver.splice(0)) end();
});

describeOnBrokers('a group shared with confluent-kafka', broker => {
  it.for(['ours', 'theirs'] as const)(
    'with %s there first: the partitions are divided, each commits its own, and who stays takes over',
    {timeout: 120_000},
    async (first, context) => {
      const confluent = confluentKafka();
      if ('reason' in confluent) return context.skip(confluent.reason);
      const topic = await broker.freshTopic({partitions: partitions.length});
      const group = `group-${topic}`;
      // Every partition has a committed offset before they meet: with --from beginning ours would replay what it gains.
      await fill(broker, topic);
      const alone = await run([...consume(broker, group, topic), '--from', 'beginning', '--until-end']);
      expect(alone.code).toBe(0);

      const join = {
        ours: async () => {
          const running = ourMember(broker, group, topic);
          await expect.poll(() => running.stderr(), patience).toMatch(/In group .* with partitions/);
          return running;
        },
        theirs: async () => {
          const member = confluentMember(confluent.python, broker, group, topic);
          await expect.poll(() => member.assigned().length, patience).toBeGreaterThan(0);
          return member;
        },
      };
      let ours: Running;
      let theirs: ConfluentMember;
      if (first === 'ours') {
        ours = await join.ours();
        theirs = await join.theirs();
      } else {
        theirs = await join.theirs();
        // Theirs is joined only where that is asked for.
        const refused = await run(consume(broker, group, topic));
        expect(refused.code).toBe(2);
        expect(refused.stderr).toMatch(/1 member that is not kafka-notify is in it: rdkafka on /);
        expect(theirs.assigned()).toEqual(partitions);
        ours = await join.ours();
      }

      // The division: half for each, and nothing for both.
      await expect.poll(() => [...lastOf(ours), ...theirs.assigned()].sort(), patience).toEqual(partitions);
      expect(lastOf(ours)).toHaveLength(2);
      const [oursNow, theirsNow] = [lastOf(ours), theirs.assigned()];
      await fill(broker, topic);
      await expect
        .poll(() => broker.committed(group, topic), patience)
        .toEqual(partitions.map(() => String(2 * each)));
      const lateOnes = (taken: readonly string[], among: readonly number[]) =>
        taken.filter(at => Number(at.split('@')[1]) >= each && among.includes(Number(at.split('@')[0])));
      // What they print reaches us on another way than what the broker says, and may come later.
      await expect
        .poll(() => lateOnes(positions(ours.lines(), 'processed'), oursNow).length, patience)
        .toBe(2 * each);
      await expect.poll(() => lateOnes(theirs.took(), theirsNow).length, patience).toBe(2 * each);

      // The other leaves: what it had is ours, and goes on where it committed.
      await theirs.leave();
      await expect.poll(() => lastOf(ours), patience).toEqual(partitions);
      await fill(broker, topic);
      await expect
        .poll(() => broker.committed(group, topic), patience)
        .toEqual(partitions.map(() => String(3 * each)));
      ours.child.kill('SIGTERM');
      const {code, lines} = await ours.finished;
      expect(code).toBe(0);

      const all = partitions.flatMap(partition =>
        Array.from({length: 3 * each}, (_, offset) => `${partition}@${offset}`),
      );
      const processed = [...positions(alone.lines, 'processed'), ...positions(lines, 'processed')];
      // In an orderly change of members nothing is lost, and nothing is done twice.
      expect([...processed, ...theirs.took()].sort()).toEqual(all.sort());
    },
  );
});

function fill(broker: BrokerUnderTest, topic: string): Promise<void> {
  const messages = partitions.flatMap(partition =>
    Array.from({length: each}, (_, index) => ({partition, value: `{"n":${index}}`})),
  );
  return broker.produce(topic, messages);
}

function consume(broker: BrokerUnderTest, group: string, topic: string): string[] {
  return ['consume', '--brokers', broker.bootstrap(), '--topic', topic, '--group', group];
}

function ourMember(broker: BrokerUnderTest, group: string, topic: string): Running {
  const running = start([...consume(broker, group, topic), '--join-foreign-group']);
  leftOver.push(() => running.child.kill('SIGKILL'));
  return running;
}

/** What our consumer said last of its partitions. */
function lastOf(running: Running): number[] {
  const said = [...running.stderr().matchAll(/In group \S+ with (?:no partition|partitions ([\d, ]+))\./g)];
  return (said.at(-1)?.[1] ?? '').split(', ').filter(Boolean).map(Number);
}

type ConfluentMember = {
  assigned(): readonly number[];
  /** `partition@offset` of each message, in order. */
  took(): readonly string[];
  leave(): Promise<void>;
};

function confluentMember(
  python: string,
  broker: BrokerUnderTest,
  group: string,
  topic: string,
): ConfluentMember {
  const child = spawn(python, [script, broker.bootstrap(), group, topic], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  leftOver.push(() => child.kill('SIGKILL'));
  const took: string[] = [];
  let assigned: readonly number[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop()!;
    for (const part of parts) {
      const line = JSON.parse(part) as {assigned: number[]} | {took: string};
      if ('took' in line) took.push(line.took);
      else assigned = line.assigned;
    }
  });
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()));
  return {
    assigned: () => assigned,
    took: () => took,
    async leave() {
      child.stdin.end();
      await ended;
    },
  };
}
