import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Figure, Row} from './figure.ts';
import {Helper, pause} from './helper.ts';
import {cpuOf, openConsuming} from './interface.ts';
import {type ProgramScreen, residentMegabytes} from './program-screen.ts';
import {fill, newTopic} from './topics.ts';

const few = 100_000;
const size = 100;
const idleMinutes = 1;
const steadyRate = 5000;
const minute = 60_000;

/** What the interface keeps after few and after many messages, what it takes when nothing happens, and over minutes. */
export const memory: Figure = {
  name: 'memory',
  async measure(bootstrap, say, {messages: many, minutes}) {
    const rows: Row[] = [...(await afterMessages(bootstrap, many, say)), await idle(bootstrap, say)];
    if (minutes > 0) rows.push(...(await overMinutes(bootstrap, minutes, say)));
    return rows;
  },
};

type Kept = {readonly heap: number; readonly resident: number};

async function afterMessages(
  bootstrap: string,
  many: number,
  say: (progress: string) => void,
): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'kafka-notify-bench-memory-'));
  const file = join(folder, 'memory.json');
  const topic = await newTopic(bootstrap);
  const screen = await openConsuming(
    bootstrap,
    topic,
    'beginning',
    ['--expose-gc', '--import', join(import.meta.dirname, 'tell-memory.ts')],
    {BENCH_MEMORY_FILE: file},
  );
  const after = async (from: number, to: number): Promise<Kept> => {
    await fill(bootstrap, topic, to - from, size);
    await screen.waitFor(() => processedOn(screen) >= to, `${to} processed`, 10 * minute);
    await pause(2000);
    const kept = await keptBy(screen, file);
    say(`after ${to}: ${Math.round(kept.heap)} MB used, ${Math.round(kept.resident)} MB resident`);
    return kept;
  };
  const first = await after(0, few);
  const last = await after(few, many);
  await screen.end();
  rmSync(folder, {recursive: true, force: true});
  const [small, large] = [few, many].map(count => count.toLocaleString('en').replaceAll(',', ' '));
  const row = (what: string, kind: keyof Kept): Row => ({
    what: `${what} after ${large} messages`,
    ours: [last[kind]],
    theirs: {name: `after ${small}`, sample: [first[kind]]},
    unit: 'MB',
    target: {sign: '≤', value: 1.1},
  });
  return [row('heap and buffers in use', 'heap'), row('resident memory', 'resident')];
}

/** How many messages the consumer pane's title says are processed. */
function processedOn(screen: ProgramScreen): number {
  return Number(/✓ (\d+)/.exec(screen.text())?.[1] ?? 0);
}

async function keptBy(screen: ProgramScreen, file: string): Promise<Kept> {
  rmSync(file, {force: true});
  process.kill(screen.pid, 'SIGUSR2');
  for (;;) {
    await pause(100);
    try {
      const {heapUsed, external, rss} = JSON.parse(readFileSync(file, 'utf8')) as NodeJS.MemoryUsage;
      return {heap: (heapUsed + external) / 1024 ** 2, resident: rss / 1024 ** 2};
    } catch {
      // Not written yet, or not to its end.
    }
  }
}

async function idle(bootstrap: string, say: (progress: string) => void): Promise<Row> {
  const screen = await openConsuming(bootstrap, await newTopic(bootstrap));
  await pause(3000);
  say(`nothing comes for ${idleMinutes} minute`);
  const cpu = await cpuOf(screen.pid, () => {}, idleMinutes * minute);
  await screen.end();
  return {what: 'CPU while nothing comes', ours: cpu, unit: '% of a core', target: {sign: '≤', value: 3}};
}

async function overMinutes(
  bootstrap: string,
  minutes: number,
  say: (progress: string) => void,
): Promise<Row[]> {
  const topic = await newTopic(bootstrap);
  const producer = new Helper('rated-producer.ts', [bootstrap, topic, String(steadyRate)]);
  await producer.ready();
  const screen = await openConsuming(bootstrap, topic);
  const resident: number[] = [];
  for (let passed = 1; passed <= minutes; passed++) {
    await pause(minute);
    resident.push(residentMegabytes(screen.pid));
    say(`minute ${passed}: ${Math.round(resident.at(-1)!)} MB resident, ${processedOn(screen)} processed`);
  }
  await screen.end();
  await producer.end();
  return [
    {
      what: `resident memory over ${minutes} minutes at ${steadyRate} msg/s`,
      ours: resident,
      theirs: {name: 'after the first minute', sample: resident.map(() => resident[0]!)},
      unit: 'MB',
      target: {sign: '≤', value: 1.1},
    },
  ];
}
