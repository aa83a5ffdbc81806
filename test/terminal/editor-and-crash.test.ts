import {existsSync, mkdtempSync, readdirSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {describeOnBrokers} from '../contract/support/brokers.ts';
import {handlerFile, open} from './support/stories.ts';

describeOnBrokers('handing the terminal over and giving it back', broker => {
  it('opens the whole draft in $EDITOR, takes back what was saved, and goes on', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const {path} = handlerFile(`import {readFileSync, writeFileSync} from 'node:fs';
const file = process.argv.at(-1);
const text = readFileSync(file, 'utf8');
if (!process.stdin.isTTY || !text.includes('key: u-1')) process.exit(1);
writeFileSync(file, text.replace('key: u-1', 'key: u-2\\nheader trace: t-1').replace('"n":1', '"n":2') + '\\n');`);
    const environment = {VISUAL: `'${process.execPath}' '${path}'`};
    const {terminal} = open(broker, topic, [], {environment});
    await terminal.waitFor('1 partition');
    terminal.press('2');
    terminal.type('{"n":1}');
    await terminal.waitFor('valid · 7 bytes');
    terminal.press('tab');
    await terminal.waitFor(screen =>
      screen.some((row, at) => row.startsWith(' key') && terminal.markedColumns(at) > 1),
    );
    terminal.type('u-1');
    await terminal.waitFor('u-1');
    terminal.press('ctrl+o');
    await terminal.waitFor('{"n":2}');
    await terminal.waitFor('u-2');
    await terminal.waitFor('trace: t-1');
    await terminal.waitFor('valid · 7 bytes');
    terminal.press('ctrl+s');
    await terminal.waitFor(/acknowledged 0@0/);
  });

  it('keeps the draft when the editor fails', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const {path} = handlerFile('process.exit(3);');
    const environment = {VISUAL: `'${process.execPath}' '${path}'`};
    const {terminal} = open(broker, topic, [], {environment});
    await terminal.waitFor('1 partition');
    terminal.press('2');
    terminal.type('{"n":1}');
    await terminal.waitFor('valid · 7 bytes');
    terminal.press('ctrl+o');
    await terminal.waitFor('ended with 3. The draft stays as it was');
    await terminal.waitFor('{"n":1}');
  });

  it.each(['SIGHUP', 'SIGTERM'] as const)(
    'ends the editor too at %s, keeps what it had saved, and leaves no copy of the draft behind',
    async signal => {
      const topic = await broker.freshTopic({partitions: 1});
      const temporary = mkdtempSync(join(tmpdir(), 'kafka-notify-editor-'));
      const {path} = handlerFile(`import {readFileSync, writeFileSync} from 'node:fs';
const file = process.argv.at(-1);
writeFileSync(file, readFileSync(file, 'utf8').replace('"n":1', '"n":2'));
process.on('SIGHUP', () => {
  writeFileSync(import.meta.filename + '.ended', '');
  process.exit(1);
});
console.log('editor is open');
setInterval(() => {}, 1000);`);
      const environment = {VISUAL: `'${process.execPath}' '${path}'`, TMPDIR: temporary};
      const {terminal} = open(broker, topic, [], {environment});
      await terminal.waitFor('1 partition');
      terminal.press('2');
      terminal.type('{"n":1}');
      await terminal.waitFor('valid · 7 bytes');
      terminal.press('ctrl+o');
      await terminal.waitFor('editor is open');
      expect(readdirSync(temporary)).toHaveLength(1);
      terminal.kill(signal);
      await terminal.exit;
      expect(readdirSync(temporary)).toEqual([]);
      expect(terminal.draft(topic)).toContain('{\\"n\\":2}');
      await expect.poll(() => existsSync(`${path}.ended`)).toBe(true);
    },
  );

  it('gives the terminal back when it crashes, keeps the draft, and says where the report is', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const {path, save} = handlerFile('');
    const trigger = join(path, '..', 'now');
    save(`import {existsSync} from 'node:fs';
setInterval(() => { if (existsSync(${JSON.stringify(trigger)})) throw new Error('a defect'); }, 20).unref();`);
    const {terminal} = open(broker, topic, [], {environment: {NODE_OPTIONS: `--import ${path}`}});
    await terminal.waitFor('1 partition');
    terminal.press('2');
    terminal.type('{"half": "writ');
    await terminal.waitFor('{"half": "writ');
    writeFileSync(trigger, '');
    expect(await terminal.exit).toEqual({code: 1, signal: 0});
    expect(terminal.isFullScreen).toBe(false);
    await terminal.waitFor('kafka-notify ended by a defect of its own. Your draft is kept');
    expect(terminal.draft(topic)).toContain('{\\"half\\": \\"writ');
  });
});
