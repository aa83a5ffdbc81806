import {randomBytes} from 'node:crypto';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {describeOnBrokers} from '../contract/support/brokers.ts';
import {handlerFile, open, throwsOn} from './support/stories.ts';

const sizes = [
  [200, 50],
  [120, 40],
  [80, 24],
  [60, 16],
  [40, 10],
] as const;
const snapshots = join(import.meta.dirname, 'snapshots');

describeOnBrokers('the quiet screen', broker => {
  it('looks the same as ever at each width, with a held message, others behind it and others committed', async () => {
    const topic = `screens-${randomBytes(3).toString('hex')}`;
    await broker.admin().createTopics({waitForLeaders: true, topics: [{topic, numPartitions: 3}]});
    const handler = handlerFile(throwsOn('fail'));
    const args = ['--from', 'beginning', '--handler', handler.path, '--retries', '0'];
    const {terminal} = open(broker, topic, args, {group: topic, columns: 200, rows: 50});
    await terminal.waitFor('3 partitions');
    terminal.press('x');
    await terminal.waitFor('● running');
    // Old enough for their age not to change while this is looked at.
    const timestamp = String(Date.now() - 3.5 * 24 * 3600 * 1000);
    const steps = [
      [
        {partition: 0, key: 'u-17', value: '{"type":"email.send","to":"user@example.org"}'},
        /✓ committed +0@0/,
      ],
      [{partition: 2, key: 'u-02', value: '{"type":"push.send","to":"例え"}'}, /✓ committed +2@0/],
      [{partition: 1, key: 'u-18', value: '{"type":"fail","to":"u-18"}'}, /✗ held +1@0/],
      [{partition: 1, key: 'u-21', value: '{"type":"sms.send","to":"+15550100"}'}, /lag 2 /],
      [{partition: 0, key: null, value: null}, /✓ committed +0@1/],
    ] as const;
    for (const [message, expected] of steps) {
      await broker.produce(topic, [{timestamp, ...message}]);
      await terminal.waitFor(expected);
    }
    terminal.press('h');
    await terminal.waitFor(/▸✗ held +1@0/);
    await terminal.waitFor(/ 0 msg\/s/);
    for (const [columns, rows] of sizes) {
      terminal.resize(columns, rows);
      // What the terminal itself makes of the old drawing is gone when the title bars reach from edge to edge.
      const isDrawn = (screen: readonly string[]) =>
        columns < 60
          ? screen[0]!.startsWith('Enlarge')
          : screen[0]!.startsWith(' kafka-notify ') &&
            screen.at(-1)!.startsWith(' r retry') &&
            terminal.markedColumns(screen.findIndex(row => row.includes('CONSUMER'))) === columns &&
            screen.some(row => /▸✗ held +1@0/.test(row));
      await terminal.waitFor(isDrawn);
      const text = `${terminal.screen().map(steady).join('\n')}\n`;
      await expect(text).toMatchFileSnapshot(join(snapshots, `${columns}x${rows}.screen.txt`));
    }
  });
});

/** A row without what differs from run to run, as wide as before: names, the broker's port and id, durations, rates. */
function steady(row: string): string {
  const port = /127\.0\.0\.1:(\d+)/.exec(row)?.[1] ?? '00000';
  return row
    .replaceAll(/screens-[0-9a-f]{6}/g, 'screens-xxxxxx')
    .replace(`127.0.0.1:${port}`, '127.0.0.1:00000')
    .replace(/ {3,}/, blanks => (port.length < 5 ? blanks.slice(5 - port.length) : blanks))
    .replace(/^( +\d+ +)[01]( +1\/1 )/, '$11$2')
    .replaceAll(/ *(?:<1|\d+) ms(?!g)/g, text => '# ms'.padStart(text.length))
    .replaceAll(/\d+ msg\/s [▁-█ ]{12}/g, `0 msg/s${' '.repeat(13)}`)
    .replaceAll(/\d msg\/s/g, '0 msg/s');
}
