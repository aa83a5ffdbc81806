import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {type DrillEvent, foundersOf, fullMembersPlan, type MembersPlan, shortMembersPlan} from './plan.ts';

const seeds = fc.integer({min: 0, max: 100_000});
const anyPlan = fc
  .tuple(seeds, fc.integer({min: 1, max: 5}), fc.integer({min: 0, max: 40}))
  .map(([seed, slots, minutes]) =>
    minutes === 0 ? shortMembersPlan(seed, slots) : fullMembersPlan(seed, slots, minutes),
  );

function kindsOf({events}: MembersPlan): Set<DrillEvent['kind']> {
  return new Set(events.map(({kind}) => kind));
}

describe('the plan of the members’ drill', () => {
  it('is decided by its seed', () => {
    fc.assert(
      fc.property(seeds, seed => {
        expect(fullMembersPlan(seed, 3, 5)).toEqual(fullMembersPlan(seed, 3, 5));
      }),
      {numRuns: 20},
    );
    expect(fullMembersPlan(1, 3, 5).events).not.toEqual(fullMembersPlan(2, 3, 5).events);
  });

  it('has every form of the first start and every policy', () => {
    const {groups} = fullMembersPlan(7, 3, 30);
    expect(groups.map(({firstStart}) => firstStart).sort()).toEqual([
      'beginning',
      'committed',
      'end',
      'position',
      'time',
    ]);
    expect([...new Set(groups.map(({policy}) => policy))].sort()).toEqual(['dead-letter', 'hold', 'skip']);
  });

  it('has every kind of event in half an hour, many times', () => {
    const plan = fullMembersPlan(7, 3, 30);
    expect([...kindsOf(plan)].sort()).toEqual([
      'add',
      'cut',
      'freeze',
      'kill',
      'partitions',
      'refuse',
      'stop',
      'stop-broker',
      'thaw',
    ]);
    for (const kind of ['kill', 'stop', 'add', 'freeze'] as const)
      expect(plan.events.filter(event => event.kind === kind).length).toBeGreaterThan(20);
    expect(plan.events.filter(({kind}) => kind === 'stop-broker').length).toBeGreaterThan(5);
  });

  it('keeps to its time, its order and its slots; no outage begins within another, each lasts 5 to 20 s', () => {
    fc.assert(
      fc.property(anyPlan, plan => {
        let before = 0;
        let backAt = 0;
        for (const event of plan.events) {
          expect(event.at).toBeGreaterThanOrEqual(before);
          expect(event.at).toBeLessThan(plan.ms);
          before = event.at;
          if ('slot' in event) expect(event.slot).toBeLessThan(plan.slots);
          if ('group' in event) expect(event.group).toBeLessThan(plan.groups.length);
          if (event.kind !== 'stop-broker' && event.kind !== 'refuse') continue;
          expect(event.at).toBeGreaterThan(backAt);
          expect(event.ms).toBeGreaterThanOrEqual(5000);
          expect(event.ms).toBeLessThanOrEqual(20_000);
          backAt = event.at + event.ms;
        }
      }),
    );
  });

  it('kills, stops and freezes only who is there, and adds only where nobody is', () => {
    fc.assert(
      fc.property(anyPlan, plan => {
        plan.groups.forEach((group, index) => {
          const up = new Set(Array.from({length: group.members}, (_, slot) => slot));
          const frozen = new Set<number>();
          for (const event of plan.events) {
            if (!('slot' in event) || event.group !== index) continue;
            const {slot, kind} = event;
            expect(up.has(slot), `${kind} of ${slot} at ${event.at}`).toBe(kind !== 'add');
            expect(frozen.has(slot)).toBe(kind === 'thaw');
            if (kind === 'add') up.add(slot);
            if (kind === 'kill' || kind === 'stop') up.delete(slot);
            if (kind === 'freeze') frozen.add(slot);
            if (kind === 'thaw') frozen.delete(slot);
          }
          expect(frozen.size).toBe(0);
        });
      }),
    );
  });

  it('keeps who was told where to start for more than half of the time', () => {
    fc.assert(
      fc.property(anyPlan, plan => {
        for (const event of plan.events) {
          if (event.kind !== 'kill' && event.kind !== 'stop') continue;
          if (event.slot >= foundersOf(plan.groups[event.group]!)) continue;
          expect(event.at).toBeGreaterThan(plan.ms / 2);
        }
      }),
    );
  });

  it('is short in short: two groups, with an outage, a cut, new partitions and members that die', () => {
    const kinds = new Set<string>();
    for (const seed of [7, 8]) {
      const plan = shortMembersPlan(seed, 3);
      expect(plan.groups).toHaveLength(2);
      expect(plan.ms).toBeLessThanOrEqual(45_000);
      for (const kind of ['stop-broker', 'cut', 'partitions', 'kill', 'add'] as const)
        expect(kindsOf(plan)).toContain(kind);
      for (const kind of kindsOf(plan)) kinds.add(kind);
    }
    for (const kind of ['stop', 'freeze', 'thaw']) expect(kinds).toContain(kind);
  });
});
