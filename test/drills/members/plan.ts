import type {OnFailure} from '../../../source/flow/failure-policy.ts';
import {chance} from '../plan.ts';

/** How the group's first member is told where to start; `committed`: not at all, the group has commits. */
export type FirstStart = 'beginning' | 'end' | 'time' | 'position' | 'committed';

export type GroupPlan = {
  readonly firstStart: FirstStart;
  readonly policy: OnFailure;
  /** Members that are there from the start on; the first ones are told where to start. */
  readonly members: number;
  /** Messages a second. */
  readonly rate: number;
};

/** `slot` is the place of one member: at most one process is in it at a time. */
export type MemberEvent = {
  readonly kind: 'kill' | 'stop' | 'add' | 'freeze' | 'thaw';
  readonly at: number;
  readonly group: number;
  readonly slot: number;
};

/** `ms`: how long the broker, or the way to it, is away. */
export type BrokerEvent =
  | {readonly kind: 'stop-broker' | 'refuse'; readonly at: number; readonly ms: number}
  | {readonly kind: 'cut'; readonly at: number};

export type PartitionsEvent = {
  readonly kind: 'partitions';
  readonly at: number;
  readonly group: number;
  readonly to: number;
};

/** At `at` ms after the groups have started. */
export type DrillEvent = MemberEvent | BrokerEvent | PartitionsEvent;

export type MembersPlan = {
  readonly seed: number;
  /** Places for members in each group. */
  readonly slots: number;
  /** How long messages are produced and events come, in ms. */
  readonly ms: number;
  readonly groups: readonly GroupPlan[];
  /** In the order of time. */
  readonly events: readonly DrillEvent[];
  /** The group that a consumer of another kind visits at the end. */
  readonly visited: number;
};

type Pace = {
  /** ms between two events of one group, at least and at most. */
  readonly members: readonly [number, number];
  readonly broker: readonly [number, number];
  readonly outage: readonly [number, number];
  readonly freeze: readonly [number, number];
};

const longPace: Pace = {
  members: [20_000, 45_000],
  broker: [40_000, 75_000],
  outage: [5000, 20_000],
  freeze: [12_000, 20_000],
};
const shortPace: Pace = {
  members: [5000, 9000],
  broker: [16_000, 18_000],
  outage: [5000, 6000],
  freeze: [11_000, 13_000],
};

/** Members that were told where to start stay alive for this share of the time, so that they gain partitions. */
const foundersStay = 0.6;
/** No event begins in the last ms of the time. */
const calm = 6000;

/** Every form of the first start, for `minutes`. A pure function of its arguments. */
export function fullMembersPlan(seed: number, slots: number, minutes: number): MembersPlan {
  const draw = drawFrom(seed);
  const forms: FirstStart[] = ['beginning', 'end', 'time', 'position', 'committed'];
  const policies = shuffled<OnFailure>(['dead-letter', 'dead-letter', 'dead-letter', 'skip', 'hold'], draw);
  const groups = forms.map((firstStart, index) => ({
    firstStart,
    policy: policies[index]!,
    members: 1 + Math.floor(draw() * slots),
    rate: 10 + Math.floor(draw() * 30),
  }));
  return planOf(seed, slots, Math.round(minutes * 60_000), groups, longPace, draw);
}

/** Two groups for three quarters of a minute: one from the end, one from another place. */
export function shortMembersPlan(seed: number, slots: number): MembersPlan {
  const draw = drawFrom(seed);
  const [firstStart] = shuffled<FirstStart>(['beginning', 'time', 'position', 'committed'], draw);
  const [policy] = shuffled<OnFailure>(['skip', 'hold'], draw);
  const groups = [
    {firstStart: 'end', policy: 'dead-letter', members: Math.min(2, slots), rate: 20},
    {firstStart: firstStart!, policy: policy!, members: Math.min(2, slots), rate: 20},
  ] as const;
  return planOf(seed, slots, 45_000, groups, shortPace, draw);
}

