import {randomUUID} from 'node:crypto';
import {type Figure, median, type Row, type Sample} from './figure.ts';
import {Helper, pause} from './helper.ts';
import {cpuSeconds, ProgramScreen, program} from './program-screen.ts';
import {newTopic} from './topics.ts';

const rates = [1000, 10_000, 50_000] as const;
/** ms */
const warmUp = 3000;
const watched = 8000;
const slices = 4;
const keys = 120;

/** The whole interface on 200×50 while messages come at a rate; its CPU beyond KafkaJS that does nothing. */
export const interfaceFigure: Figure = {
  name: 'interface',
  async measure(bootstrap, say) {
    const rows: Row[] = [];
    for (const rate of rates) {
      const topic = await newTopic(bootstrap);
      const producer = new Helper('rated-producer.ts', [bootstrap, topic, String(rate)]);
      await producer.ready();
      const bare = await bareConsumer(bootstrap, topic);
      const ours = await underLoad(bootstrap, topic, producer);
      await producer.end();
      say(
        `${rate} msg/s: ${Math.round(ours.rate)} came, CPU ${Math.round(median(ours.cpu))} %, bare ${Math.round(median(bare))} %`,
      );
      rows.push(...rowsOf(rate, ours, bare));
    }
    return rows;
  },
};

type Loaded = {
  /** Messages a second that were acknowledged to the producer meanwhile. */
  readonly rate: number;
  readonly drawings: Sample;
  readonly bytes: Sample;
  /** Per cent of one core. */
  readonly cpu: Sample;
  /** ms from a key to its letter on the screen. */
  readonly latencies: Sample;
};

function rowsOf(rate: number, {rate: came, drawings, bytes, cpu, latencies}: Loaded, bare: Sample): Row[] {
  const at = `at ${rate.toLocaleString('en').replaceAll(',', ' ')} msg/s`;
  const isMost = rate === rates.at(-1);
  return [
    {what: `messages that came  ${at}`, ours: [came], unit: 'msg/s'},
    {what: `drawings  ${at}`, ours: drawings, unit: 'a second', target: {sign: '≥', value: 15}},
    {what: `bytes a drawing  ${at}`, ours: bytes, unit: 'B'},
    {what: `CPU of the interface  ${at}`, ours: cpu, unit: '% of a core'},
    {what: `CPU of bare eachBatch  ${at}`, ours: bare, unit: '% of a core'},
    {
      what: `CPU beyond bare eachBatch  ${at}`,
      ours: cpu.map((value, slice) => value - bare[slice]!),
      unit: '% of a core',
      ...(isMost && {target: {sign: '≤', value: 45}}),
    },
    ...(
      [
        [0.5, 20],
        [0.9, 50],
        [0.99, 100],
      ] as const
    ).map(
      ([share, value]): Row => ({
        what: `key to screen p${share * 100}  ${at}`,
        ours: [percentile(latencies, share)],
        unit: 'ms',
        target: {sign: '≤', value},
      }),
    ),
  ];
}

async function underLoad(bootstrap: string, topic: string, producer: Helper): Promise<Loaded> {
  const screen = await openConsuming(bootstrap, topic, 'end');
  await pause(warmUp);
  const drawings: number[] = [];
  const bytes: number[] = [];
  const acknowledged = () => Number(producer.lines.at(-1));
  const sentBefore = acknowledged();
  const cpu = await cpuOf(screen.pid, () => {
    drawings.push(screen.drawings);
    bytes.push(screen.bytes);
  });
  const rate = (acknowledged() - sentBefore) / (watched / 1000);
  const drawn = differences(drawings);
  const latencies = await keysToScreen(screen);
  await screen.end();
  return {
    rate,
    cpu,
    latencies,
    drawings: drawn.map(count => count / (watched / slices / 1000)),
    bytes: differences(bytes).map((count, slice) => count / Math.max(1, drawn[slice]!)),
  };
}

/** The program with its consumer running; from the end on where it is not to catch up with what was there before. */
export async function openConsuming(
  bootstrap: string,
  topic: string,
  from: 'beginning' | 'end' = 'beginning',
  nodeOptions: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<ProgramScreen> {
  const group = `bench-${randomUUID()}`;
  const args = ['--brokers', bootstrap, '--topic', topic, '--group', group, '--from', from];
  if (from === 'end') args.push('--skip-to-end');
  const screen = new ProgramScreen([...nodeOptions, program, ...args], {environment});
  await screen.waitForText('partitions · rf');
  screen.type('x');
  await screen.waitForText('● running');
  return screen;
}

/** Types letters into the payload's text, each when the one before is seen, at no steady beat. */
export async function keysToScreen(screen: ProgramScreen): Promise<Sample> {
  screen.type('2');
  await pause(300);
  const latencies: number[] = [];
  let typed = '';
  const first =
    screen
      .text()
      .split('\n')
      .findIndex(line => line.includes('PAYLOAD')) + 1;
  for (let key = 0; key < keys; key++) {
    await pause(20 + ((key * 37) % 61));
    const letter = String.fromCharCode(97 + (key % 26));
    typed += letter;
    const began = performance.now();
    const seen = screen.waitFor(() => screen.row(first).includes(typed), typed, 5000);
    screen.type(letter);
    latencies.push((await seen) - began);
    if (typed.length < 40) continue;
    // Ctrl+U: the line is empty again.
    screen.type('\u0015');
    await screen.waitFor(() => !screen.row(first).includes('abc'), 'an empty line', 5000);
    typed = '';
  }
  return latencies;
}

async function bareConsumer(bootstrap: string, topic: string): Promise<Sample> {
  const consumer = new Helper('bare-consumer.ts', [bootstrap, topic]);
  await consumer.ready();
  await pause(warmUp);
  const cpu = await cpuOf(consumer.pid);
  await consumer.end();
  return cpu;
}

/** Per cent of one core that a process takes, slice by slice of the time that is watched. */
export async function cpuOf(pid: number, note = () => {}, time = watched): Promise<Sample> {
  const taken = [cpuSeconds(pid)];
  const at = [performance.now()];
  note();
  for (let slice = 0; slice < slices; slice++) {
    await pause(time / slices);
    taken.push(cpuSeconds(pid));
    at.push(performance.now());
    note();
  }
  const times = differences(at);
  return differences(taken).map((seconds, slice) => (seconds * 100_000) / times[slice]!);
}

function differences(values: Sample): number[] {
  return values.slice(1).map((value, index) => value - values[index]!);
}

function percentile(sample: Sample, share: number): number {
  const sorted = [...sample].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)]!;
}
