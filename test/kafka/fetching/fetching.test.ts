import {describe, expect, test, vi} from 'vitest';
import type {Fetched} from '../../../source/flow/fetched-queue.ts';
import {Fetching} from '../../../source/kafka/fetching/fetching.ts';
import {defaultLimits} from '../../../source/kafka/records/record-cursor.ts';
import {ManualClock} from '../../flow/support/manual-clock.ts';
import {FakeLeader} from './fake-leader.ts';

const outOfRange = 1;
const notLeader = 6;
const storageError = 56;
const notAuthorized = 29;

function setUp(partitions: readonly number[]) {
  const leader = new FakeLeader(partitions);
  const clock = new ManualClock();
  const taken: {partition: number; fetched: Fetched}[] = [];
  const ranges: number[] = [];
  const refusals: string[] = [];
  let mayTake = true;
  const fetching = new Fetching({
    topic: 't',
    clock,
    limits: defaultLimits,
    take: (partition, fetched) => void taken.push({partition, fetched}),
    mayTake: async () => mayTake,
    outOfRange: partition => void ranges.push(partition),
    refused: (partition, position, type) => void refusals.push(`${partition}@${position} ${type}`),
  });
  fetching.assign(partitions);
  return {
    leader,
    clock,
    fetching,
    ranges,
    refusals,
    taken,
    refuseToTake: (refused: boolean) => {
      mayTake = !refused;
    },
    fetch: () => clock.whileWaitingFor(fetching.fetchFrom('1', leader.cluster), 0),
    /** Fetches again and again for so long by the clock. */
    async fetchFor(ms: number): Promise<void> {
      for (const until = clock.now() + ms; clock.now() < until; )
        await clock.whileWaitingFor(fetching.fetchFrom('1', leader.cluster), 50);
    },
    values: (partition: number) =>
      taken
        .filter(each => each.partition === partition)
        .flatMap(({fetched}) => fetched.messages.map(({value}) => String(value))),
    unreadable: () => taken.filter(({fetched}) => fetched.unreadable !== undefined),
  };
}

describe('reading as a member of a group', () => {
  test('hands over what each partition has, from where it was said to begin, with the end', async () => {
    const {leader, fetching, fetch, taken, values} = setUp([0, 1]);
    leader.append(0, ['a', 'b', 'c']);
    leader.append(1, ['x']);
    fetching.resume(0, 1n);
    fetching.resume(1, 0n);
    await fetch();
    expect(values(0)).toEqual(['b', 'c']);
    expect(values(1)).toEqual(['x']);
    expect(taken[0]!.fetched).toMatchObject({from: 1n, next: 3n, highWatermark: 3n});
    await fetch();
    expect(leader.asked[1]).toEqual([
      {partition: 0, offset: 3n},
      {partition: 1, offset: 1n},
    ]);
  });

  test('asks for nothing of a partition that nobody has resumed, or that is paused', async () => {
    const {leader, fetching, fetch} = setUp([0, 1, 2]);
    fetching.resume(0, 0n);
    fetching.resume(1, 0n);
    fetching.pause(1);
    await fetch();
    expect(leader.asked).toEqual([[{partition: 0, offset: 0n}]]);
  });

  test('waits where nothing is wanted, and no longer than until something is', async () => {
    const {leader, fetching, clock} = setUp([0]);
    let ended = false;
    const waiting = fetching.fetchFrom('1', leader.cluster).then(() => {
      ended = true;
    });
    await clock.turn(100);
    expect(ended).toBe(false);
    fetching.resume(0, 0n);
    await waiting;
    expect(leader.asked).toEqual([]);
  });

  test('drops the answer to a fetch when the position has changed meanwhile', async () => {
    const {leader, fetching, fetch, values} = setUp([0]);
    leader.append(0, ['a', 'b']);
    leader.append(0, ['c']);
    fetching.resume(0, 0n);
    leader.beforeAnswer = () => fetching.resume(0, 2n);
    await fetch();
    expect(values(0)).toEqual([]);
    leader.beforeAnswer = () => {};
    await fetch();
    expect(values(0)).toEqual(['c']);
  });

  test('a partition that is paused while it is taken keeps the rest, and goes on without another fetch', async () => {
    const {leader, fetching, fetch, taken, clock} = setUp([0]);
    leader.append(0, ['a']);
    leader.append(0, ['b']);
    fetching.resume(0, 0n);
    const push = taken.push.bind(taken);
    taken.push = (...items) => {
      fetching.pause(0);
      return push(...items);
    };
    await fetch();
    expect(taken.map(({fetched}) => fetched.next)).toEqual([1n]);
    taken.push = push;
    fetching.resume(0);
    await vi.waitFor(async () => {
      await clock.settle();
      expect(taken).toHaveLength(2);
    }, 30_000);
    expect(taken.map(({fetched}) => fetched.next)).toEqual([1n, 2n]);
    expect(leader.asked).toHaveLength(1);
  });

  test('what a fetch brought after the topic was made again is not taken, and asked for again', async () => {
    const {leader, fetching, fetchFor, refuseToTake, values} = setUp([0]);
    leader.append(0, ['a']);
    fetching.resume(0, 0n);
    refuseToTake(true);
    await fetchFor(300);
    expect(values(0)).toEqual([]);
    refuseToTake(false);
    await fetchFor(600);
    expect(values(0)).toEqual(['a']);
  });
});

