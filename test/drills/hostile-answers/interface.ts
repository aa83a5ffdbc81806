import {openConsuming} from '../../bench/interface.ts';
import type {ProgramScreen} from '../../bench/program-screen.ts';
import {keepProducing} from './broker-under-fire.ts';
import type {Fired} from './commands.ts';
import type {ConsumerPlan} from './consumers.ts';
import {startHostileProxy} from './hostile-proxy.ts';
import {mostGrowth, watchMemory, wrongTexts} from './watched-program.ts';

/** ms from a key to its letter on the screen. */
const mostLatency = 200;
/** ms between keys. */
const beat = 40;
/** Letters until the line is emptied. */
const perLine = 30;

/**
 * The interface, consuming, while letters are typed into the draft: at first all is well, then answers are mutated. No key
 * may come later than 200 ms (or twice what it takes on this machine when all is well, where that is more).
 */
export async function interfaceUnderFire(
  target: string,
  plan: ConsumerPlan & {readonly keys: number},
): Promise<Fired & {readonly latest: number}> {
  const {topic, seed, share, keys, until} = plan;
  const proxy = await startHostileProxy(target, {seed, share, partition: null});
  proxy.rage(false);
  const wrong: string[] = [];
  const stopProducing = await keepProducing(target, topic);
  // All is well until it runs: what is measured is how it goes on.
  const screen = await openConsuming(proxy.bootstrap, topic);
  const memory = watchMemory(screen.pid);
  let latest = 0;
  try {
    screen.type('2');
    await screen.waitForText('PAYLOAD');
    const well = await typeLetters(screen, Math.ceil(keys / 4), () => true);
    proxy.rage(true);
    const isOver = () => Date.now() > until || proxy.mutations() >= plan.mutations;
    const under = await typeLetters(screen, keys, isOver);
    latest = Math.max(...under);
    const most = Math.max(mostLatency, 2 * Math.max(...well));
    if (latest > most)
      wrong.push(`a key took ${Math.round(latest)} ms; ${Math.round(Math.max(...well))} when all was well`);
  } catch (error) {
    wrong.push(`it no longer takes letters: ${(error as Error).message}`);
  }
  wrong.push(...wrongTexts('the screen', screen.text()));
  if (memory.growth() > mostGrowth)
    wrong.push(`it took ${Math.round(memory.growth() / 1024)} MB above its start`);
  memory.stop();
  await Promise.all([screen.end(), stopProducing()]);
  await proxy.close();
  return {
    wrong: wrong.map(each => `the interface, seed ${seed}: ${each}\n${proxy.last().join('\n')}`),
    mutations: proxy.mutations(),
    growth: memory.growth(),
    runs: 1,
    latest,
  };
}

/** Each letter when the one before is seen; at least `count`, and on until it is over. Answers the latencies in ms. */
async function typeLetters(screen: ProgramScreen, count: number, isOver: () => boolean): Promise<number[]> {
  const latencies: number[] = [];
  let typed = '';
  for (let key = 0; key < count || !isOver(); key++) {
    await new Promise(resolve => setTimeout(resolve, beat));
    const letter = String.fromCharCode(97 + ((key * 7) % 26));
    typed += letter;
    const shown = typed;
    const began = performance.now();
    const seen = screen.waitFor(() => screen.text().includes(shown), shown, 10_000);
    screen.type(letter);
    latencies.push((await seen) - began);
    if (typed.length < perLine) continue;
    screen.type('\u0015');
    await screen.waitFor(() => !screen.text().includes(shown.slice(0, 8)), 'an empty line', 10_000);
    typed = '';
    if (isOver()) break;
  }
  return latencies;
}
