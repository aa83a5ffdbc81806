import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import kafkajs from 'kafkajs';
import {expect, it} from 'vitest';
import {type BrokerUnderTest, describeOnBrokers} from '../../contract/support/brokers.ts';
import {handlerFile, open, throwsOn} from '../support/stories.ts';
import type {Terminal} from '../support/terminal.ts';

describeOnBrokers('look: filter, search, copy, export', broker => {
  it('filters what is in view while it is typed, and shows all again', async () => {
    const topic = await broker.freshTopic({partitions: 2});
    const handler = handlerFile(throwsOn('fail'));
    const {terminal} = open(broker, topic, [
      '--from',
      'beginning',
      '--handler',
      handler.path,
      '--retries',
      '0',
    ]);
    await consuming(terminal, '2 partitions');
    await broker.produce(topic, [
      {
        partition: 0,
        key: 'u-1',
        value: '{"type":"email.send","to":"ann@example.org"}',
        headers: {trace: 't-1'},
      },
      {partition: 0, key: 'u-2', value: '{"type":"sms.send","to":"+1 555 0100"}'},
      {partition: 1, key: 'u-3', value: '{"type":"fail"}'},
    ]);
    await terminal.waitFor(/✗ held +1@0/);
    await terminal.waitFor(/✓ committed +0@1/);
    const shows = async (filter: string, ...positions: readonly string[]) => {
      terminal.press('4', '/');
      await terminal.waitFor('FILTER');
      terminal.type(filter);
      // As it is typed: Enter was not pressed.
      await terminal.waitFor(screen => String(rowsOf(screen)) === String(positions));
      terminal.press('esc');
      await terminal.waitFor(screen => rowsOf(screen).length === 3);
    };
    await shows('ANN@', '0@0');
    await shows('key:u-2', '0@1');
    await shows('status:held', '1@0');
    await shows('partition:0', '0@0', '0@1');
    await shows('header:trace', '0@0');
    await shows('type=sms.send', '0@1');
    await shows('recipient', '1@0');
    terminal.press('/');
    await terminal.waitFor('FILTER');
    terminal.type('key:u-77');
    await terminal.waitFor('No match in view for /key:u-77. S searches the topic, Esc shows all.');
  });

  it('searches the topic for what is not in view, and a result is read, copied and taken as the draft', async () => {
    const topic = await broker.freshTopic();
    await broker.produce(
      topic,
      Array.from({length: 900}, (_, at) => ({
        partition: at % 3,
        timestamp: String(Date.now() - 900_000 + at),
        key: `u-${at}`,
        headers: {trace: `t-${at}`},
        value: `{"type":"email.send","to":"user-${at}@example.org","n":${at}}`,
      })),
    );
    const {terminal, group} = open(broker, topic);
    await terminal.waitFor('3 partitions');
    terminal.press('4', '/');
    await terminal.waitFor('FILTER');
    terminal.type('key:u-77');
    await terminal.waitFor('No match in view for /key:u-77. S searches the topic');
    terminal.press('enter');
    await terminal.waitFor('/ filter');
    terminal.press('S');
    await terminal.waitFor(`SEARCH what ${topic} retains`);
    await terminal.waitFor(/filter +key:u-77/);
    await terminal.waitFor(/from +beginning/);
    terminal.press('enter');
    await terminal.waitFor('✓ searched 900 of 900 · 11 found');
    // The newest on top.
    await terminal.waitFor(/▸ 2@259 .* u-779 /);
    terminal.press('G');
    await terminal.waitFor(/▸ 2@25 .* u-77 .*email\.send +user-77@example\.org/);
    terminal.press('enter');
    await terminal.waitFor('RETAINED MESSAGE 2@25');
    await terminal.waitFor('"to": "user-77@example.org"');
    terminal.press('tab');
    await terminal.waitFor('{"type":"email.send","to":"user-77@example.org","n":77}');
    terminal.press('tab');
    await terminal.waitFor('7b 22 74 79');
    terminal.press('tab');
    await terminal.waitFor('trace  t-77');
    terminal.press('c');
    await terminal.waitFor('Copied the value of 2@25.');
    expect(copied(terminal)).toBe('{"type":"email.send","to":"user-77@example.org","n":77}');
    terminal.press('esc');
    await terminal.waitFor(/▸ 2@25 /);
    terminal.press('e');
    await terminal.waitFor('1 {"type":"email.send","to":"user-77@example.org","n":77}');
    await terminal.waitFor(/key +u-77/);
    // Nobody joined or committed anything.
    expect(await broker.committed(group, topic)).toEqual(['-1', '-1', '-1']);
    await terminal.waitFor('○ not started');
  });

  it('peeks at the last messages, says what makes no sense, and what was searched where there is no match', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await broker.produce(
      topic,
      Array.from({length: 700}, (_, at) => ({value: `{"n":${at}}`})),
    );
    const {terminal} = open(broker, topic);
    await terminal.waitFor('1 partition');
    terminal.press('4', 'S');
    await terminal.waitFor(/from +end-200/);
    terminal.press('enter');
    await terminal.waitFor('✓ searched 200 of 200 · 200 found');
    await terminal.waitFor(/▸ 0@699 /);
    terminal.press('S');
    await terminal.waitFor('SEARCH what');
    terminal.type('status:held');
    await terminal.waitFor(/filter +status:held/);
    terminal.press('enter');
    await terminal.waitFor('one that lies in the topic has no status');
    for (const _ of 'status:held') terminal.press('backspace');
    terminal.type('n=3');
    await terminal.waitFor(/filter +n=3$/m);
    terminal.press('enter');
    await terminal.waitFor('No match in 200 of 200 from end-200 on. b searches from the beginning.');
    terminal.press('b');
    await terminal.waitFor('✓ searched 700 of 700 · 1 found');
    await terminal.waitFor(/▸ 0@3 /);
    terminal.press('S');
    await terminal.waitFor('SEARCH what');
    terminal.press('tab');
    await terminal.waitFor('beginning, end-200 (of each partition)');
    terminal.press('ctrl+u');
    terminal.type('yesterday');
    await terminal.waitFor(/from +yesterday/);
    terminal.press('enter');
    await terminal.waitFor('"yesterday" is no place to begin');
    terminal.press('ctrl+u');
    terminal.type('650');
    await terminal.waitFor(/from +650$/m);
    terminal.press('enter');
    await terminal.waitFor('No match in 50 of 50 from 650 on.');
    terminal.press('esc');
    await terminal.waitFor('○ not started');
  });

  it('says so far while it searches, and stops by Esc with what it found until then', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await produceMuch(broker, topic);
    const {terminal} = open(broker, topic);
    await terminal.waitFor('1 partition');
    terminal.press('4', 'S');
    await terminal.waitFor('SEARCH what');
    terminal.type('nothing-like-it');
    await terminal.waitFor(/filter +nothing-like-it/);
    terminal.press('tab');
    await terminal.waitFor('beginning, end-200 (of each partition)');
    terminal.press('ctrl+u');
    terminal.type('beginning');
    await terminal.waitFor(/filter +nothing-like-it\n.*from +beginning/);
    terminal.press('enter');
    await terminal.waitFor(/◌ searched [1-9][\d,]* of 5,000 so far · 0 found/);
    terminal.press('esc');
    await terminal.waitFor(/‖ stopped: searched [\d,]+ of 5,000 so far · 0 found/);
    await terminal.waitFor(/No match in [\d,]+ of 5,000 so far\./);
    await terminal.waitFor('there may be more in what was not searched');
    expect(terminal.screen().join('\n')).not.toContain('all the topic retains');
    terminal.press('esc');
    await terminal.waitFor('○ not started');
  });

  it('copies the value of a message in view, by OSC 52', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const {terminal} = open(broker, topic, ['--from', 'beginning']);
    await consuming(terminal, '1 partition');
    const value = '{"text":"für Ä 例え 😀","amount":1.10}';
    await broker.produce(topic, [{value}, {value: null}]);
    await terminal.waitFor(/✓ committed +0@1/);
    terminal.press('c');
    await terminal.waitFor('A tombstone has no value.');
    terminal.press('k');
    await terminal.waitFor(/▸✓ committed +0@0/);
    terminal.press('c');
    await terminal.waitFor('Copied the value of 0@0.');
    expect(copied(terminal)).toBe(value);
  });

  it('exports what is in view as JSON lines, payloads only on demand', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const handler = handlerFile(throwsOn('fail'));
    const {terminal} = open(broker, topic, [
      '--from',
      'beginning',
      '--handler',
      handler.path,
      '--retries',
      '0',
    ]);
    await consuming(terminal, '1 partition');
    await broker.produce(topic, [
      {key: 'u-1', value: '{"type":"email.send","secret":"s3cr3t"}', headers: {trace: 'tr4ce'}},
      {key: 'u-2', value: '{"type":"fail"}'},
    ]);
    await terminal.waitFor(/✗ held +0@1/);
    const without = await exported(terminal, 'without keys', 1);
    expect(without).not.toMatch(/s3cr3t|tr4ce|u-1/);
    const records = without
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>);
    expect(records).toEqual([
      expect.objectContaining({
        kind: 'message',
        partition: 0,
        offset: '0',
        status: 'processed',
        committed: true,
      }),
      expect.objectContaining({kind: 'message', partition: 0, offset: '1', status: 'held', committed: false}),
    ]);
    const [first] = (await exported(terminal, 'export with payloads', 2)).split('\n');
    expect(JSON.parse(first!)).toMatchObject({
      key: 'u-1',
      headers: {trace: 'tr4ce'},
      value: '{"type":"email.send","secret":"s3cr3t"}',
      isWhole: true,
    });
  });
});

