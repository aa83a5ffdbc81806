import {describe, expect, it} from 'vitest';
import {program} from '../../kafka/requirements.ts';
import {linesOf} from './support/end-of.ts';
import {judgedBroker} from './support/judged-broker.ts';

const kcat = program('kcat');
const values = Array.from(
  {length: 500},
  (_, index) => `k${index % 7}:{"n":${index},"text":"${'ab'.repeat(40)}"}`,
);

if (!kcat.available) it.skip(`kcat judges the embedded broker: skipped, ${kcat.reason}`, () => {});
else {
  describe('kcat judges the embedded broker', () => {
    const broker = judgedBroker();
    const at = (...args: readonly string[]) => ['-b', broker.bootstrap(), ...args];

    it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])(
      'what it publishes with %s it reads again, from the beginning and from the middle',
      async codec => {
        const topic = await broker.freshTopic(1);
        await linesOf('kcat', at('-P', '-t', topic, '-K', ':', '-z', codec), values.join('\n'));
        const read = await linesOf(
          'kcat',
          at('-C', '-t', topic, '-o', 'beginning', '-e', '-q', '-f', '%o %k:%s\\n'),
        );
        expect(read).toEqual(values.map((value, offset) => `${offset} ${value}`));
        const [inTheMiddle] = await linesOf(
          'kcat',
          at('-C', '-t', topic, '-o', '250', '-c', '1', '-q', '-f', '%o %k:%s\\n'),
        );
        expect(inTheMiddle).toBe(`250 ${values[250]}`);
      },
    );

    it('members of one group divide the partitions, commit, and a later member goes on behind them', async () => {
      const topic = await broker.freshTopic(4);
      const group = `group-${topic}`;
      const publish = (from: number, to: number) =>
        linesOf('kcat', at('-P', '-t', topic, '-K', ':'), values.slice(from, to).join('\n'));
      const member = (count: number) =>
        linesOf(
          'kcat',
          at(
            '-G',
            group,
            '-q',
            '-c',
            String(count),
            '-X',
            'auto.offset.reset=earliest',
            '-f',
            '%p@%o\\n',
            topic,
          ),
        );
      await publish(0, 200);
      const first = await member(200);
      expect(new Set(first).size).toBe(200);
      const committed = (await broker.committed(group, topic)).map(offset => Math.max(0, Number(offset)));
      expect(committed.reduce((sum, offset) => sum + offset, 0)).toBe(200);
      await publish(200, 300);
      const second = await member(100);
      expect(new Set([...first, ...second]).size).toBe(300);
    });

    it('lists the cluster and the topic, and looks offsets up by time', async () => {
      const topic = await broker.freshTopic(2);
      await broker.producer().send({
        topic,
        messages: [1000, 2000, 3000].map(timestamp => ({
          partition: 0,
          value: 'v',
          timestamp: String(timestamp),
        })),
      });
      const listed = JSON.parse((await linesOf('kcat', at('-L', '-J', '-t', topic))).join('')) as {
        brokers: {name: string}[];
        topics: {topic: string; partitions: unknown[]}[];
      };
      expect(listed.brokers.map(({name}) => name)).toEqual([broker.bootstrap()]);
      expect(listed.topics).toMatchObject([{topic, partitions: [{leader: 0}, {leader: 0}]}]);
      const query = (time: number) => linesOf('kcat', at('-Q', '-t', `${topic}:0:${time}`));
      expect(await Promise.all([query(1500), query(-1), query(-2)])).toEqual(
        [1, 3, 0].map(offset => [`${topic} [0] offset ${offset}`]),
      );
    });
  });
}
