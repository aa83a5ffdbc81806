import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createWriteStream, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {startFrameProxy} from '../support/frame-proxy.ts';
import type {Figure, Row} from './figure.ts';
import {program, residentMegabytes} from './program-screen.ts';
import {documentOf, newTopic, removeTopic} from './topics.ts';

const many = 1_000_000;
const some = 100_000;
const size = 200;
const rounds = 3;
/** ms, there and back. */
const roundTrip = 100;
const lineFeed = 0x0a;

/**
 * The command `publish --lines` as a whole: lines out of a pipe, a result for each into another one. kcat sends the million
 * in 2.9 s with 50 MB, and 100,000 over a round trip of 100 ms in 0.4 s, without a result for each.
 */
export const publishLines: Figure = {
  name: 'publish-lines',
  async measure(bootstrap, say) {
    const folder = mkdtempSync(join(tmpdir(), 'kafka-notify-bench-lines-'));
    const file = join(folder, 'lines.jsonl');
    const rates: number[] = [];
    const memory: number[] = [];
    const slow: number[] = [];
    await write(file, many);
    for (let round = 0; round < rounds; round++) {
      const {seconds, resident} = await publishAll(bootstrap, file, many);
      say(`${many} lines: ${seconds.toFixed(1)} s, ${Math.round(resident)} MB`);
      rates.push(many / seconds);
      memory.push(resident);
    }
    await write(file, some);
    const far = await startFrameProxy(bootstrap, () => ({delay: roundTrip / 2}));
    for (let round = 0; round < rounds; round++) {
      const {seconds} = await publishAll(far.bootstrap, file, some);
      say(`${some} lines at a round trip of ${roundTrip} ms: ${seconds.toFixed(1)} s`);
      slow.push(seconds);
    }
    await far.close();
    rmSync(folder, {recursive: true});
    const rows: Row[] = [
      {what: `publish --lines, ${size} B`, ours: rates, unit: 'lines/s', target: {sign: '≥', value: 200_000}},
      {what: 'its resident memory at most', ours: memory, unit: 'MB', target: {sign: '≤', value: 150}},
      {what: `${some} lines at a round trip of ${roundTrip} ms, whole process`, ours: slow, unit: 's'},
    ];
    return rows;
  },
};

async function write(file: string, count: number): Promise<void> {
  const stream = createWriteStream(file);
  for (let index = 0; index < count; index++) {
    if (!stream.write(`${documentOf(size - 1, index)}\n`)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'finish');
}

async function publishAll(
  bootstrap: string,
  file: string,
  count: number,
): Promise<{readonly seconds: number; readonly resident: number}> {
  const topic = await newTopic(bootstrap);
  const began = performance.now();
  // A pipe from another program, which takes no time of this one.
  const lines = spawn('cat', [file], {stdio: ['ignore', 'pipe', 'inherit']});
  const args = [program, 'publish', '--brokers', bootstrap, '--topic', topic, '--lines'];
  const child = spawn(process.execPath, args, {stdio: [lines.stdout, 'pipe', 'inherit']});
  let results = 0;
  let resident = 0;
  child.stdout!.on('data', (chunk: Buffer) => {
    for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, at + 1)) results++;
  });
  const look = setInterval(() => {
    if (child.exitCode === null) resident = Math.max(resident, residentOf(child.pid!));
  }, 50);
  const [code] = (await once(child, 'close')) as [number];
  clearInterval(look);
  const seconds = (performance.now() - began) / 1000;
  await removeTopic(bootstrap, topic);
  if (code !== 0 || results !== count) throw new Error(`${results} results of ${count}, exit ${code}`);
  return {seconds, resident};
}

/** 0 where it has just ended. */
function residentOf(pid: number): number {
  try {
    return residentMegabytes(pid);
  } catch {
    return 0;
  }
}