async function consuming(terminal: Terminal, partitions: string): Promise<void> {
  await terminal.waitFor(partitions);
  terminal.press('x');
  await terminal.waitFor('● running');
}

/** The positions that the consumer pane lists, in their order. */
function rowsOf(screen: readonly string[]): string[] {
  return screen.flatMap(row => / [✓✗] \w+ +(\d+@\d+) /.exec(row.replace('▸', ' '))?.[1] ?? []).sort();
}

/** What was put on the clipboard last. */
function copied(terminal: Terminal): string {
  const sent = [
    ...terminal
      .output()
      .toString('latin1')
      .matchAll(/\u001B\]52;c;([A-Za-z0-9+/=]*)\u0007/g),
  ];
  return Buffer.from(sent.at(-1)![1]!, 'base64').toString('utf8');
}

/** Exports by the palette; what stands in the newest of `count` files then. */
async function exported(terminal: Terminal, command: string, count: number): Promise<string> {
  terminal.press(':');
  await terminal.waitFor('COMMANDS');
  terminal.type(command);
  await terminal.waitFor(new RegExp(`: ${command}`));
  terminal.press('enter');
  const folder = join(terminal.stateFolder, '..');
  const files = () => readdirSync(folder).filter(name => name.endsWith('.jsonl'));
  await expect.poll(() => files().length).toBe(count);
  const newest = files().sort().at(-1)!;
  await terminal.waitFor(`Written to ${newest}.`);
  return readFileSync(join(folder, newest), 'utf8');
}

/** 5,000 messages of 100 KB, packed: quickly written, and long to search. */
async function produceMuch(broker: BrokerUnderTest, topic: string): Promise<void> {
  const producer = broker.client().kafka.producer({allowAutoTopicCreation: false});
  await producer.connect();
  const value = JSON.stringify({type: 'email.send', text: 'x'.repeat(100_000)});
  const messages = Array.from({length: 50}, () => ({value}));
  for (let batch = 0; batch < 100; batch++)
    await producer.send({topic, compression: kafkajs.CompressionTypes.GZIP, messages});
  await producer.disconnect();
}
