import {parentPort, workerData} from 'node:worker_threads';
import {decodeOne} from './decode-one.ts';
import {mutated} from './mutate.ts';
import type {RecordedAnswer} from './recorded-answer.ts';

/** What the thread is told: answers, and which of their mutations to read. */
export type DecodingTask = {
  readonly answers: readonly RecordedAnswer[];
  readonly seed: number;
  readonly count: number;
  /** One number: which mutation is read now. */
  readonly progress: SharedArrayBuffer;
};

export type DecodingResult = {
  readonly wrong: readonly string[];
  /** ms that the slowest answer took, and which it was. */
  readonly slowest: {readonly ms: number; readonly what: string};
};

/** ms that one answer may take, since no key comes through meanwhile; where it takes as long unchanged, it is the machine. */
const mostTime = 200;

const {answers, seed, count, progress} = workerData as DecodingTask;
const at = new Int32Array(progress);
const wrong: string[] = [];
let slowest = {ms: 0, what: ''};

for (let number = 0; number < count; number++) {
  at[0] = number;
  const original = answers[number % answers.length]!;
  const frame = Buffer.from(original.frame);
  const {what, bytes} = mutated(frame, seed * 1_000_003 + number);
  const name = `API ${original.apiKey} v${original.version}, mutation ${number}: ${what}`;
  for (const each of bytes) {
    if (each.length < 8) continue;
    const recorded = {...original, frame: each};
    try {
      let ms = await timed(recorded);
      // The machine may have been busy with something else.
      if (ms > 100) ms = Math.min(ms, await timed(recorded));
      if (ms > slowest.ms) slowest = {ms, what: name};
      if (ms > mostTime && ms > 3 * (await timed(original)))
        wrong.push(`${name}: it took ${Math.round(ms)} ms`);
    } catch (error) {
      wrong.push(`${name}: ${(error as Error).stack}`);
    }
  }
}
parentPort!.postMessage({wrong, slowest} satisfies DecodingResult);

async function timed(answer: RecordedAnswer): Promise<number> {
  const began = performance.now();
  await decodeOne(answer);
  return performance.now() - began;
}