describe('an error of one partition', () => {
  test('a position out of range is told; the others flow', async () => {
    const {leader, fetching, fetch, ranges, values} = setUp([0, 1]);
    leader.append(1, ['x']);
    leader.refuse(0, outOfRange);
    fetching.resume(0, 9n);
    fetching.resume(1, 0n);
    await fetch();
    expect(ranges).toEqual([0]);
    expect(values(1)).toEqual(['x']);
    expect(leader.metadataAskedAnew).toBe(0);
  });

  test('another leader is asked for, and the partition is fetched again a little later', async () => {
    const {leader, fetching, fetchFor, values} = setUp([0, 1]);
    leader.append(0, ['a']);
    leader.append(1, ['x']);
    leader.refuse(0, notLeader);
    fetching.resume(0, 0n);
    fetching.resume(1, 0n);
    await fetchFor(100);
    expect(values(1)).toEqual(['x']);
    expect(leader.metadataAskedAnew).toBeGreaterThan(0);
    leader.refuse(0, 0);
    await fetchFor(600);
    expect(values(0)).toEqual(['a']);
  });

  test('a refusal that does not pass is told every ten seconds; the others flow', async () => {
    const {leader, fetching, fetchFor, refusals, values} = setUp([0, 1]);
    leader.append(1, ['x']);
    leader.refuse(0, storageError);
    fetching.resume(0, 4n);
    fetching.resume(1, 0n);
    await fetchFor(9000);
    expect(refusals).toEqual([]);
    leader.append(1, ['y']);
    await fetchFor(6000);
    expect(refusals).toEqual(['0@4 KAFKA_STORAGE_ERROR']);
    expect(values(1)).toEqual(['x', 'y']);
  });

  test('a refusal that a person has to end is told at once', async () => {
    const {leader, fetching, fetch} = setUp([0]);
    leader.refuse(0, notAuthorized);
    fetching.resume(0, 0n);
    await expect(fetch()).rejects.toMatchObject({type: 'TOPIC_AUTHORIZATION_FAILED'});
  });
});

describe('a batch that cannot be read', () => {
  test('damaged on the way: asked for again, and read', async () => {
    const {leader, fetching, fetchFor, unreadable, values} = setUp([0]);
    leader.append(0, ['a', 'b']);
    fetching.resume(0, 0n);
    leader.flip(0, 0);
    let answers = 0;
    leader.beforeAnswer = () => {
      if (++answers === 3) leader.flip(0, 0);
    };
    await fetchFor(3000);
    expect(values(0)).toEqual(['a', 'b']);
    expect(unreadable()).toEqual([]);
  });

  test('damaged for good: told after it was read four times, behind what is before it; the others flow', async () => {
    const {leader, fetching, fetchFor, unreadable, values} = setUp([0, 1]);
    leader.append(0, ['a', 'b']);
    leader.append(0, ['c', 'd']);
    leader.append(0, ['e']);
    leader.append(1, ['x']);
    leader.flip(0, 1);
    fetching.resume(0, 0n);
    fetching.resume(1, 0n);
    await fetchFor(5000);
    expect(values(0)).toEqual(['a', 'b']);
    expect(values(1)).toEqual(['x']);
    expect(
      leader.asked.filter(each => each.some(({partition, offset}) => partition === 0 && offset === 2n)),
    ).toHaveLength(3);
    expect(unreadable()).toHaveLength(1);
    const {fetched} = unreadable()[0]!;
    expect(fetched).toMatchObject({messages: [], from: 2n, next: 2n, unreadable: {from: 2n, next: 4n}});
  });

  test('goes on behind it, or reads it again, when somebody says so', async () => {
    const {leader, fetching, fetchFor, unreadable, values} = setUp([0]);
    leader.append(0, ['a']);
    leader.append(0, ['b']);
    leader.flip(0, 0);
    fetching.resume(0, 0n);
    await fetchFor(5000);
    expect(unreadable()).toHaveLength(1);
    fetching.resume(0);
    await fetchFor(1000);
    expect(unreadable()).toHaveLength(1);
    fetching.resume(0, 1n);
    await fetchFor(1000);
    expect(values(0)).toEqual(['b']);
    leader.flip(0, 0);
    fetching.resume(0, 0n);
    await fetchFor(1000);
    expect(values(0)).toEqual(['b', 'a', 'b']);
  });
});
