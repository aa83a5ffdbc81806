import {spawn} from 'node:child_process';
import {join} from 'node:path';
import {afterEach, describe, expect, it} from 'vitest';
import {confluentKafka} from '../../kafka/requirements.ts';
import {type Running, start} from '../../support/program.ts';
import {judgedBroker} from './support/judged-broker.ts';

const confluent = confluentKafka();
const script = join(import.meta.dirname, '..', '..', 'contract', 'support', 'confluent_member.py');
const partitions = [0, 1, 2, 3];
const each = 10;
/** A killed member is missed when its session (10 s) is over. */
const patience = {timeout: 45_000, interval: 100};
const leftOver: (() => void)[] = [];

afterEach(() => {
  for (const end of leftOver.splice(0)) end();
});

if ('reason' in confluent)
  it.skip(`a killed member of a shared group: skipped, ${confluent.reason}`, () => {});
else {
  describe('KafkaJS and confluent-kafka in one group of the embedded broker', () => {
    const broker = judgedBroker();

    it.each(['theirs', 'ours'] as const)(
      'divide the partitions, and with %s killed the other has all of them',
      async killed => {
        const topic = await broker.freshTopic(partitions.length);
        const group = `group-${topic}`;
        await fill(topic);
        // Every partition has a committed offset before they meet, so that ours need not be told where to start.
        await broker.admin().setOffsets({
          groupId: group,
          topic,
          partitions: partitions.map(partition => ({partition, offset: '0'})),
        });
        const ours = ourMember(group, topic);
        const theirs = theirMember(confluent.python, group, topic);
        await expect
          .poll(() => [[...lastOf(ours), ...theirs.assigned()].sort(), lastOf(ours).length], patience)
          .toEqual([partitions, 2]);
        if (killed === 'theirs') {
          theirs.kill();
          await expect.poll(() => lastOf(ours), patience).toEqual(partitions);
        } else {
          ours.child.kill('SIGKILL');
          await expect.poll(() => theirs.assigned(), patience).toEqual(partitions);
        }
        await fill(topic);
        await expect
          .poll(() => broker.committed(group, topic), patience)
          .toEqual(partitions.map(() => String(2 * each)));
      },
      120_000,
    );

    function fill(topic: string): Promise<unknown> {
      const messages = partitions.flatMap(partition =>
        Array.from({length: each}, (_, index) => ({partition, value: `{"n":${index}}`})),
      );
      return broker.producer().send({topic, messages});
    }

    function ourMember(group: string, topic: string): Running {
      const args = ['consume', '--brokers', broker.bootstrap(), '--topic', topic, '--group', group];
      args.push('--join-foreign-group');
      const running = start(args);
      leftOver.push(() => running.child.kill('SIGKILL'));
      return running;
    }

    function theirMember(python: string, group: string, topic: string) {
      const child = spawn(python, [script, broker.bootstrap(), group, topic], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      leftOver.push(() => child.kill('SIGKILL'));
      let printed = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
      });
      return {
        /** The partitions that it was given last. */
        assigned: (): number[] =>
          JSON.parse([...printed.matchAll(/\{"assigned": (\[.*?\])\}\n/g)].at(-1)?.[1] ?? '[]') as number[],
        kill: () => child.kill('SIGKILL'),
      };
    }
  });
}

/** The partitions that our consumer said last it has. */
function lastOf(running: Running): number[] {
  const said = [...running.stderr().matchAll(/In group \S+ with (?:no partition|partitions ([\d, ]+))\./g)];
  return (said.at(-1)?.[1] ?? '').split(', ').filter(Boolean).map(Number);
}
