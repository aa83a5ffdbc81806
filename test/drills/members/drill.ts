import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Admin} from 'kafkajs';
import {kcatVisitor} from '../visitor.ts';
import {within} from '../within.ts';
import type {BrokerUnderDrill} from './broker.ts';
import {deadLettersOf} from './dead-letters.ts';
import {perform} from './events.ts';
import {startGroup} from './first-start.ts';
import {DrillGroup} from './group.ts';
import {Inspector} from './inspector.ts';
import {Journal} from './journal.ts';
import {programKnows} from './member.ts';
import {Outages} from './outages.ts';
import type {MembersPlan} from './plan.ts';
import {ContinuousProducer} from './producer.ts';
import {offsetsOf, Sampler} from './sampler.ts';

export type MembersDrillResult = {
  /** What was found wrong, each with what happened around it. */
  readonly wrong: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  /** Members' logs and what their handlers wrote; null: nothing was wrong, and it is removed. */
  readonly folder: string | null;
};

export type MembersDrillOptions = {
  /** Is kcat there, to visit one of the groups at the end? */
  readonly withVisitor: boolean;
  say(line: string): void;
};

/** ms for what comes before the events, and after them: then the drill ends, whatever stands. */
const setupDeadline = 180_000;
const restDeadline = 420_000;

/**
 * Several groups at once, each with members that come, go, die and freeze, while messages are produced all the time and
 * the broker and the way to it are away now and then. Every wait has a deadline, so that it ends some minutes after the plan at the latest.
 */
export async function membersDrill(
  broker: BrokerUnderDrill,
  plan: MembersPlan,
  options: MembersDrillOptions,
): Promise<MembersDrillResult> {
  const folder = mkdtempSync(join(tmpdir(), 'kafka-notify-members-'));
  const journal = new Journal(options.say);
  const outages = new Outages(broker, journal);
  const moreFlags = ['--join-foreign-group'].filter(programKnows);
  const {slots} = plan;
  const groups = plan.groups.map((each, index) => {
    // Other messages fail in each group.
    const seed = plan.seed + 1000 * index;
    return new DrillGroup(each, {seed, slots, broker, outages, journal, folder, moreFlags});
  });
  const killAll = () => {
    for (const group of groups) group.killAll();
  };
  // Members must not outlive the drill, however it ends.
  process.once('exit', killAll);
  const sampler = new Sampler(broker, outages, groups);
  const inspector = new Inspector(groups, sampler, journal);
  try {
    await run();
  } catch (error) {
    const found = inspector.report().map(each => `WRONG ${each}\n`);
    const text = `${(error as Error).message}\n${found.join('')}The members' logs are in ${folder}.`;
    throw new Error(text, {cause: error});
  } finally {
    killAll();
    process.removeListener('exit', killAll);
    inspector.stop();
  }
  const wrong = inspector.report();
  const counts = counted();
  if (wrong.length > 0) return {wrong, counts, folder};
  rmSync(folder, {recursive: true, force: true});
  return {wrong, counts, folder: null};

  async function run(): Promise<void> {
    const producer = new ContinuousProducer(broker.kafka, groups);
    try {
      await within(setupDeadline, 'all groups to have started', setUp(producer));
      sampler.start();
      producer.start();
      inspector.start();
      await within(
        plan.ms + restDeadline,
        'the end of the events',
        perform(plan, groups, outages, broker.kafka),
      );
      for (const group of groups) await group.settle();
    } finally {
      await producer.stop();
    }
    try {
      await within(restDeadline, 'the end', rest());
    } finally {
      await sampler.stop();
    }
  }

  async function setUp(producer: ContinuousProducer): Promise<void> {
    await withAdmin(broker, async admin => {
      await Promise.all(groups.map(group => startGroup(group, admin, producer)));
    });
  }

  /** Nothing is produced any more: a visitor comes and goes, what is left is processed, and all leave in order. */
  async function rest(): Promise<void> {
    if (options.withVisitor) await visit(groups[plan.visited]!);
    journal.write('waiting for what is left to be processed');
    await inspector.drained();
    await Promise.all(groups.map(group => group.stopAll()));
    // Nothing is asked beside the last question: an answer that comes late would seem to be newer.
    await sampler.stop();
    await withAdmin(broker, async admin => {
      for (const group of groups) {
        group.end = await offsetsOf(admin, group);
        group.samples.push({at: Date.now(), known: true, canWork: false, ...group.end});
        if (group.plan.policy === 'dead-letter')
          group.deadLetters = await deadLettersOf(broker.kafka, admin, group.topic);
      }
    });
  }

  /** kcat joins with other members there, takes what it gets, commits that and leaves. */
  async function visit(group: DrillGroup): Promise<void> {
    journal.write(`[${group.name}] kcat joins`);
    const at = Date.now();
    const visitor = kcatVisitor(broker.bootstrap, group.group, group.topic, 50);
    const producer = new ContinuousProducer(broker.kafka, [group]);
    producer.start();
    const took = await within(60_000, 'the visitor to leave', visitor.took).finally(() => producer.stop());
    for (const [partition, offset] of took) group.visited.push({partition, offset, at});
    journal.write(`[${group.name}] kcat took ${took.length} messages and left`);
  }

  function counted(): Record<string, number> {
    const sum = (of: (group: DrillGroup) => number) => groups.reduce((all, group) => all + of(group), 0);
    return {
      groups: groups.length,
      messages: sum(({end}) => (end?.ends ?? []).reduce((all, each) => all + each, 0)),
      ...inspector.counts(),
      'dead letters': sum(({deadLetters}) => deadLetters?.length ?? 0),
      'decided by hand': sum(({counts}) => counts.decidedByHand),
      'taken by the visitor': sum(({visited}) => visited.length),
      'members started': sum(({counts}) => counts.started),
      'members killed': sum(({counts}) => counts.killed),
      'members stopped': sum(({counts}) => counts.stopped),
      'members frozen': sum(({counts}) => counts.frozen),
      'found no broker': sum(({counts}) => counts.startedBySupervisor),
      'broker stops': outages.counts.brokerStops,
      'connections refused': outages.counts.refusals,
      'connections cut': outages.counts.cuts,
      'partitions added': sum(({partitions}) => partitions - 3),
      'rebalances seen': sum(({rebalances}) => rebalances),
      'meetings seen': sum(({meetings}) => meetings),
      'longest SIGTERM, ms': Math.max(...groups.map(({longestStop}) => longestStop)),
      'longest gap, ms': sampler.longestGap,
      samples: sum(({samples}) => samples.length),
    };
  }
}

async function withAdmin(broker: BrokerUnderDrill, act: (admin: Admin) => Promise<void>): Promise<void> {
  const admin = broker.kafka.admin();
  await admin.connect();
  try {
    await act(admin);
  } finally {
    await admin.disconnect();
  }
}
