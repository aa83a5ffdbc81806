import {randomUUID} from 'node:crypto';
import {expect, it} from 'vitest';
import {type BrokerUnderTest, describeOnBrokers} from '../../contract/support/brokers.ts';
import {run} from '../../support/program.ts';
import {handlerFile, open} from '../support/stories.ts';
import type {Terminal} from '../support/terminal.ts';

const refusing = handlerFile(`export function processMessage({key}) {
  if (key !== 'good') throw Object.assign(new TypeError('not today'), {permanent: true});
}`).path;

/** Bytes that must come back letter by letter. */
const failing = [
  {
    partition: 0,
    key: 'a0',
    value: '{"type":"email.send", "amount": 1.10}',
    headers: {ce_id: 'n-1', tag: 'x'},
  },
  {partition: 0, key: 'a1', value: '{"type":"sms.send","id":9007199254740993}', headers: {}},
  {partition: 0, key: 'a2', value: '{"type":"push.send"}', headers: {}},
  {partition: 1, key: 'b0', value: '{"a":1,"a":2}', headers: {trace: '\u001b[31mred'}},
  {partition: 1, key: 'b1', value: 'not JSON', headers: {}},
  {partition: 1, key: 'b2', value: '"例え"', headers: {}},
];

describeOnBrokers('redriving dead letters', broker => {
  /** A topic whose six failing messages are in its dead-letter topic, put there by the program. */
  async function deadLetters(): Promise<string> {
    const topic = await broker.freshTopic({partitions: 2});
    await broker.produce(topic, [...failing, {partition: 1, key: 'good', value: '{}', headers: {}}]);
    const {code} = await run([
      ...['consume', '--brokers', broker.bootstrap(), '--topic', topic, '--group', `g-${topic}`],
      ...['--from', 'beginning', '--until-end', '--on-failure', 'dead-letter', '--handler', refusing],
    ]);
    expect(code).toBe(1);
    return topic;
  }

  it('sends one, then chosen ones, then all: each arrives once, as it was', async () => {
    const topic = await deadLetters();
    const group = `redrive-${topic}-dlt`;
    const {terminal} = open(broker, topic);
    await terminal.waitFor('2 partitions');
    terminal.press('D');
    await terminal.waitFor(`DEAD LETTERS ${topic}-dlt → ${topic}`);
    await terminal.waitFor('6 to redrive');
    await terminal.waitFor(/▸○ · waiting +0@0 +was 0@0 .* a0 .* email\.send .* TypeError: not today/);

    terminal.press('enter');
    await terminal.waitFor('REDRIVE 0@0');
    terminal.press('esc');
    await terminal.waitFor(screen => !screen.join('').includes('REDRIVE 0@0'));
    expect(await ends(broker, topic)).toEqual(['3', '4']);
    terminal.press('enter');
    await terminal.waitFor('REDRIVE 0@0');
    terminal.press('enter');
    await terminal.waitFor(new RegExp(`✓ redriven +0@0 .* to ${topic} 0@3`));
    await terminal.waitFor(`Redriven 1 of 1 to ${topic}.`);
    expect(await ends(broker, topic)).toEqual(['4', '4']);
    await terminal.waitFor('5 to redrive');
    expect(await broker.committed(group, `${topic}-dlt`)).toEqual(['1', '-1']);

    terminal.press('G', ' ');
    await terminal.waitFor(/◉ · waiting +1@2/);
    terminal.press('k', 'k', ' ');
    await terminal.waitFor('2 chosen');
    terminal.press('enter');
    await terminal.waitFor('REDRIVE 2 dead letters');
    await terminal.waitFor('Beyond a gap no commit can tell of it');
    terminal.press('enter');
    await terminal.waitFor(`Redriven 2 of 2 to ${topic}.`);
    await terminal.waitFor(new RegExp(`✓ redriven +1@0 .* to ${topic} 1@4`));
    await terminal.waitFor(new RegExp(`✓ redriven +1@2 .* to ${topic} 1@5`));
    expect(await ends(broker, topic)).toEqual(['4', '6']);

    await terminal.waitFor('1 redriven one lies beyond a gap');
    expect(await broker.committed(group, `${topic}-dlt`)).toEqual(['1', '1']);

    terminal.press('a');
    await terminal.waitFor('REDRIVE ALL 4');
    await terminal.waitFor('1 redriven from here already: passed over.');
    terminal.press('enter');
    await terminal.waitFor(`Redriven 3 of 4 to ${topic}, 1 passed over as redriven before.`, 30_000);
    await terminal.waitFor(screen => screen.filter(line => line.includes('✓ redriven')).length === 6);
    expect(await broker.committed(group, `${topic}-dlt`)).toEqual(['3', '3']);

    const back = await read(broker, topic, 13);
    const redriven = back.filter(({partition, offset}) => offset >= (partition === 0 ? 3 : 4));
    expect(redriven.map(({offset: _, ...message}) => message).sort(byKey)).toEqual(failing);
    const again = await run(['redrive', '--brokers', broker.bootstrap(), '--topic', `${topic}-dlt`]);
    expect(again.stderr).toContain(`0 offsets of ${topic}-dlt`);
  }, 60_000);

  it('is paused and called off, and the command goes on behind it', async () => {
    const topic = await deadLetters();
    const {terminal} = open(broker, `${topic}-dlt`);
    await terminal.waitFor('2 partitions');
    terminal.press('D');
    await terminal.waitFor(/6 to redrive +50\/s/);
    for (const rate of [20, 10, 5, 2, 1]) {
      terminal.press('-');
      await terminal.waitFor(`6 to redrive  ${rate}/s`);
    }
    terminal.press('a');
    await terminal.waitFor('at most 1 a second');
    terminal.press('enter');
    await terminal.waitFor(/● redriving all: [1-4] of 6/, 30_000);
    terminal.press('p');
    await terminal.waitFor(/‖ paused all: [1-5] of 6/);
    terminal.press('p');
    await terminal.waitFor(/● redriving all/);
    terminal.press('c');
    await terminal.waitFor(/Redriven [1-6] of 6 to /);
    await terminal.waitFor(/Redriven \d of 6 to \S+; \d not sent\.|Redriven 6 of 6 to \S+\./);
    const here = redrivenOn(terminal);
    const rest = await run(['redrive', '--brokers', broker.bootstrap(), '--topic', `${topic}-dlt`]);
    expect(rest.code).toBe(0);
    expect(rest.lines.filter(line => line.status === 'processed')).toHaveLength(6 - here);
    expect(await ends(broker, topic)).toEqual(['6', '7']);
  }, 60_000);

  it('says when there are none', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const {terminal} = open(broker, topic);
    await terminal.waitFor('1 partition');
    terminal.press('D');
    await terminal.waitFor(`There is no topic ${topic}-dlt, so no dead letters.`);
    terminal.press('a');
    await terminal.waitFor(screen => screen.at(-1)!.includes('so no dead letters'));
    terminal.press('esc');
    await terminal.waitFor(screen => !screen.join('').includes('DEAD LETTERS'));
  });
});

function redrivenOn(terminal: Terminal): number {
  return Number(/Redriven (\d) of 6/.exec(terminal.screen().join('\n'))![1]);
}

async function ends(broker: BrokerUnderTest, topic: string): Promise<string[]> {
  const offsets = await broker.admin().fetchTopicOffsets(topic);
  return offsets.sort((left, right) => left.partition - right.partition).map(({high}) => high);
}

type Found = {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
};

function byKey(left: {readonly key: string}, right: {readonly key: string}): number {
  return left.key < right.key ? -1 : 1;
}

async function read(broker: BrokerUnderTest, topic: string, count: number): Promise<Found[]> {
  const consumer = broker.client().kafka.consumer({groupId: randomUUID()});
  const found: Found[] = [];
  await consumer.connect();
  await consumer.subscribe({topic, fromBeginning: true});
  await new Promise<void>(resolve => {
    void consumer.run({
      eachMessage: async ({partition, message: {offset, key, value, headers}}) => {
        found.push({
          partition,
          offset: Number(offset),
          key: String(key),
          value: String(value),
          headers: Object.fromEntries(
            Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)]),
          ),
        });
        if (found.length === count) resolve();
      },
    });
  });
  await consumer.disconnect();
  return found;
}
