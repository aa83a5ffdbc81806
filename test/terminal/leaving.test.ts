import {existsSync, mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {describeOnBrokers} from '../contract/support/brokers.ts';
import {handlerFile, open} from './support/stories.ts';
import type {Terminal} from './support/terminal.ts';

describeOnBrokers('leaving', broker => {
  /** Takes its time with each message (or for ever), and leaves a file when it has begun. */
  const slow = (begun: string, how = 'setTimeout(resolve, 1500)') => `import {writeFileSync} from 'node:fs';
export const processMessage = () => {
  writeFileSync(${JSON.stringify(begun)}, '');
  return new Promise(resolve => ${how});
};
`;
  const beginning = () => join(mkdtempSync(join(tmpdir(), 'kafka-notify-begun-')), 'begun');

  it('by q: the terminal is as it was, and the exit code is 0', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const {terminal} = open(broker, topic);
    await terminal.waitFor('1 partition');
    expect(terminal.isFullScreen).toBe(true);
    terminal.press('q');
    expect(await terminal.exit).toEqual({code: 0, signal: 0});
    expectRestored(terminal);
  });

  it('by a signal or Ctrl+C: the message in hand is finished and committed first', async () => {
    for (const end of [
      (terminal: Terminal) => terminal.press('ctrl+c'),
      (terminal: Terminal) => terminal.kill('SIGTERM'),
      (terminal: Terminal) => terminal.kill('SIGHUP'),
    ]) {
      const topic = await broker.freshTopic({partitions: 1});
      const begun = beginning();
      const handler = handlerFile(slow(begun));
      const {terminal, group} = open(broker, topic, ['--from', 'beginning', '--handler', handler.path]);
      await terminal.waitFor('1 partition');
      terminal.press('x');
      await terminal.waitFor('● running');
      await broker.produce(topic, [
        {partition: 0, value: '{"n":1}'},
        {partition: 0, value: '{"n":2}'},
      ]);
      await expect.poll(() => existsSync(begun), {timeout: 10_000}).toBe(true);
      end(terminal);
      await terminal.waitFor('Leaving: finishing what is in hand, then committing');
      expect(await terminal.exit).toEqual({code: 0, signal: 0});
      expectRestored(terminal);
      const [committed] = await broker.committed(group, topic);
      expect(Number(committed)).toBeGreaterThanOrEqual(1);
    }
  });

  it('by x and then q: the message in hand is finished and committed, and the group is left', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const begun = beginning();
    const handler = handlerFile(slow(begun, 'setTimeout(resolve, 4000)'));
    const {terminal, group} = open(broker, topic, ['--from', 'beginning', '--handler', handler.path]);
    await terminal.waitFor('1 partition');
    terminal.press('x');
    await terminal.waitFor('● running');
    await broker.produce(topic, [{partition: 0, value: '{}'}]);
    await expect.poll(() => existsSync(begun), {timeout: 10_000}).toBe(true);
    terminal.press('x');
    await terminal.waitFor('◌ stopping');
    terminal.press('q');
    expect(await terminal.exit).toEqual({code: 0, signal: 0});
    expectRestored(terminal);
    expect(await broker.committed(group, topic)).toEqual(['1']);
    const {groups} = await broker.admin().describeGroups([group]);
    expect(groups[0]!.members).toEqual([]);
  });

  it('by Ctrl+C twice: at once', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const begun = beginning();
    const handler = handlerFile(slow(begun, '{}'));
    const {terminal, group} = open(broker, topic, ['--from', 'beginning', '--handler', handler.path]);
    await terminal.waitFor('1 partition');
    terminal.press('x');
    await terminal.waitFor('● running');
    await broker.produce(topic, [{partition: 0, value: '{}'}]);
    await expect.poll(() => existsSync(begun), {timeout: 10_000}).toBe(true);
    terminal.press('ctrl+c');
    await terminal.waitFor('Ctrl+C leaves at once');
    terminal.press('ctrl+c');
    expect((await terminal.exit).code).toBe(130);
    expectRestored(terminal);
    expect(await broker.committed(group, topic)).toEqual(['0']);
  });

  it('by kill -9: the draft is there at the next start', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const first = open(broker, topic);
    await first.terminal.waitFor('1 partition');
    first.terminal.press('2');
    await first.terminal.waitFor('Ctrl+F format');
    first.terminal.type('{"type": "half written", "to');
    await first.terminal.waitFor('28 bytes');
    first.terminal.press('tab');
    await first.terminal.waitFor(screen =>
      screen.some((row, at) => row.startsWith(' key') && first.terminal.markedColumns(at) > 1),
    );
    first.terminal.type('u-17');
    await first.terminal.waitFor(/key +u-17/);
    await draftKept(first.terminal, topic, 'u-17');
    first.terminal.kill('SIGKILL');
    expect((await first.terminal.exit).signal).toBe(9);

    const second = open(broker, topic, [], {stateFolder: first.terminal.stateFolder});
    await second.terminal.waitFor('{"type": "half written", "to');
    await second.terminal.waitFor(/key +u-17/);
    await second.terminal.waitFor('1 partition');
  });
});

/** The alternate screen is left, the cursor is shown, pastes come as they are. */
function expectRestored(terminal: Terminal): void {
  expect(terminal.isFullScreen).toBe(false);
  const switched = (mode: string) => {
    const output = terminal.output().toString();
    return output.lastIndexOf(`\u001B[?${mode}h`) > output.lastIndexOf(`\u001B[?${mode}l`);
  };
  expect({
    cursor: switched('25'),
    alternate: switched('1049'),
    paste: switched('2004'),
    held: switched('2026'),
  }).toEqual({
    cursor: true,
    alternate: false,
    paste: false,
    held: false,
  });
}

/** Kept within a second of the last key. */
async function draftKept(terminal: Terminal, topic: string, text: string): Promise<void> {
  await expect.poll(() => terminal.draft(topic), {timeout: 3000}).toContain(text);
}
