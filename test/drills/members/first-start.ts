import type {Admin} from 'kafkajs';
import {within} from '../within.ts';
import type {DrillGroup} from './group.ts';
import {foundersOf} from './plan.ts';
import type {ContinuousProducer} from './producer.ts';
import {offsetsOf} from './sampler.ts';

/** Messages in each partition before the first start, where there are any. */
const retained = 60;
const deadline = 90_000;
const partitions = 3;

/**
 * Makes the topic, fills it as the form of the first start needs it, starts the members that are told where to start, and
 * then the others, which are told nothing: from then on the committed offset rules. Nothing is produced meanwhile.
 */
export async function startGroup(
  group: DrillGroup,
  admin: Admin,
  producer: ContinuousProducer,
): Promise<void> {
  await admin.createTopics({
    waitForLeaders: false,
    topics: [{topic: group.topic, numPartitions: partitions}],
  });
  // The first group on a cluster has to wait until its coordinator is there.
  await until(group, async () => (await offsetsOf(admin, group)).ends.length === partitions || 'its leaders');
  const flags = await firstStarts[group.plan.firstStart](group, admin, producer);
  const founders = foundersOf(group.plan);
  await startMembers(group, 0, founders, flags);
  if (group.plan.firstStart !== 'end') await until(group, () => hasCommits(group, admin));
  await startMembers(group, founders, group.plan.members, []);
}

/** Starts members in the slots from `from` up to `to`, and waits until they are in the group. */
async function startMembers(
  group: DrillGroup,
  from: number,
  to: number,
  flags: readonly string[],
): Promise<void> {
  const slots = Array.from({length: to - from}, (_, index) => from + index);
  await Promise.all(slots.map(slot => group.add(slot, flags)));
  await until(
    group,
    () => slots.every(slot => group.hasMet(slot)) || `members ${slots.join(', ')} to be in the group`,
  );
}

type FirstStartOf = (
  group: DrillGroup,
  admin: Admin,
  producer: ContinuousProducer,
) => Promise<readonly string[]>;

const firstStarts: Readonly<Record<DrillGroup['plan']['firstStart'], FirstStartOf>> = {
  async beginning(group, _, producer) {
    await filled(group, producer);
    return ['--from', 'beginning'];
  },
  // The topic is empty: nothing is skipped, now or later.
  end: async () => ['--from', 'end', '--skip-to-end'],
  async time(group, admin, producer) {
    await filled(group, producer);
    group.starts = (await admin.fetchTopicOffsets(group.topic))
      .sort((left, right) => left.partition - right.partition)
      .map(({high}) => Number(high));
    const before = Date.now();
    await until(group, () => Date.now() > before + 10 || 'the next moment');
    const time = new Date().toISOString();
    await filled(group, producer);
    return ['--from', time];
  },
  async position(group, admin, producer) {
    await prologue(group, admin, producer);
    const places = [
      {partition: 0, from: 10},
      {partition: 1, from: 25},
    ];
    const {committed} = await offsetsOf(admin, group);
    group.replayed = places.map(place => ({...place, below: committed[place.partition]!}));
    return places.flatMap(({partition, from}) => ['--from', `${partition}@${from}`]);
  },
  async committed(group, admin, producer) {
    await prologue(group, admin, producer);
    return [];
  },
};

/** Gives the group commits: a member processes what is there, and leaves. */
async function prologue(group: DrillGroup, admin: Admin, producer: ContinuousProducer): Promise<void> {
  await filled(group, producer);
  const member = group.launch('prologue', ['--from', 'beginning', '--until-end'], true);
  member.isLeaving = true;
  const {code} = await within(deadline, 'the first member to come to the end', member.ended);
  if (code !== 0) throw new Error(`${group.name}: the prologue ended with ${code}:\n${member.lastWords()}`);
  const {committed, ends} = await offsetsOf(admin, group);
  if (committed.join() !== ends.join())
    throw new Error(`${group.name}: the prologue committed ${committed.join(' ')} of ${ends.join(' ')}`);
}

async function filled(group: DrillGroup, producer: ContinuousProducer): Promise<void> {
  await until(group, () => producer.fill(group, retained).then(() => true as const));
}

async function hasCommits(group: DrillGroup, admin: Admin): Promise<true | string> {
  const {committed} = await offsetsOf(admin, group);
  return (
    committed.every(offset => offset >= 0) || `commits in all partitions; there are ${committed.join(' ')}`
  );
}

/** Waits until `look` answers true; else it answers what is waited for, or rejects with the reason. */
async function until(group: DrillGroup, look: () => true | string | Promise<true | string>): Promise<void> {
  const end = Date.now() + deadline;
  for (;;) {
    const found = await Promise.resolve()
      .then(look)
      .catch((error: Error) => error.message);
    if (found === true) return;
    if (Date.now() > end) throw new Error(`${group.name}: waited ${deadline / 1000} s in vain for ${found}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
