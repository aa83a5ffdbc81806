import {Worker} from 'node:worker_threads';
import type {DecodingResult, DecodingTask} from './decoding-thread.ts';
import type {RecordedAnswer} from './recorded-answer.ts';
import {mostGrowth} from './watched-program.ts';

/** ms without the next answer after which it is taken for one that is read for ever. */
const stillness = 5000;

export type DecodedMany = {
  readonly wrong: readonly string[];
  readonly slowest: number;
  readonly growth: number;
};

/** Reads so many mutations of these answers in this process, with thousands a second; always the same for a seed. */
export async function decodeMany(
  answers: readonly RecordedAnswer[],
  {seed, count}: {readonly seed: number; readonly count: number},
): Promise<DecodedMany> {
  const progress = new SharedArrayBuffer(4);
  const task: DecodingTask = {answers, seed, count, progress};
  const start = process.memoryUsage().rss;
  let most = start;
  const thread = new Worker(new URL('./decoding-thread.ts', import.meta.url), {workerData: task});
  const at = new Int32Array(progress);
  let before = -1;
  let since = Date.now();
  const wrong: string[] = [];
  const result = await new Promise<DecodingResult | null>(resolve => {
    const timer = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
      if (at[0] !== before) {
        before = at[0]!;
        since = Date.now();
      } else if (Date.now() - since > stillness) done(null, `mutation ${before} is read for ever`);
    }, 20);
    const done = (ended: DecodingResult | null, problem?: string) => {
      clearInterval(timer);
      if (problem) wrong.push(problem);
      resolve(ended);
    };
    thread.once('message', done);
    thread.once('error', error => done(null, `nobody caught ${(error as Error).stack}`));
    thread.once('exit', () => done(null));
  });
  await thread.terminate();
  const growth = (most - start) / 1024;
  if (result) wrong.push(...result.wrong);
  if (growth > mostGrowth) wrong.push(`reading took ${Math.round(growth / 1024)} MB`);
  return {wrong, slowest: result?.slowest.ms ?? 0, growth};
}
