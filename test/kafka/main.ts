/** `npm run kafka [-- --nodes 3] [-- --port 9092]`: Apache Kafka in the foreground, for trying things out. */
import {parseArgs} from 'node:util';
import {apacheKafka} from './requirements.ts';
import {answersApiVersions, startKafka} from './start-kafka.ts';

const {values} = parseArgs({
  options: {nodes: {type: 'string', default: '1'}, port: {type: 'string', default: '9092'}},
});
const nodes = Number(values.nodes);
const port = Number(values.port);
if ((nodes !== 1 && nodes !== 3) || !Number.isInteger(port))
  fail('Usage: npm run kafka -- [--nodes 1|3] [--port 9092]', 2);

const possible = apacheKafka();
if (!possible.available) fail(`Apache Kafka cannot be started: ${possible.reason}.`, 1);
if (await answersApiVersions(port)) fail(`A Kafka broker is already there on 127.0.0.1:${port}.`, 1);

console.error(`Starting Apache Kafka (${nodes} ${nodes === 1 ? 'node' : 'nodes'}) …`);
const cluster = await startKafka({nodes: nodes as 1 | 3, port});
console.error(`Apache Kafka is ready on ${cluster.bootstrap}. Ctrl+C ends it and removes its data.`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await cluster.stop();
    process.exit(0);
  });
}

function fail(sentence: string, code: number): never {
  console.error(sentence);
  process.exit(code);
}
