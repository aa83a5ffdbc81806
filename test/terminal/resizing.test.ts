import {expect, it, onTestFinished} from 'vitest';
import {type BrokerUnderTest, describeOnBrokers} from '../contract/support/brokers.ts';
import {open} from './support/stories.ts';
import type {Terminal} from './support/terminal.ts';

const sizes = [
  [200, 50],
  [120, 40],
  [80, 24],
  [60, 16],
  [40, 10],
] as const;
const thereAndBack = [...sizes, ...sizes.toReversed().slice(1)];
/** Drawings at each size that are looked at, each of them whole. */
const looked = 12;

describeOnBrokers('a terminal that changes its size', broker => {
  it('has whole rows at every size while messages stream in, and counts every message', async () => {
    const topic = await broker.freshTopic({partitions: 3});
    const {terminal, group} = open(broker, topic, ['--from', 'beginning'], {columns: 200, rows: 50});
    await terminal.waitFor('3 partitions');
    terminal.press('x');
    await terminal.waitFor('● running');
    const stream = streaming(broker, topic);
    onTestFinished(async () => void (await stream.stop()));
    for (const [columns, rows] of thereAndBack) {
      terminal.resize(columns, rows);
      const problems = () => wrongRows(terminal, columns, rows);
      await terminal.waitFor(() => problems().length === 0);
      // A window that is too small says the same all the time: nothing is drawn again.
      if (columns < 60) continue;
      await terminal.eachDrawing(looked, () => {
        expect(problems(), `at ${columns}×${rows}:\n${terminal.screen().join('\n')}`).toEqual([]);
      });
    }
    const published = await stream.stop();
    await terminal.waitFor(new RegExp(`✓ ${published} `), 30_000);
    await terminal.waitFor(/lag 0 /, 30_000);
    const committed = await broker.committed(group, topic);
    expect(committed.reduce((sum, offset) => sum + Number(offset), 0)).toBe(published);
  }, 120_000);
});

/** Rows that are not what belongs there: torn, left over, or too short. */
function wrongRows(terminal: Terminal, columns: number, rows: number): string[] {
  const screen = terminal.screen();
  if (columns < 60 || rows < 16) {
    const text = screen.join(' ').trim();
    const says = `Enlarge this window to 60×16 (it is ${columns}×${rows}). consumer ● running · everything goes on`;
    return text === says ? [] : [...screen];
  }
  const wrong: string[] = [];
  const expectRow = (at: number, isRight: boolean) => {
    if (!isRight) wrong.push(`${at}: ${screen[at]}`);
  };
  expectRow(0, /^ kafka-notify {2}127\.0\.0\.1:\d+ .*● connected$/.test(screen[0]!));
  expectRow(rows - 1, /^ Ctrl\+S publish {2}\S/.test(screen[rows - 1]!));
  const bars = screen.flatMap((row, at) => (/^ (TOPIC|PAYLOAD)|^ CONSUMER/.test(row) ? [at] : []));
  if (bars.length === 0) wrong.push('no title bar');
  for (const at of bars) expectRow(at, terminal.markedColumns(at) === columns);
  const consumer = screen.findIndex(row => row.includes('CONSUMER ● running'));
  expectRow(Math.max(0, consumer), consumer > 0);
  const left = screen[consumer]?.indexOf('CONSUMER') ?? 0;
  let messages = 0;
  for (let at = consumer + 1; at < rows - 1; at++) {
    const row = screen[at]!.slice(left - 1).trimEnd();
    if (row === '') continue;
    messages++;
    expectRow(
      at,
      /^[ ▸]✓ (committed|processed) {2,}\d@\d+ +(now|\d+s) +\S+ +email +.*(<1|\d+) ms$/.test(row),
    );
  }
  if (messages === 0) wrong.push('no message');
  return wrong;
}

/** Publishes some hundred messages a second until it is stopped; answers how many there are. */
function streaming(broker: BrokerUnderTest, topic: string): {stop(): Promise<number>} {
  let isOver = false;
  let count = 0;
  const done = (async () => {
    while (!isOver) {
      await broker.produce(
        topic,
        Array.from({length: 10}, () => ({
          key: `u-${count++ % 97}`,
          value: `{"type":"email","to":"ü${count}@例.org"}`,
        })),
      );
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  })();
  return {
    async stop() {
      isOver = true;
      await done;
      return count;
    },
  };
}