function planOf(
  seed: number,
  slots: number,
  ms: number,
  groups: readonly GroupPlan[],
  pace: Pace,
  draw: () => number,
): MembersPlan {
  const events: DrillEvent[] = brokerEvents(ms, pace, draw);
  groups.forEach((group, index) => {
    events.push(...memberEvents(group, index, slots, ms, pace, draw));
    events.push({kind: 'partitions', at: ms * (0.2 + draw() * 0.15), group: index, to: 4});
    events.push({kind: 'partitions', at: ms * (0.5 + draw() * 0.15), group: index, to: 6});
  });
  const inOrder = events
    .map(event => ({...event, at: Math.round(event.at)}))
    .sort((left, right) => left.at - right.at);
  return {seed, slots, ms, groups, events: inOrder, visited: Math.floor(draw() * groups.length)};
}

/** How many members of a group are told where to start: two from the end, where nothing is there to be skipped. */
export function foundersOf({firstStart, members}: GroupPlan): number {
  return firstStart === 'end' ? Math.min(2, members) : 1;
}

function memberEvents(
  plan: GroupPlan,
  group: number,
  slots: number,
  ms: number,
  pace: Pace,
  draw: () => number,
): MemberEvent[] {
  const founders = foundersOf(plan);
  const places = Array.from({length: slots}, (_, slot) => ({slot, isUp: slot < plan.members, busyUntil: 0}));
  const events: MemberEvent[] = [];
  let at = between(pace.members, draw) / 2;
  for (; at < ms - calm; at += between(pace.members, draw)) {
    const free = places.filter(({busyUntil}) => busyUntil <= at);
    const down = free.filter(({isUp}) => !isUp);
    const up = free.filter(({isUp}) => isUp);
    if (down.length > 0 && (draw() < 0.5 || up.length === 0)) {
      const place = oneOf(down, draw);
      events.push({kind: 'add', at, group, slot: place.slot});
      place.isUp = true;
      continue;
    }
    const drawn = draw();
    const place = up.length > 0 ? oneOf(up, draw) : null;
    if (!place) continue;
    const {slot} = place;
    const stays = slot < founders && at < ms * foundersStay;
    const frozenFor = between(pace.freeze, draw);
    if (drawn < 0.25 || stays) {
      // A founder that may not go yet is frozen now and then; else nothing happens to it.
      if (at + frozenFor > ms - calm || (stays && drawn > 0.5)) continue;
      events.push({kind: 'freeze', at, group, slot}, {kind: 'thaw', at: at + frozenFor, group, slot});
      place.busyUntil = at + frozenFor + 1000;
      continue;
    }
    events.push({kind: drawn < 0.65 ? 'kill' : 'stop', at, group, slot});
    place.isUp = places.filter(({isUp}) => isUp).length === 1;
    // The last one comes back soon: a supervisor starts it again.
    if (place.isUp) {
      const back = at + between([1000, 5000], draw);
      events.push({kind: 'add', at: back, group, slot});
      place.busyUntil = back;
    }
  }
  return events;
}

function brokerEvents(ms: number, pace: Pace, draw: () => number): BrokerEvent[] {
  const events: BrokerEvent[] = [];
  // All kinds come before one comes again, so that a short time has them too.
  let kinds: ('stop-broker' | 'cut' | 'refuse')[] = ['stop-broker', 'cut'];
  let at = between(pace.broker, draw) / 2;
  while (at < ms - calm) {
    const kind = kinds.shift()!;
    if (kinds.length === 0) kinds = shuffled(['stop-broker', 'cut', 'refuse'] as const, draw);
    const away = kind === 'cut' ? 0 : between(pace.outage, draw);
    if (at + away < ms - calm) events.push(kind === 'cut' ? {kind, at} : {kind, at, ms: Math.round(away)});
    at += away + between(pace.broker, draw);
  }
  return events;
}

/** Numbers from 0 to 1, one after the other, the same for the same seed. */
function drawFrom(seed: number): () => number {
  let drawn = 0;
  return () => chance(seed, 9999, drawn++);
}

function between([least, most]: readonly [number, number], draw: () => number): number {
  return least + draw() * (most - least);
}

function oneOf<Choice>(choices: readonly Choice[], draw: () => number): Choice {
  return choices[Math.floor(draw() * choices.length)]!;
}

function shuffled<Choice>(choices: readonly Choice[], draw: () => number): Choice[] {
  return choices
    .map(choice => ({choice, at: draw()}))
    .sort((left, right) => left.at - right.at)
    .map(({choice}) => choice);
}
