import {startApacheUnderDrill, startEmbeddedUnderDrill} from './broker.ts';
import {membersDrill} from './drill.ts';
import {fullMembersPlan, shortMembersPlan} from './plan.ts';

export type MembersDrillFlags = {
  readonly seed: number;
  readonly members: string;
  readonly minutes: string;
  readonly short: boolean;
  readonly embedded: boolean;
  readonly withVisitor: boolean;
};

/** ms beside the plan's time that the drill may take at most; every wait within it has a deadline of its own. */
const longestRest = 15 * 60_000;

/** Runs the members' drill and prints what came of it. Answers the exit code. */
export async function runMembersDrill(flags: MembersDrillFlags): Promise<number> {
  const {seed, short, embedded, withVisitor} = flags;
  const members = Number(flags.members);
  const minutes = Number(flags.minutes);
  if (!Number.isInteger(members) || members < 1 || !(minutes >= 1)) {
    console.error('--members takes a whole number from 1 on, --minutes a number from 1 on.');
    return 2;
  }
  const plan = short ? shortMembersPlan(seed, members) : fullMembersPlan(seed, members, minutes);
  const began = Date.now();
  // Members and brokers end with this process, when it ends by `exit`.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const watchdog = setTimeout(() => {
    console.error('The drill did not end in its time.');
    process.exit(1);
  }, plan.ms + longestRest);
  const broker = embedded ? await startEmbeddedUnderDrill() : await startApacheUnderDrill();
  try {
    const {wrong, counts, folder} = await membersDrill(broker, plan, {
      withVisitor,
      say: line => console.error(line),
    });
    const where = embedded ? 'the embedded broker' : 'Apache Kafka';
    const seconds = Math.round((Date.now() - began) / 1000);
    console.log(`${where}, seed ${seed}, groups of up to ${members} members, ${seconds} s`);
    for (const [name, count] of Object.entries(counts)) console.log(`${name.padEnd(24)} ${count}`);
    for (const each of wrong) console.log(`WRONG ${each}`);
    if (folder !== null) console.log(`The members' logs are in ${folder}.`);
    console.log(
      wrong.length === 0
        ? 'nothing lost, nothing passed, nothing stuck, nothing done again'
        : `${wrong.length} wrong`,
    );
    return wrong.length === 0 ? 0 : 1;
  } catch (error) {
    console.error(`The drill did not come to its end: ${(error as Error).message}`);
    return 1;
  } finally {
    await broker.stop();
    clearTimeout(watchdog);
  }
}
