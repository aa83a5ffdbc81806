import {expect, inject, it} from 'vitest';
import {program} from '../kafka/requirements.ts';
import {type BrokerUnderDrill, startApacheUnderDrill, startEmbeddedUnderDrill} from './members/broker.ts';
import {membersDrill} from './members/drill.ts';
import {shortMembersPlan} from './members/plan.ts';

const kafka = inject('kafka');
const noKafka =
  'missing' in kafka
    ? kafka.missing
    : process.env.KAFKA_BOOTSTRAP_SERVERS
      ? 'the Apache Kafka that was named must not be killed'
      : null;
const name = 'members die, freeze, come and go, and nothing is lost, passed, stuck or done again';

it(`on the embedded broker ${name}`, async () => {
  await drillOn(await startEmbeddedUnderDrill(), 7);
}, 500_000);

it(`on Apache Kafka ${name}`, async context => {
  if (noKafka !== null) return context.skip(noKafka);
  await drillOn(await startApacheUnderDrill(), 8);
}, 500_000);

async function drillOn(broker: BrokerUnderDrill, seed: number): Promise<void> {
  const kcat = program('kcat');
  if (!kcat.available) console.error(`no other consumer joins the drill: ${kcat.reason}`);
  const said: string[] = [];
  try {
    const plan = shortMembersPlan(seed, 3);
    const {wrong, counts, folder} = await membersDrill(broker, plan, {
      withVisitor: kcat.available,
      say: line => said.push(line),
    });
    const where = folder === null ? '' : `\nThe members' logs are in ${folder}.`;
    expect(wrong.length, `${wrong.join('\n')}${where}`).toBe(0);
    expect(counts).toMatchObject({'broker stops': 1, 'connections cut': 1, 'partitions added': 6});
    expect(counts['members killed']).toBeGreaterThan(0);
    expect(counts.processed).toBeGreaterThan(500);
  } catch (error) {
    throw new Error(`${(error as Error).message}\nuntil then:\n${said.join('\n')}`, {cause: error});
  } finally {
    await broker.stop();
  }
}
