import {mkdtempSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {expect, it} from 'vitest';
import {type BrokerUnderTest, describeOnBrokers} from '../../contract/support/brokers.ts';
import {readAll} from '../../contract/support/read-all.ts';
import {open} from '../support/stories.ts';
import type {Terminal} from '../support/terminal.ts';

describeOnBrokers('composing', broker => {
  it('takes a template, fills it in anew for each publish, and brings back what was published before', async () => {
    const {terminal, topic} = await openPayload(broker);
    terminal.type('{"mine": 1}');
    await terminal.waitFor('valid · 11 bytes');
    await choose(terminal, 'alt+t', 'TEMPLATES', 'mail', /▸ e-mail/);
    await terminal.waitFor(/^ 4 +"to": "user@example\.org"/m);
    await terminal.waitFor('placeholders on');
    for (const offset of [0, 1]) {
      terminal.press('ctrl+s');
      await terminal.waitFor(`✓ acknowledged 0@${offset}`);
    }
    terminal.press('alt+z');
    await terminal.waitFor(/^ 1 \{"mine": 1\}/m);

    await choose(terminal, 'alt+t', 'TEMPLATES', 'tomb', /▸ tombstone/);
    await terminal.waitFor('null: a tombstone');
    terminal.press('ctrl+s');
    await terminal.waitFor('✓ acknowledged 0@2');
    await choose(terminal, 'alt+r', 'PUBLISHED BEFORE', 'email', /▸ \d\d-\d\d \d\d:\d\d:\d\d +u-\{\{seq\}\}/);
    await terminal.waitFor(/^ 4 +"to": "user@example\.org"/m);
    terminal.press('ctrl+s');
    await terminal.waitFor('✓ acknowledged 0@3');

    const read = await readAll(broker, topic, 4);
    expect(read.map(({key}) => key)).toEqual(['u-1', 'u-2', 'u-1', 'u-4']);
    const [first, second, tombstone, again] = read.map(({value}) => value && JSON.parse(value));
    expect([first.data.order, second.data.order, again.data.order]).toEqual(['A-1', 'A-2', 'A-4']);
    expect(new Set([first.id, second.id, again.id]).size).toBe(3);
    expect(tombstone).toBeNull();
  });

  it('publishes malformed JSON only where that was switched on, letter by letter', async () => {
    const {terminal, topic} = await openPayload(broker);
    terminal.type('{"a": ');
    await terminal.waitFor(/^ 1:7 expected a value/m);
    terminal.press('ctrl+s');
    await terminal.waitFor('Not published, value: 1:7');
    await command(terminal, 'raw', /▸ .*not checked to be JSON/);
    await terminal.waitFor(/^ raw, not checked · 1:7 expected a value/m);
    terminal.press('ctrl+s');
    await terminal.waitFor('✓ acknowledged 0@0');
    expect((await readAll(broker, topic, 1)).map(({value}) => value)).toEqual(['{"a": ']);
  });

  it('keeps own templates, overwrites none, and names one that is damaged', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kafka-notify-templates-'));
    writeFileSync(join(folder, 'welcome.txt'), 'key: u-9\n---\n{"type": "welcome"}\n');
    writeFileSync(join(folder, 'broken.txt'), 'kee: 1\n---\n{}\n');
    const {terminal} = await openPayload(broker, ['--templates', folder]);
    await choose(terminal, 'alt+t', 'TEMPLATES', 'welcome', /▸ welcome/);
    await terminal.waitFor(/^ 1 \{"type": "welcome"\}/m);
    await terminal.waitFor(/key +u-9/);
    await command(terminal, 'save the draft', /▸ .*Save the draft as a template/);
    await terminal.waitFor('SAVE THE DRAFT AS A TEMPLATE');
    terminal.type('welcome');
    await terminal.waitFor('name welcome');
    terminal.press('enter');
    await terminal.waitFor('There is a template "welcome" already');
    terminal.type(' 2');
    await terminal.waitFor('name welcome 2');
    terminal.press('enter');
    await terminal.waitFor('Saved: ');
    expect(readdirSync(folder).sort()).toEqual(['broken.txt', 'welcome 2.txt', 'welcome.txt']);
    terminal.press('alt+t');
    await terminal.waitFor('welcome 2  own');
    terminal.press('esc');
    await terminal.waitFor(screen => !screen.join('\n').includes('TEMPLATES'));
    await command(terminal, 'read the log', /▸ .*Read the log/);
    await terminal.waitFor(/broken\.txt is left out: "kee: 1"/);
  });

  it('sends a draft fifty times at a rate, paused and resumed, with a result for each', async () => {
    const {terminal, topic} = await openPayload(broker);
    await choose(terminal, 'alt+t', 'TEMPLATES', 'mail', /▸ e-mail/);
    await terminal.waitFor('placeholders on');
    await fillIn(terminal, {times: '50', rate: '25'});
    terminal.press('enter');
    await terminal.waitFor(/● sending[\s\S]* sent \d+ of 50 /);
    terminal.press('p');
    await terminal.waitFor(/‖ paused[\s\S]*… pending 0/);
    const sent = Number(/ sent (\d+) of 50/.exec(terminal.screen().join('\n'))![1]);
    expect(sent).toBeLessThan(50);
    expect(await end(broker, topic)).toBe(String(sent));
    terminal.press('p');
    await terminal.waitFor(
      /✓ all sent[\s\S]* sent 50 of 50 \(100 %\)[\s\S]*acknowledged 50 .*failed 0 .*unknown 0/,
    );
    await terminal.waitFor(/✓ acknowledged 0@49/);

    const read = await readAll(broker, topic, 50);
    expect(read.map(({key}) => key)).toEqual(Array.from({length: 50}, (_, at) => `u-${at + 1}`));
    expect(new Set(read.map(({value}) => JSON.parse(value!).id)).size).toBe(50);
    const results = resultsOf(terminal);
    expect(results.slice(0, -1).map(({number, status, offset}) => `${number} ${status} ${offset}`)).toEqual(
      Array.from({length: 50}, (_, at) => `${at + 1} acknowledged ${at}`),
    );
    expect(results.at(-1)).toMatchObject({kind: 'summary', status: 'done', sent: 50, acknowledged: 50});
    terminal.press('e');
    await terminal.waitFor('Written to kafka-notify-bulk-');
    expect(readdirSync(dirname(terminal.stateFolder)).filter(name => name.endsWith('.jsonl'))).toHaveLength(
      1,
    );
    // What follows by hand counts on.
    terminal.press('esc');
    await terminal.waitFor(screen => !screen.join('\n').includes('IN BULK'));
    terminal.press('ctrl+s');
    await terminal.waitFor('✓ acknowledged 0@50');
    expect((await readAll(broker, topic, 51)).at(-1)!.key).toBe('u-51');
  });

  it('names the lines of a file that are no JSON, and sends them once they are mended', async () => {
    const {terminal, topic} = await openPayload(broker);
    const file = join(dirname(terminal.stateFolder), 'values.jsonl');
    writeFileSync(file, '{"n": 1}\n{"n":}\n\n{"n": 9007199254740993}\nno\n');
    await fillIn(terminal, {file: 'values.jsonl'});
    terminal.press('enter');
    await terminal.waitFor('Nothing was sent.');
    await terminal.waitFor(/^ 2:6 expected a value/m);
    await terminal.waitFor(/^ 5:1 /m);
    expect(await end(broker, topic)).toBe('0');
    writeFileSync(file, '{"n": 1}\n{"n": 2}\n\n{"n": 9007199254740993}\n');
    terminal.press('enter');
    await terminal.waitFor(/✓ all sent[\s\S]* sent 3 of 3 [\s\S]*acknowledged 3 /);
    expect((await readAll(broker, topic, 3)).map(({value}) => value)).toEqual([
      '{"n": 1}',
      '{"n": 2}',
      '{"n": 9007199254740993}',
    ]);
    await terminal.waitFor('In bulk, 3 sent: 3 acknowledged.');
    expect(resultsOf(terminal).map(({line, status}) => [line, status])).toEqual([
      [1, 'acknowledged'],
      [2, 'acknowledged'],
      [4, 'acknowledged'],
      [undefined, 'done'],
    ]);
  });

  it('stops sending when it is cancelled or left, and says how many were sent', async () => {
    const {terminal, topic} = await openPayload(broker);
    terminal.type('{"n": 1}');
    await terminal.waitFor('valid · 8 bytes');
    await fillIn(terminal, {times: '100000', rate: '20'});
    terminal.press('enter');
    await terminal.waitFor(/● sending[\s\S]* sent [1-9]\d* of 100,000/);
    terminal.press('c');
    await terminal.waitFor(/Cancelled; of 100,000, (\d+) sent: \1 acknowledged\./);
    const sent = Number(/of 100,000, (\d+) sent/.exec(terminal.screen().join('\n'))![1]);
    expect(await end(broker, topic)).toBe(String(sent));

    terminal.press('n');
    await terminal.waitFor(/times +100000/);
    terminal.press('enter');
    await terminal.waitFor(/● sending[\s\S]* sent [1-9]\d* of 100,000/);
    terminal.press('ctrl+c');
    expect(await terminal.exit).toMatchObject({code: 0});
    const results = resultsOf(terminal);
    expect(results.at(-1)).toMatchObject({kind: 'summary', status: 'cancelled', sent: results.length - 1});
    expect(await end(broker, topic)).toBe(String(sent + results.length - 1));
  });
});

