/**
 * `npm run bench [-- consume] [publish] [publish-lines] [reference] [exec-lines] [forward] [start] [interface] [memory] [broker]`: what it does a second, against
 * what a person would use instead, and what the interface takes. `--messages N` and `--minutes N` make `memory` longer.
 */
import {parseArgs} from 'node:util';
import {apacheKafka} from '../kafka/requirements.ts';
import {startKafka} from '../kafka/start-kafka.ts';
import {broker} from './broker.ts';
import {consume} from './consume.ts';
import {decoder} from './decoder.ts';
import type {Row} from './figure.ts';
import {execLines, forward} from './handlers.ts';
import {interfaceFigure} from './interface.ts';
import {memory} from './memory.ts';
import {publish} from './publish.ts';
import {publishLines} from './publish-lines.ts';
import {reference} from './reference.ts';
import {start} from './start.ts';
import {excuses, table} from './table.ts';

const figures = [
  consume,
  publish,
  publishLines,
  reference,
  execLines,
  forward,
  start,
  interfaceFigure,
  memory,
  broker,
  decoder,
];
const {positionals: asked, values} = parseArgs({
  allowPositionals: true,
  options: {
    messages: {type: 'string', default: '1000000'},
    minutes: {type: 'string', default: '0'},
  },
});
const extent = {messages: Number(values.messages), minutes: Number(values.minutes)};
const unknown = asked.filter(name => !figures.some(figure => figure.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no figure ${unknown.join(', ')}; there are ${figures.map(({name}) => name).join(', ')}.`,
  );
  process.exit(2);
}
const possible = apacheKafka();
if (!possible.available) {
  console.error(`The bench needs Apache Kafka: ${possible.reason}.`);
  process.exit(1);
}

const cluster = await startKafka();
const rows: Row[] = [];
for (const figure of figures) {
  if (asked.length > 0 && !asked.includes(figure.name)) continue;
  const say = (progress: string) => console.error(`${figure.name}: ${progress}`);
  rows.push(...(await figure.measure(cluster.bootstrap, say, extent)));
}
await cluster.stop();

console.log(`\n${table(rows)}\n`);
for (const line of excuses(rows)) console.log(line);
console.log(
  'Medians of the rounds, with the least and the greatest behind them. The broker runs on the same machine, and',
);
console.log(
  'whatever else runs there is in the figures: where the rounds are far apart, only the ratios say something.',
);
process.exit(0);
