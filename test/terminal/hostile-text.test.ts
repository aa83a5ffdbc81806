import {describe, expect, it} from 'vitest';
import {describeOnBrokers} from '../contract/support/brokers.ts';
import {foreignIn} from './support/control-sequences.ts';
import {hostileBytes, hostileTexts} from './support/hostile-texts.ts';
import {handlerFile, open} from './support/stories.ts';

const texts = Object.values(hostileTexts);

describe('the judge of what is written to the terminal', () => {
  it.each(
    Object.entries(hostileTexts).filter(
      ([name]) => name !== 'a flood of marks' && name !== 'variation selectors',
    ),
  )('knows %s as foreign', (_, text) => {
    expect(foreignIn(Buffer.from(text.toWellFormed() === text ? text : '\u009B'))).not.toEqual([]);
  });

  it('knows bytes that are no UTF-8 as foreign', () => {
    for (const bytes of hostileBytes) expect(() => foreignIn(bytes)).toThrow();
  });

  it('lets pass what the interface writes itself', () => {
    const own =
      '\u001B[?1049h\u001B[?25l\u001B[?2026h\u001B[1;97;44m ✓ é 👍🏽 \u001B[22;39;49m\u001B[2K\u001B[1A\r\n';
    expect(foreignIn(Buffer.from(own))).toEqual([]);
  });

  it('waits for the rest of a sequence that is on its way, and not for that of a foreign one', () => {
    const drawn = Buffer.from('a\u001B[1;97;44mé\u001B[2K');
    for (let length = 0; length <= drawn.length; length++)
      expect(foreignIn(drawn.subarray(0, length))).toEqual([]);
    for (const foreign of ['\u001B]0;', '\u001BP', '\u001B_', '\u001B[>', '\u001B[2 '])
      expect(foreignIn(Buffer.from(foreign))).not.toEqual([]);
  });
});

/** Throws the text of the message, and prints it, in every way there is. */
const throwing = `
const texts = ${JSON.stringify(texts)};
export function processMessage(message) {
  const text = texts[message.partition % texts.length];
  console.log(text);
  console.error({text});
  process.stdout.write(text);
  const error = new Error(text);
  error.name = text;
  throw error;
}
`;

describeOnBrokers('text from outside on the screen', broker => {
  it('never reaches the terminal as more than text: key, value, headers, errors, output, in every view', async () => {
    const values = [
      ...texts.map(text => Buffer.from(JSON.stringify({type: text, to: [text]}))),
      ...hostileBytes,
    ];
    const topic = await broker.freshTopic({partitions: values.length});
    const handler = handlerFile(throwing);
    const {terminal} = open(
      broker,
      topic,
      ['--handler', handler.path, '--retries', '0', '--from', 'beginning'],
      {group: `group-${texts.join('').replaceAll('\0', '').toWellFormed().slice(0, 150)}`, rows: 50},
    );
    await terminal.waitFor(`${values.length} partitions`);
    await broker.produce(
      topic,
      values.map((value, partition) => {
        const text = texts[partition % texts.length]!;
        const headers = {
          [text.toWellFormed()]: text,
          kafka_offset: Buffer.from(text),
          raw: hostileBytes[partition % hostileBytes.length]!,
        };
        return {partition, key: text, value, headers};
      }),
    );
    terminal.press('x');
    await terminal.waitFor(`held ${values.length}`, 60_000);
    await terminal.waitFor('␛[977J␛[977;1H');
    for (let at = 0; at < values.length; at++) {
      terminal.press('h');
      await terminal.waitFor(/▸✗ held/);
      terminal.press('enter');
      for (const view of ['json', 'raw', 'hex', 'headers', 'attempts', 'life']) {
        await terminal.waitFor(
          screen => screen.some(row => row.includes(`MESSAGE `)) && terminal.isInverted(` ${view} `),
        );
        terminal.press('tab');
      }
      await terminal.waitFor(() => terminal.isInverted(' json '));
      terminal.press('esc');
      await terminal.waitFor(/▸✗ held/);
    }
    terminal.press('L');
    await terminal.waitFor(/LOG +lines/);
    terminal.press('g');
    await terminal.waitFor('lines 1–');
    terminal.press('pagedown', 'pagedown', 'G', 'esc');
    await terminal.waitFor(/▸✗ held/);
    terminal.press('S');
    await terminal.waitFor('SEARCH what');
    terminal.paste(`${texts.join(' ')}`);
    await terminal.waitFor(/filter .*\S/);
    terminal.press('enter');
    await terminal.waitFor(/No match in (\d+) of \1 /);
    terminal.press('S');
    await terminal.waitFor('SEARCH what');
    terminal.press('ctrl+u');
    await terminal.waitFor(/filter *$/m);
    terminal.press('enter');
    await terminal.waitFor(`${values.length} found`);
    for (let at = 0; at < values.length; at++) {
      terminal.press('enter');
      for (const view of ['json', 'raw', 'hex', 'headers']) {
        await terminal.waitFor(() => terminal.isInverted(` ${view} `));
        terminal.press('tab');
      }
      await terminal.waitFor(() => terminal.isInverted(' json '));
      terminal.press('esc');
      await terminal.waitFor(`${values.length} found`);
      terminal.press('down');
    }
    expect(foreignIn(terminal.output())).toEqual([]);
  }, 180_000);

  it('also not when it is edited, skipped and published again', async () => {
    const topic = await broker.freshTopic({partitions: texts.length});
    const handler = handlerFile(throwing);
    const {terminal} = open(broker, topic, [
      '--handler',
      handler.path,
      '--retries',
      '0',
      '--from',
      'beginning',
    ]);
    await terminal.waitFor(`${texts.length} partitions`);
    await broker.produce(
      topic,
      texts.map((text, partition) => ({
        partition,
        key: text,
        value: JSON.stringify(text),
        headers: {h: text},
      })),
    );
    terminal.press('x');
    await terminal.waitFor(`held ${texts.length}`, 60_000);
    for (let at = 0; at < texts.length; at++) {
      terminal.press('4', 'h');
      await terminal.waitFor(/▸✗ held/);
      terminal.press('e');
      await terminal.waitFor('Ctrl+S republishes');
      terminal.press('tab');
      terminal.press('tab');
      terminal.press('tab');
      terminal.press('esc');
      await terminal.waitFor(screen => !screen.join('').includes('Ctrl+S republishes'));
      terminal.press('esc');
      await terminal.waitFor('q quit');
    }
    terminal.press('2');
    await terminal.waitFor('Ctrl+F format');
    for (const text of texts) terminal.paste(text.replaceAll('\u001B', '\u241B').toWellFormed());
    terminal.press('ctrl+s');
    await terminal.waitFor('Not published');
    terminal.press('esc');
    await terminal.waitFor(/Esc|quit/);
    expect(foreignIn(terminal.output())).toEqual([]);
  }, 120_000);
});
