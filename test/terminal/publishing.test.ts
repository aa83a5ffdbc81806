import {expect, it} from 'vitest';
import {describeOnBrokers} from '../contract/support/brokers.ts';
import {readAll} from '../contract/support/read-all.ts';
import {missingTopic, open} from './support/stories.ts';
import type {Terminal} from './support/terminal.ts';

describeOnBrokers('the life of a message on the screen', broker => {
  it('from a topic that is missing to the committed offset', async () => {
    const topic = missingTopic();
    const {terminal, group} = open(broker, topic, ['--partitions', '3']);
    await terminal.waitFor(`${topic} is not there. Enter creates it.`);
    terminal.press('enter');
    await terminal.waitFor(/3 partitions · rf 1/);
    await terminal.waitFor('● running');

    terminal.press('2');
    await terminal.waitFor('empty: write JSON here');
    terminal.type('{"type": "email.send", "to": }');
    await terminal.waitFor(/^ 1:30 /m);
    terminal.press('ctrl+s');
    await terminal.waitFor('Not published, value: 1:30');
    expect(await ends(broker, topic)).toEqual(['0', '0', '0']);
    terminal.type('"user@example.org"');
    await terminal.waitFor(/^ valid · 48 bytes/m);

    terminal.press('ctrl+s');
    const published = Date.now();
    await terminal.waitFor(/✓ acknowledged \d@0/, 10_000);
    await terminal.waitFor(/✓ acknowledged \d@0 +(<1|\d+) ms → (processed )?(<1|\d+) ms/, 10_000);
    await terminal.waitFor(/✓ acknowledged \d@0 .* → committed 1 /, 10_000);
    expect(Date.now() - published).toBeLessThan(10_000);

    const partition = Number(/✓ acknowledged (\d)@0/.exec(terminal.screen().join('\n'))![1]);
    expect(await ends(broker, topic)).toEqual(['0', '0', '0'].with(partition, '1'));
    expect((await broker.committed(group, topic))[partition]).toBe('1');
    expect(terminal.screen().join('\n')).toMatch(new RegExp(`✓ committed +${partition}@0 .*email\\.send`));
  });

  it('keeps the draft when it cannot be published, and says why', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const {terminal} = open(broker, topic);
    await terminal.waitFor('1 partition · rf 1');
    terminal.press('2');
    await terminal.waitFor('Ctrl+F format');
    terminal.type('{}');
    await terminal.waitFor('valid · 2 bytes');
    terminal.press('tab', 'tab');
    await terminal.waitFor(hasCursor(terminal, 'partition'));
    terminal.type('7');
    await terminal.waitFor(/partition +7/);
    terminal.press('ctrl+s');
    await terminal.waitFor(/^ Failed: .* no partition 7/m);
    expect(terminal.screen().join('\n')).toMatch(/^ 1 \{\}/m);
    terminal.press('backspace');
    await terminal.waitFor('the key decides');
    terminal.press('ctrl+s');
    await terminal.waitFor('✓ acknowledged 0@0');
  });

  it('publishes a key, headers, a tombstone and a pasted text letter by letter', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const {terminal} = open(broker, topic);
    await terminal.waitFor('1 partition · rf 1');
    terminal.press('2');
    await terminal.waitFor('Ctrl+F format');
    const text = '{"n": 9007199254740993, "p": 1.10, "e": 1e400, "n": 2, "é": "👍🏽"}';
    terminal.paste(text);
    await terminal.waitFor(`valid · ${Buffer.byteLength(text)} bytes`);
    terminal.press('tab');
    await terminal.waitFor(hasCursor(terminal, 'key'));
    terminal.type('u-17');
    await terminal.waitFor(/key +u-17/);
    terminal.press('tab', 'tab');
    await terminal.waitFor(hasCursor(terminal, '1'));
    terminal.type('trace: t-1');
    await terminal.waitFor('headers 1');
    terminal.press('enter');
    terminal.type('flag');
    await terminal.waitFor('headers 2');
    terminal.press('ctrl+s');
    await terminal.waitFor('✓ acknowledged 0@0');
    terminal.press('shift+tab', 'shift+tab', 'shift+tab');
    await terminal.waitFor(screen => terminal.markedColumns(valueRow(screen)) > 1);
    terminal.press('alt+n');
    await terminal.waitFor('null: a tombstone');
    terminal.press('ctrl+s');
    await terminal.waitFor('✓ acknowledged 0@1');
    const headers = [
      ['trace', 't-1'],
      ['flag', null],
    ];
    const read = await readAll(broker, topic, 2);
    expect(read).toEqual([
      {key: 'u-17', value: text, headers},
      {key: 'u-17', value: null, headers},
    ]);
  });
});

function valueRow(screen: readonly string[]): number {
  return screen.findIndex(row => row.startsWith(' PAYLOAD')) + 1;
}

/** Whether the row that begins so has the cursor; the column between the panes is marked in any case. */
function hasCursor(terminal: Terminal, start: string) {
  return (screen: readonly string[]) =>
    screen.some((row, at) => row.startsWith(` ${start}`) && terminal.markedColumns(at) > 1);
}

type Broker = Parameters<Parameters<typeof describeOnBrokers>[1]>[0];

async function ends(broker: Broker, topic: string): Promise<string[]> {
  const offsets = await broker.admin().fetchTopicOffsets(topic);
  return offsets.sort((left, right) => left.partition - right.partition).map(({high}) => high);
}
