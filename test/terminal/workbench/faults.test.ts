import {expect, it} from 'vitest';
import {describeOnBrokers} from '../../contract/support/brokers.ts';
import {open} from '../support/stories.ts';
import type {Terminal} from '../support/terminal.ts';

describeOnBrokers('faults on purpose, from the palette', broker => {
  /** The consumer runs on an empty topic of one partition. */
  async function opened(args: readonly string[] = [], size: {columns?: number; rows?: number} = {}) {
    const topic = await broker.freshTopic({partitions: 1});
    const {terminal, group} = open(broker, topic, ['--from', 'beginning', ...args], size);
    await terminal.waitFor('not consumed he');
    terminal.press('4', 'x');
    await terminal.waitFor('● running');
    let sent = 0;
    const publish = async (count: number) =>
      broker.produce(
        topic,
        Array.from({length: count}, () => ({partition: 0, value: `{"type":"email","n":${sent++}}`})),
      );
    const committed = async () => (await broker.committed(group, topic))[0];
    return {terminal, publish, committed};
  }

  async function choose(terminal: Terminal, words: string): Promise<void> {
    terminal.press(':');
    await terminal.waitFor('COMMANDS');
    terminal.type(words);
    await terminal.waitFor(screen => screen.some(row => row.startsWith(` : ${words}`)));
    terminal.press('enter');
    await terminal.waitFor(screen => !screen.some(row => row.includes('COMMANDS')));
  }

  const isOn = (words: string) => (screen: readonly string[]) =>
    screen[0]!.includes('FAULTS ON') && screen.some(row => row.includes(`FAULTS ${words}`));
  const isOff = (screen: readonly string[]) =>
    !screen[0]!.includes('FAULTS ON') && !screen.some(row => / FAULTS /.test(row));

  it('fail next: one attempt fails, its second is processed, and the fault is off by itself', async () => {
    const {terminal, publish} = await opened();
    await choose(terminal, 'fail next');
    await terminal.waitFor(isOn('fail next 1'));
    await publish(1);
    await terminal.waitFor(/↻ retry \d s +0@0 .*InjectedFault: failed on purpose/);
    await terminal.waitFor(isOff);
    await terminal.waitFor(/✓ committed +0@0/);
  });

  it('fail every Nth, with an N of one’s own: written as at the command line', async () => {
    const {terminal, publish} = await opened(['--retries', '0']);
    await choose(terminal, 'write them');
    await terminal.waitFor('FAULTS on purpose');
    terminal.type('fail-every=often');
    await terminal.waitFor('faults fail-every=often');
    terminal.press('enter');
    await terminal.waitFor('"fail-every=often" needs a whole number');
    terminal.press('esc');
    await terminal.waitFor(screen => !screen.some(row => row.includes('FAULTS on purpose')));
    await choose(terminal, 'write them');
    await terminal.waitFor('FAULTS on purpose');
    terminal.type('fail-every=2');
    await terminal.waitFor('faults fail-every=2');
    terminal.press('enter');
    await terminal.waitFor(isOn('fail every 2nd'));
    await publish(2);
    await terminal.waitFor(/✓ committed +0@0/);
    await terminal.waitFor(/✗ held +0@1 .*InjectedFault/);
    await choose(terminal, 'none');
    await terminal.waitFor(isOff);
    terminal.press('h', 'r');
    await terminal.waitFor(/✓ committed +0@1/);
  });

  it('slow: each message takes its time while it is on', async () => {
    const {terminal, publish} = await opened(['--fault', 'slow=30s']);
    await terminal.waitFor(isOn('slow 30000 ms'));
    await publish(2);
    await terminal.waitFor(/lag 2 /);
    expect(terminal.screen().join('\n')).not.toContain('0@0');
    // The one in hand is asked to stop by the pause, and the fault is off when it goes on.
    terminal.press('p');
    await terminal.waitFor('Paused by hand');
    await choose(terminal, 'none');
    await terminal.waitFor(isOff);
    terminal.press('p');
    await terminal.waitFor(/✓ committed +0@1/);
  });

  it('stop before commit: processed and not committed; turned off, what is finished is committed', async () => {
    const {terminal, publish, committed} = await opened();
    await publish(1);
    await terminal.waitFor(/✓ committed +0@0/);
    await choose(terminal, 'stop before');
    await terminal.waitFor(isOn('stop before commit'));
    await publish(2);
    await terminal.waitFor(/✓ processed +0@2/);
    expect(await committed()).toBe('1');
    await choose(terminal, 'stop before');
    await terminal.waitFor(isOff);
    await terminal.waitFor(/✓ committed +0@2/);
    expect(await committed()).toBe('3');
  });

  it('stop before commit, then quit: nothing was committed, and all of it comes again', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const first = open(broker, topic, ['--from', 'beginning', '--fault', 'stop-before-commit']);
    await first.terminal.waitFor('1 partition');
    first.terminal.press('x');
    await first.terminal.waitFor('● running');
    await broker.produce(topic, [{partition: 0, value: '{"n":0}'}]);
    await first.terminal.waitFor(/✓ processed +0@0/);
    first.terminal.press('q');
    await first.terminal.exit;
    expect(first.terminal.screen().join('\n')).toContain('Nothing was committed');
    const second = open(broker, topic, ['--from', 'beginning'], {group: first.group});
    await second.terminal.waitFor('1 partition');
    second.terminal.press('x');
    await second.terminal.waitFor(/✓ committed +0@0/);
  });

  it('crash before commit: the consumer drops out once, and what it had finished comes again', async () => {
    const {terminal, publish, committed} = await opened();
    await choose(terminal, 'crash before');
    await terminal.waitFor(isOn('crash before commit'));
    await publish(1);
    await terminal.waitFor('Crashed on purpose before a commit');
    await terminal.waitFor(isOff);
    await terminal.waitFor(/✓ uncommitted +0@0 .*not committed/, 30_000);
    await terminal.waitFor(/✓ committed +0@0 .* redelivered/);
    await terminal.waitFor('✓ 1  ✗ 0  ↷ 0  ↻ 1 redelivered');
    await terminal.waitFor('● running');
    expect(await committed()).toBe('1');
  });

  it.each([
    [60, 16],
    [80, 24],
    [120, 40],
    [200, 50],
  ])('a fault is plainly visible at %i columns, whatever is on the screen', async (columns, rows) => {
    const {terminal} = await opened(['--fault', 'fail-every=3'], {columns, rows});
    const visible = (screen: readonly string[]) => screen[0]!.includes('FAULTS ON');
    for (const key of ['1', '3', '4', '?', 'esc', 'L', 'esc', ':']) {
      terminal.press(key);
      await terminal.waitFor(visible);
    }
    terminal.press('esc', '4');
    await terminal.waitFor('FAULTS fail every 3rd');
    await terminal.waitFor(screen => screen.every(row => row.length <= columns));
  });
});
