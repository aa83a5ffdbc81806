import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {type Choice, SimulatedMembers} from './support/simulated-members.ts';

async function work(group: SimulatedMembers): Promise<void> {
  group.look();
  for (let round = 0; round < 12; round++) {
    group.fetch(20);
    await group.clock.turn(100);
  }
}

const committed = (group: SimulatedMembers) => group.logs.map(log => log.committed);

describe('where to start, with several members', () => {
  it('at the end of one partition: those that are added are new from their first message', async () => {
    const group = new SimulatedMembers(1);
    group.produce(0, 5);
    group.join('end');
    await work(group);
    expect(committed(group)).toEqual([5]);
    group.grow(3);
    for (const partition of [0, 1, 2]) group.produce(partition, 3);
    group.rebalance();
    await work(group);
    expect(committed(group)).toEqual([8, 3, 3]);
    expect(group.left()).toEqual([]);
  });

  it.each<Choice>(['end', 'end, skipping'])(
    'at the end (%s): who takes over from a member that left work behind skips nothing of it',
    async choice => {
      const group = new SimulatedMembers(2);
      group.join(choice);
      group.join(choice);
      await work(group);
      group.produce(1, 13);
      group.kill(1);
      await work(group);
      expect(group.left()).toEqual([]);
      expect(group.ended).toEqual([]);
      expect(group.violations).toEqual([]);
    },
  );

  it('from the beginning: what another member finished is not done again when the partition comes back', async () => {
    const group = new SimulatedMembers(2);
    for (const partition of [0, 1]) group.produce(partition, 640);
    group.join('beginning');
    group.fetch(100);
    await group.clock.turn(100);
    group.join('beginning');
    for (let round = 0; round < 10; round++) await work(group);
    await group.leave(1);
    await work(group);
    expect(committed(group)).toEqual([640, 640]);
    expect(group.violations).toEqual([]);
  });

  it('from the beginning: a partition that is gained by a takeover goes on where the group is', async () => {
    const group = new SimulatedMembers(2);
    for (const partition of [0, 1]) group.produce(partition, 20);
    group.join('committed');
    group.look();
    expect(group.ended).toEqual(['m0']);
    group.join('beginning');
    await work(group);
    group.join('beginning');
    await work(group);
    group.kill(0);
    await work(group);
    expect(group.violations).toEqual([]);
    expect(committed(group)).toEqual([20, 20]);
  });

  it('goes on in a topic that grew while nobody was there: what was added is new, for whatever choice', async () => {
    for (const choice of ['committed', 'end', 'time'] as const) {
      const group = new SimulatedMembers(1);
      group.produce(0, 4);
      group.join('beginning');
      await work(group);
      await group.leave(0);
      group.grow(3);
      for (const partition of [1, 2]) group.produce(partition, 3);
      group.join(choice);
      await work(group);
      expect(committed(group), choice).toEqual([4, 3, 3]);
      expect(group.left()).toEqual([]);
    }
  });

  it('commits nothing between joining anew and knowing what the group has: no commit goes back', async () => {
    const group = new SimulatedMembers(1);
    group.produce(0, 10);
    group.join('beginning');
    group.look();
    group.fetch(3);
    group.failNextCommit = true;
    await group.clock.turn(10);
    // It was away for so long that another had its partition, and is taken in again as if nothing had been.
    group.logs[0]!.committed = 8;
    for (let offset = 0; offset < 8; offset++) group.logs[0]!.processed.add(offset);
    group.joinsUnannounced = true;
    group.rebalance();
    await group.clock.turn(1000);
    await work(group);
    expect(group.violations).toEqual([]);
    expect(committed(group)).toEqual([10]);
  });
});

describe('any history of several members', () => {
  const choice = fc.constantFrom<Choice>(
    'committed',
    'beginning',
    'end',
    'end, skipping',
    'time',
    'offset 2',
  );
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({do: fc.constant('fetch' as const), most: fc.integer({min: 1, max: 6})}),
    },
    {weight: 6, arbitrary: fc.record({do: fc.constant('turn' as const), ms: fc.integer({min: 0, max: 400})})},
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('produce' as const),
        partition: fc.nat(4),
        count: fc.integer({min: 1, max: 5}),
      }),
    },
    {weight: 2, arbitrary: fc.record({do: fc.constant('join' as const), choice})},
    {weight: 1, arbitrary: fc.record({do: fc.constant('leave' as const), which: fc.nat(3)})},
    {weight: 1, arbitrary: fc.record({do: fc.constant('kill' as const), which: fc.nat(3)})},
    {weight: 1, arbitrary: fc.record({do: fc.constant('lose' as const), which: fc.nat(3)})},
    {weight: 1, arbitrary: fc.record({do: fc.constant('back' as const)})},
    {weight: 1, arbitrary: fc.record({do: fc.constant('grow' as const)})},
    {weight: 3, arbitrary: fc.record({do: fc.constant('look' as const)})},
    {weight: 1, arbitrary: fc.record({do: fc.constant('unannounced' as const), on: fc.boolean()})},
    {weight: 1, arbitrary: fc.record({do: fc.constant('commit-fails' as const)})},
  );

  it('passes no message, repeats none that was committed, and leaves none', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, {minLength: 15, maxLength: 60, size: 'max'}),
        choice,
        async (steps, first) => {
          const group = new SimulatedMembers(2);
          group.produce(0, 4);
          group.produce(1, 3);
          group.join(first);
          for (const each of steps) {
            switch (each.do) {
              case 'fetch':
                group.fetch(each.most);
                break;
              case 'turn':
                await group.clock.turn(each.ms);
                break;
              case 'produce':
                group.produce(each.partition, each.count);
                break;
              case 'join':
                group.join(each.choice);
                break;
              case 'leave':
                await group.leave(each.which);
                break;
              case 'kill':
                group.kill(each.which);
                break;
              case 'lose':
                group.lose(each.which);
                break;
              case 'back':
                group.rebalance({withOut: true});
                break;
              case 'grow':
                group.grow(Math.min(5, group.logs.length + 1));
                group.rebalance();
                break;
              case 'look':
                group.look();
                break;
              case 'unannounced':
                group.joinsUnannounced = each.on;
                break;
              case 'commit-fails':
                group.failNextCommit = true;
            }
          }
          // At the end everybody who is left meets, and one more comes who would begin anywhere.
          group.failNextCommit = false;
          group.rebalance({withOut: true});
          group.join('beginning');
          await work(group);
          expect(group.violations).toEqual([]);
          expect(group.left()).toEqual([]);
        },
      ),
      {seed: 20_262, numRuns: Number(process.env.HISTORIES ?? 400)},
    );
  }, 120_000);
});
