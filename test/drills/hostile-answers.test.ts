import {expect, inject, it} from 'vitest';
import {startEmbeddedBroker} from './hostile-answers/broker-process.ts';
import {hostileDrill} from './hostile-answers/drill.ts';

/** In short; `npm run drill -- --answers 20000` is the whole of it. */
const plan = {seed: 10, count: 60, decoded: 3000, perPartition: 100, keys: 12, time: 60_000};
const kafka = inject('kafka');
const name =
  'mutated answers are never unhandled, take no memory, delay no key, and hold no partition beside';

it(`on the embedded broker ${name}`, async () => {
  const broker = await startEmbeddedBroker();
  try {
    await drillOn(broker.bootstrap);
  } finally {
    await broker.stop();
  }
}, 180_000);

it(`on Apache Kafka ${name}`, async context => {
  if ('missing' in kafka) return context.skip(kafka.missing);
  // The interface is the same, and what it is told too.
  await drillOn(kafka.bootstrap, {...plan, decoded: 1000, keys: 0});
}, 180_000);

async function drillOn(bootstrap: string, of = plan): Promise<void> {
  const {wrong, counts} = await hostileDrill(bootstrap, of, () => {});
  expect(wrong.length, wrong.join('\n\n')).toBe(0);
  expect(counts['mutated answers']).toBeGreaterThan(20);
  expect(counts['mutated answers, beside damage']).toBeGreaterThan(0);
  expect(counts['kinds of answers']).toBeGreaterThan(12);
}
