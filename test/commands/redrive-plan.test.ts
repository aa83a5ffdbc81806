import {expect, it} from 'vitest';
import {planRedrive, sayLeftOut} from '../../source/commands/redrive-plan.ts';
import type {Topics} from '../../source/kafka/topics.ts';

const asked = {topic: 'mail-dlt', to: 'mail', group: 'redrive-mail-dlt'};
const of = (bounds: readonly (readonly [bigint | null, bigint | null])[], committed: [number, bigint][]) => ({
  describe: async (topic: string) => ({
    status: 'exists',
    topic,
    partitions: bounds.map(([first, end], partition) => ({
      partition,
      leader: 1,
      replicas: [1],
      inSync: [1],
      first,
      end,
    })),
  }),
  committed: async () => new Map(committed),
});
const plan = (...facts: Parameters<typeof of>) => planRedrive(of(...facts) as unknown as Topics, asked);

it('counts from what the group committed, or from the first message, to the ends', async () => {
  const found = await plan(
    [
      [0n, 10n],
      [4n, 9n],
      [3n, 8n],
    ],
    [
      [0, 7n],
      [1, 2n],
    ],
  );
  expect(found.waiting).toBe(3n + 5n + 5n);
  expect(found.start).toMatchObject({
    partitions: new Map([[2, {from: 'beginning'}]]),
    others: {from: 'committed'},
  });
  expect(sayLeftOut(found)).toEqual([]);
});

it('tells of a partition where the group is beyond the end, which is not one without dead letters', async () => {
  const found = await plan(
    [
      [0n, 2n],
      [0n, 3n],
    ],
    [[0, 7n]],
  );
  expect(found.waiting).toBe(3n);
  expect(found.beyond).toEqual([{partition: 0, committed: 7n, end: 2n}]);
  expect(sayLeftOut(found)).toEqual([expect.stringContaining('at 7 on partition 0, beyond its end 2 by 5')]);
});

it('does not count a partition that does not answer as empty, nor as one that the group is beyond', async () => {
  const found = await plan(
    [
      [0n, 2n],
      [null, null],
    ],
    [[1, 5n]],
  );
  expect([...found.parts.keys()]).toEqual([0]);
  expect(found.unknown).toEqual([1]);
  expect(found.beyond).toEqual([]);
  expect(sayLeftOut(found)).toEqual([expect.stringContaining('Partition 1 of mail-dlt cannot be read now')]);
});
