import {expect, it} from 'vitest';
import {describeOnBrokers} from '../contract/support/brokers.ts';
import {handlerFile, open, throwsOn} from './support/stories.ts';

describeOnBrokers('the consumer on the screen', broker => {
  const messages = (count: number) =>
    Array.from({length: count}, (_, at) => ({partition: 0, value: `{"type":"email","n":${at}}`}));

  it('asks where to start, and processes everything from the beginning', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await broker.produce(topic, messages(3));
    const {terminal, group} = open(broker, topic);
    await terminal.waitFor('1 partition');
    terminal.press('x');
    await terminal.waitFor(`Group ${group} has no committed offset yet, and 3 messages are`);
    await terminal.waitFor('? where to start');
    expect(await broker.committed(group, topic)).toEqual(['-1']);
    terminal.press('b');
    await terminal.waitFor(/✓ committed +0@2/);
    expect(await broker.committed(group, topic)).toEqual(['3']);
  });

  it('asks where to start, and takes only new messages', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    await broker.produce(topic, messages(3));
    const {terminal, group} = open(broker, topic);
    await terminal.waitFor('1 partition');
    terminal.press('x');
    await terminal.waitFor('? where to start');
    terminal.press('n');
    await terminal.waitFor('● running');
    await broker.produce(topic, messages(1));
    await terminal.waitFor(/✓ committed +0@3/);
    expect(terminal.screen().join('\n')).not.toMatch(/ 0@2 /);
    expect(await broker.committed(group, topic)).toEqual(['4']);
  });

  it('is stopped and started: it goes on where it was', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const {terminal, group} = open(broker, topic, ['--from', 'beginning']);
    await terminal.waitFor('1 partition');
    terminal.press('x');
    await terminal.waitFor('● running');
    await broker.produce(topic, messages(2));
    await terminal.waitFor(/✓ committed +0@1/);
    terminal.press('x');
    await terminal.waitFor('○ stopped');
    await broker.produce(topic, messages(2));
    await terminal.waitFor(/lag 2 /);
    expect(await broker.committed(group, topic)).toEqual(['2']);
    terminal.press('x');
    await terminal.waitFor(/✓ committed +0@3/);
    expect(rowsOf(terminal.screen())).toEqual(['0@0', '0@1', '0@2', '0@3']);
    expect(await broker.committed(group, topic)).toEqual(['4']);
  });

  it('is paused: nothing is processed until it goes on', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const {terminal, group} = open(broker, topic, ['--from', 'beginning']);
    await terminal.waitFor('1 partition');
    terminal.press('x');
    await terminal.waitFor('● running');
    terminal.press('p');
    await terminal.waitFor('Paused by hand; p goes on.');
    await broker.produce(topic, messages(2));
    await terminal.waitFor(/lag 2 /);
    expect(terminal.screen().join('\n')).not.toContain('0@0');
    terminal.press('p');
    await terminal.waitFor(/✓ committed +0@1/);
    expect(await broker.committed(group, topic)).toEqual(['2']);
  });

  it('follows the newest message until the person moves up, and counts what came since', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const {terminal} = open(broker, topic, ['--from', 'beginning']);
    await terminal.waitFor('1 partition');
    terminal.press('x');
    await terminal.waitFor('● running');
    await broker.produce(topic, messages(60));
    await terminal.waitFor(/▸✓ committed +0@59/);
    terminal.press('up');
    await terminal.waitFor(/▸✓ committed +0@58/);
    await terminal.waitFor('paused · 0 new');
    await broker.produce(topic, messages(5));
    await terminal.waitFor('paused · 5 new');
    expect(terminal.screen().join('\n')).toMatch(/▸✓ committed +0@58/);
    terminal.press('G');
    await terminal.waitFor(/▸✓ committed +0@64/);
    await terminal.waitFor('follow ↓');
    terminal.press('enter');
    await terminal.waitFor('MESSAGE 0@64');
    await terminal.waitFor('"n": 4');
    terminal.press('esc');
    await terminal.waitFor('follow ↓');
  });

  it('tries again by itself with a countdown, and each attempt is kept with what it printed', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const source = `let times = 0;\nexport function processMessage() { console.log('attempt', ++times); if (times === 1) throw new Error('busy'); }\n`;
    const handler = handlerFile(source);
    const {terminal} = open(broker, topic, ['--from', 'beginning', '--handler', handler.path]);
    await terminal.waitFor('1 partition');
    terminal.press('x');
    await terminal.waitFor('● running');
    await broker.produce(topic, messages(1));
    await terminal.waitFor(/↻ retry 1 s +0@0/);
    await terminal.waitFor(/↻ 0 again in 1 s: Error: busy/);
    await terminal.waitFor(/✓ committed +0@0/);
    terminal.press('enter');
    await terminal.waitFor('MESSAGE 0@0');
    terminal.press('shift+tab', 'shift+tab');
    await terminal.waitFor(/1 .* Error: busy/);
    await terminal.waitFor('attempt 1');
    await terminal.waitFor(/2 .* processed/);
    await terminal.waitFor('attempt 2');
  });

  it('says what is wrong with the processing code, and starts again when it is mended', async () => {
    const topic = await broker.freshTopic({partitions: 1});
    const handler = handlerFile('export function processMessage( {');
    const {terminal} = open(broker, topic, ['--from', 'beginning', '--handler', handler.path]);
    await terminal.waitFor('1 partition');
    terminal.press('x');
    await terminal.waitFor('✗ failed');
    await terminal.waitFor(/notify\.mjs/);
    handler.save(throwsOn('nothing'));
    await broker.produce(topic, messages(1));
    terminal.press('x');
    await terminal.waitFor(/✓ committed +0@0/);
  });
});

/** The positions that the consumer pane lists, in its order. */
function rowsOf(screen: readonly string[]): string[] {
  return screen.flatMap(row => / ✓ \w+ +(\d+@\d+) /.exec(row.replace('▸', ' '))?.[1] ?? []);
}
