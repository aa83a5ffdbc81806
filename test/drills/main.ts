/**
 * `npm run drill [-- --seed N] [--short] [--embedded]`: the whole drill on Apache Kafka or on the embedded broker, with its
 * counts. With `--members N [--minutes M]` the members' drill instead: groups of up to N members for M minutes (30). With
 * `--answers N [--decoded M] [--minutes T]` the program against N mutated answers instead, for T minutes at most, and M more
 * that are only read. `--bootstrap HOST:PORT` takes an Apache Kafka that runs already; only for the mutated answers, which
 * kill none.
 */
import {parseArgs} from 'node:util';
import {apacheKafka, program} from '../kafka/requirements.ts';
import {startKafka} from '../kafka/start-kafka.ts';
import {drill} from './drill.ts';
import {startEmbedded} from './embedded.ts';
import {startEmbeddedBroker} from './hostile-answers/broker-process.ts';
import {runHostileDrill} from './hostile-answers/main.ts';
import {runMembersDrill} from './members/main.ts';
import {fullPlan, shortPlan} from './plan.ts';

const {values} = parseArgs({
  options: {
    seed: {type: 'string', default: '1'},
    short: {type: 'boolean', default: false},
    embedded: {type: 'boolean', default: false},
    members: {type: 'string'},
    minutes: {type: 'string'},
    answers: {type: 'string'},
    decoded: {type: 'string', default: '20000'},
    bootstrap: {type: 'string'},
  },
});
const seed = Number(values.seed);
if (values.answers !== undefined && values.bootstrap !== undefined) {
  process.exit(await runHostileDrill(values.bootstrap, hostilePlan(values.answers)));
}
const possible = apacheKafka();
if (!values.embedded && !possible.available) {
  console.error(`The drill needs Apache Kafka: ${possible.reason}. With --embedded it needs nothing.`);
  process.exit(1);
}
const withVisitor = program('kcat').available;
if (!withVisitor) console.error('Without kcat no other consumer joins the groups.');
if (values.answers !== undefined) {
  const broker = values.embedded ? await startEmbeddedBroker() : await startKafka();
  const code = await runHostileDrill(broker.bootstrap, hostilePlan(values.answers));
  await broker.stop();
  process.exit(code);
}
if (values.members !== undefined || values.minutes !== undefined) {
  const {members = '3', minutes = '30', short, embedded} = values;
  process.exit(await runMembersDrill({seed, members, minutes, short, embedded, withVisitor}));
}
const broker = values.embedded ? await startEmbedded() : await startKafka();
const began = Date.now();
const {wrong, counts} = await drill(broker, values.short ? shortPlan(seed) : fullPlan(seed), {
  withVisitor,
  deadline: 30 * 60_000,
  say: line => console.error(line),
});
await broker.stop();
const where = values.embedded ? 'the embedded broker' : 'Apache Kafka';
console.log(`${where}, seed ${seed}, ${Math.round((Date.now() - began) / 1000)} s`);
for (const [name, count] of Object.entries(counts)) console.log(`${name.padEnd(24)} ${count}`);
for (const each of wrong) console.log(`WRONG ${each}`);
console.log(wrong.length === 0 ? 'nothing lost, nothing passed over' : `${wrong.length} wrong`);
process.exit(wrong.length === 0 ? 0 : 1);

function hostilePlan(answers: string) {
  const {decoded, minutes = '30'} = values;
  return {seed, count: Number(answers), decoded: Number(decoded), minutes: Number(minutes)};
}
