import {mkdtempSync, readdirSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
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
});

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