/** Opens the form and fills in what is to be sent in bulk. */
async function fillIn(terminal: Terminal, form: {times?: string; file?: string; rate?: string}) {
  terminal.press('alt+b');
  await terminal.waitFor('IN BULK');
  for (const [label, text] of [
    ['times', form.times],
    ['or a file', form.file],
    ['a second', form.rate],
  ] as const) {
    if (text !== undefined) {
      terminal.type(text);
      await terminal.waitFor(new RegExp(`^ ${label} +${text}$`, 'm'));
    }
    terminal.press('tab');
  }
}

/** The results of the newest run, as they are kept. */
function resultsOf(terminal: Terminal): Record<string, unknown>[] {
  const folder = join(terminal.stateFolder, 'bulk');
  const newest = readdirSync(folder).sort().at(-1)!;
  const lines = readFileSync(join(folder, newest), 'utf8').trimEnd().split('\n');
  return lines.map(line => JSON.parse(line));
}

async function end(broker: BrokerUnderTest, topic: string): Promise<string> {
  return (await broker.admin().fetchTopicOffsets(topic))[0]!.high;
}

async function openPayload(broker: BrokerUnderTest, args: readonly string[] = []) {
  const topic = await broker.freshTopic({partitions: 1});
  const opened = open(broker, topic, args);
  await opened.terminal.waitFor('1 partition · rf 1');
  opened.terminal.press('2');
  await opened.terminal.waitFor('Ctrl+F format');
  return opened;
}

/** Opens a list of drafts, types until the one that is meant is the first, and takes it. */
async function choose(terminal: Terminal, key: string, title: string, typed: string, chosen: RegExp) {
  terminal.press(key);
  await terminal.waitFor(title);
  terminal.type(typed);
  await terminal.waitFor(
    screen => chosen.test(screen.join('\n')) && screen.join('\n').includes(`find ${typed}`),
  );
  terminal.press('enter');
  await terminal.waitFor(screen => !screen.join('\n').includes(title));
}

/** Finds a command in the palette and does it. */
async function command(terminal: Terminal, typed: string, chosen: RegExp) {
  terminal.press('ctrl+p');
  await terminal.waitFor('COMMANDS');
  terminal.type(typed);
  await terminal.waitFor(
    screen => chosen.test(screen.join('\n')) && screen.join('\n').includes(` : ${typed}`),
  );
  terminal.press('enter');
}
