import {randomUUID} from 'node:crypto';
import {keepProducing, partitions} from './broker-under-fire.ts';
import type {Fired} from './commands.ts';
import {type HostilePlan, startHostileProxy} from './hostile-proxy.ts';
import {startWatched, type WatchedProgram} from './watched-program.ts';

/** ms in which a consumer that is stopped has to end: what is in hand, the commit, leaving, each with its deadline. */
const stopDeadline = 45_000;
/** ms one consumer runs under fire before it is stopped. */
const turn = 15_000;
/** ms more than its time that a busy machine may need for the messages of the other partitions. */
const patience = 120_000;

type Line = {readonly status: string; readonly partition?: number; readonly offset?: string};

export type ConsumerPlan = {
  readonly topic: string;
  readonly seed: number;
  readonly share: number;
  readonly mutations: number;
  readonly until: number;
};

/** Consumers one after the other, all of whose answers may be mutated; each ends by itself, or is stopped after a while. */
export async function consumersUnderFire(target: string, plan: ConsumerPlan): Promise<Fired> {
  const {topic, seed, share, until} = plan;
  const total = {wrong: [] as string[], mutations: 0, growth: 0, runs: 0};
  const stopProducing = await keepProducing(target, topic);
  for (; total.mutations < plan.mutations && Date.now() < until; total.runs++) {
    const proxy = await startHostileProxy(target, {seed: seed * 10_009 + total.runs, share, partition: null});
    const program = startWatched(consume(proxy.bootstrap, topic));
    const over = Math.min(Date.now() + turn, Math.max(Date.now() + 1000, until));
    const isEnough = () => total.mutations + proxy.mutations() >= plan.mutations || Date.now() > over;
    const stop = setInterval(() => {
      if (!isEnough()) return;
      clearInterval(stop);
      program.stop();
    }, 50);
    const found = await ended(program, turn);
    clearInterval(stop);
    total.growth = Math.max(total.growth, program.growth());
    total.mutations += proxy.mutations();
    total.wrong.push(
      ...found.map(each => `consume, seed ${seed}, run ${total.runs}: ${each}\n${proxy.last().join('\n')}`),
    );
    await proxy.close();
  }
  await stopProducing();
  return total;
}

type DamagePlan = ConsumerPlan & {readonly perPartition: number};

/**
 * Consumers one after the other, with the records of partition 0 damaged again and again: each time they cannot be read,
 * they are asked for once more. The messages of the other partitions all have to be processed, and none of these is held.
 */
export async function consumersBesideDamage(
  target: string,
  plan: DamagePlan,
): Promise<Fired & {readonly othersAfter: number}> {
  const total = {wrong: [] as string[], mutations: 0, growth: 0, runs: 0, othersAfter: 0};
  for (; total.mutations < plan.mutations && (total.runs === 0 || Date.now() < plan.until); total.runs++) {
    const one = await consumerBesideDamage(target, {
      ...plan,
      seed: plan.seed * 10_037 + total.runs,
      mutations: plan.mutations - total.mutations,
      until: Math.min(plan.until, Date.now() + turn),
    });
    total.wrong.push(
      ...one.wrong.map(each => `consume beside damage, seed ${plan.seed}, run ${total.runs}: ${each}`),
    );
    total.mutations += one.mutations;
    total.growth = Math.max(total.growth, one.growth);
    total.othersAfter = Math.max(total.othersAfter, one.othersAfter);
  }
  return total;
}

async function consumerBesideDamage(target: string, plan: DamagePlan) {
  const {topic, seed, share, until, perPartition} = plan;
  const wanted = (partitions - 1) * perPartition;
  const hostile: HostilePlan = {seed, share, partition: 0};
  const proxy = await startHostileProxy(target, hostile);
  const wrong: string[] = [];
  const processed = new Set<string>();
  const began = Date.now();
  let othersAfter = Number.POSITIVE_INFINITY;
  const program = startWatched([...consume(proxy.bootstrap, topic), '--acts'], text => {
    const line = lineOf(text);
    if (!line) wrong.push(`a line that is no JSON: ${text.slice(0, 200)}`);
    else if (line.status === 'processed' && line.partition !== 0) {
      processed.add(`${line.partition}@${line.offset}`);
      if (processed.size === wanted) othersAfter = Math.min(othersAfter, Date.now() - began);
    } else if (line.status === 'unreadable' && line.partition !== 0) wrong.push(`held beside it: ${text}`);
    else if (line.status === 'unreadable' || line.status === 'held') {
      const {partition, offset} = line;
      const act = line.status === 'held' ? 'skip' : 'read-again';
      program.child.stdin.write(`${JSON.stringify({act, partition, offset})}\n`);
    }
  });
  const isOver = () =>
    program.child.exitCode !== null ||
    Date.now() > until + patience ||
    (processed.size === wanted && (proxy.mutations() >= plan.mutations || Date.now() > until));
  while (!isOver()) await new Promise(resolve => setTimeout(resolve, 50));
  if (program.child.exitCode !== null) wrong.push('it ended by itself');
  program.stop();
  wrong.push(...(await ended(program, 0)));
  if (processed.size < wanted)
    wrong.push(`${processed.size} of ${wanted} messages of the other partitions were processed`);
  await proxy.close();
  const named = wrong.map(each => `${each}\n${proxy.last().slice(-8).join('\n')}`);
  return {wrong: named, mutations: proxy.mutations(), growth: program.growth(), othersAfter};
}

function consume(bootstrap: string, topic: string): string[] {
  const group = `hostile-${randomUUID()}`;
  return ['consume', '--brokers', bootstrap, '--topic', topic, '--group', group, '--from', 'beginning'];
}

/** What was wrong with it in the end; one that cannot be stopped is killed. */
async function ended(program: WatchedProgram, before: number): Promise<string[]> {
  let isStuck = false;
  const late = setTimeout(() => {
    isStuck = true;
    program.child.kill('SIGKILL');
  }, before + stopDeadline);
  const found = await program.judged;
  clearTimeout(late);
  return isStuck ? ['it does not end when it is stopped', ...found] : [...found];
}

function lineOf(text: string): Line | null {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return null;
  }
}
