import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {OnFailure} from '../../source/flow/failure-policy.ts';
import {fetched} from './support/messages.ts';
import {
  type Damage,
  type Fate,
  SimulatedGroup,
  type SimulatedPartition,
  violations,
} from './support/simulated-group.ts';

const forever = Number.POSITIVE_INFINITY;

/** Six messages, of which 2 and 3 are in a batch that cannot be read so many times. */
function damaged(
  {readings = forever, isEndKnown = true}: Partial<Damage> = {},
  fates: Record<number, Fate> = {},
): SimulatedPartition {
  return {
    ...whole(),
    fates: new Map(Object.entries(fates).map(([offset, fate]) => [Number(offset), fate])),
    damaged: [{from: 2, next: 4, isEndKnown, readings}],
  };
}

function whole(): SimulatedPartition {
  return {offsets: [0, 1, 2, 3, 4, 5], fates: new Map(), first: 0, end: 6};
}

function committed(group: SimulatedGroup): string[] {
  return [...group.committed]
    .sort(([left], [right]) => left - right)
    .map(([at, offset]) => `${at}@${offset}`);
}

async function flow(group: SimulatedGroup): Promise<void> {
  for (let round = 0; round < 4; round++) {
    group.fetch(10);
    await group.clock.turn(1000);
  }
}

async function begin(
  partitions: readonly SimulatedPartition[],
  onFailure: OnFailure = 'hold',
): Promise<SimulatedGroup> {
  const group = new SimulatedGroup(partitions, {onFailure, retries: 0});
  group.meet([...partitions.keys()]);
  await flow(group);
  return group;
}

const typesOf = (group: SimulatedGroup) =>
  group.events.map(({type}) => type).filter(type => type.startsWith('batch-'));

beforeEach(() => {
  violations.length = 0;
});

afterEach(() => {
  expect(violations).toEqual([]);
});

describe('a batch that cannot be read', () => {
  it('holds its own partition, once all before it is finished; the others flow', async () => {
    const group = await begin([whole(), damaged(), whole()]);
    expect(committed(group)).toEqual(['0@6', '1@2', '2@6']);
    expect(group.unreadable()).toEqual([{partition: 1, from: 2n, next: 4n}]);
    expect(group.events).toContainEqual(
      expect.objectContaining({
        type: 'batch-unreadable',
        at: expect.objectContaining({partition: 1}),
        batch: {from: 2n, next: 4n, reason: 'CRC mismatch', bytes: Buffer.from('damaged')},
      }),
    );
  });

  it('is no failure of the processing code, and no attempt', async () => {
    const group = await begin([damaged()], 'dead-letter');
    expect(group.dispatched).toEqual(['0@0', '0@1']);
    const failures = ['held', 'retrying', 'finished', 'moved'];
    expect(group.events.filter(({type}) => failures.includes(type))).toEqual([]);
  });

  it('is passed by a skip: exactly it, and what is behind it is processed', async () => {
    const group = await begin([damaged()]);
    expect(group.processing.skipUnreadable(0, {from: 2n, next: 4n}, 'known to be damaged')).toBe('skipped');
    await group.clock.turn(1000);
    expect(committed(group)).toEqual(['0@4']);
    await flow(group);
    expect(group.dispatched).toEqual(['0@0', '0@1', '0@4', '0@5']);
    expect(committed(group)).toEqual(['0@6']);
    expect(group.events).toContainEqual({
      type: 'batch-skipped',
      at: {topic: 'notifications', partition: 0},
      from: 2n,
      next: 4n,
      note: 'known to be damaged',
    });
  });

  it('is not skipped where its end is not known, nor another one in its place, nor twice', async () => {
    const group = await begin([damaged({isEndKnown: false}), damaged()]);
    expect(group.processing.skipUnreadable(0, {from: 2n, next: 4n}, 'no')).toBe('end-unknown');
    expect(group.processing.skipUnreadable(1, {from: 2n, next: 5n}, 'no')).toBe('not-there');
    expect(group.processing.skipUnreadable(1, {from: 3n, next: 4n}, 'no')).toBe('not-there');
    expect(group.processing.skipUnreadable(1, {from: 2n, next: 4n}, 'yes')).toBe('skipped');
    expect(group.processing.skipUnreadable(1, {from: 2n, next: 4n}, 'no')).toBe('not-there');
    expect(group.processing.skipUnreadable(7, {from: 2n, next: 4n}, 'no')).toBe('not-there');
    await group.clock.turn(1000);
    expect(committed(group)).toEqual(['0@2', '1@4']);
  });

  it('is read again when asked: held again where it is as before, processed where it is good', async () => {
    const group = await begin([damaged({readings: 2})]);
    expect(group.processing.readAgain(0, 1n)).toBe(false);
    expect(group.processing.readAgain(0, 2n)).toBe(true);
    await flow(group);
    expect(group.unreadable()).toHaveLength(1);
    expect(group.processing.readAgain(0, 2n)).toBe(true);
    await flow(group);
    expect(typesOf(group)).toEqual([
      'batch-unreadable',
      'batch-read-again',
      'batch-unreadable',
      'batch-read-again',
    ]);
    expect(group.dispatched).toEqual(['0@0', '0@1', '0@2', '0@3', '0@4', '0@5']);
    expect(committed(group)).toEqual(['0@6']);
  });

  it('is asked for no more while it stands, and what comes from behind it all the same is not taken', async () => {
    const damage = {from: 2, next: 4, isEndKnown: true, readings: 10};
    const group = new SimulatedGroup([{...whole(), damaged: [damage]}], {onFailure: 'hold', retries: 0});
    group.meet([0]);
    group.fetch(10);
    group.fetch(10);
    await flow(group);
    expect(damage.readings).toBe(9);
    group.processing.enqueue(0, {messages: [], from: 2n, next: 6n, bytes: 0});
    await group.clock.turn(1000);
    expect(committed(group)).toEqual(['0@2']);
    expect(group.unreadable()).toHaveLength(1);
  });

  it('waits behind a message that is held, and is found again after it', async () => {
    const group = await begin([damaged({}, {1: {failures: 1, permanent: true}})]);
    expect(group.held()).toEqual([{partition: 0, offset: 1n}]);
    expect(typesOf(group)).toEqual([]);
    group.processing.skip(0, 1n, 'first this');
    await flow(group);
    expect(group.unreadable()).toHaveLength(1);
    expect(committed(group)).toEqual(['0@2']);
  });

  it('is found again when the partition comes back from another member', async () => {
    const group = await begin([damaged()]);
    group.processing.beginMeeting();
    group.meet([]);
    expect(group.unreadable()).toEqual([]);
    group.meet([0]);
    await flow(group);
    expect(group.unreadable()).toHaveLength(1);
    expect(typesOf(group)).toEqual(['batch-unreadable', 'batch-unreadable']);
  });

  it('stays as it is over a rebalance that leaves the partition here, and is not read again by itself', async () => {
    const damage = {from: 2, next: 4, isEndKnown: true, readings: 10};
    const group = await begin([{...whole(), damaged: [damage]}]);
    group.processing.beginMeeting();
    group.meet([0]);
    await flow(group);
    expect(damage.readings).toBe(9);
    expect(group.unreadable()).toHaveLength(1);
  });

  it('holds no more where another member has passed it meanwhile', async () => {
    const group = await begin([damaged()]);
    group.processing.beginMeeting();
    group.ours.clear();
    group.otherMemberWorks(0, 1);
    group.meet([0]);
    expect(group.unreadable()).toEqual([]);
    await flow(group);
    expect(committed(group)).toEqual(['0@6']);
  });

  it('is lost like any position when the log is cut past it', async () => {
    const group = await begin([damaged()]);
    group.processing.checkPosition({...group.facts(0), first: 5n});
    expect(group.processing.lanes()[0]!.state.status).toBe('lost');
  });

  it('lets a stop commit what is before it, and nothing of it', async () => {
    const group = new SimulatedGroup([damaged()], {onFailure: 'skip', retries: 0});
    group.meet([0]);
    group.fetch(10);
    await group.clock.settle();
    group.processing.pauseByHand();
    group.fetch(10);
    const stopped = group.processing.stop(1000);
    await group.clock.turn(1000);
    expect(await stopped).toBe(0);
    expect(committed(group)).toEqual(['0@2']);
  });

  it('may come with the messages before it, and waits behind them', async () => {
    const group = new SimulatedGroup([whole()], {onFailure: 'hold', retries: 0});
    group.meet([0]);
    const {messages} = fetched(0, [0, 1]);
    const unreadable = {from: 2n, next: 4n, reason: 'CRC mismatch', bytes: Buffer.from('damaged')};
    group.processing.enqueue(0, {messages, from: 0n, next: 2n, bytes: 2, unreadable});
    await group.clock.turn(1000);
    expect(group.dispatched).toEqual(['0@0', '0@1']);
    expect(committed(group)).toEqual(['0@2']);
    expect(group.unreadable()).toEqual([{partition: 0, from: 2n, next: 4n}]);
  });

  it('has an end that may be damaged too: none beyond the end of the partition is believed', async () => {
    const group = new SimulatedGroup([whole()], {onFailure: 'skip', retries: 0});
    group.meet([0]);
    const bytes = Buffer.from('damaged');
    group.processing.enqueue(0, {
      messages: [],
      from: 0n,
      next: 0n,
      bytes: 0,
      highWatermark: 6n,
      unreadable: {from: 0n, next: 2_147_483_648n, reason: 'CRC mismatch', bytes},
    });
    await group.clock.turn(1000);
    expect(group.unreadable()).toEqual([{partition: 0, from: 0n, next: null}]);
  });
});

describe('the failure policy', () => {
  it('skip: passes it by itself where its end is known, and says so', async () => {
    const group = await begin([damaged(), damaged({isEndKnown: false})], 'skip');
    expect(committed(group)).toEqual(['0@6', '1@2']);
    expect(group.events).toContainEqual(
      expect.objectContaining({type: 'batch-skipped', from: 2n, next: 4n, note: 'by the failure policy'}),
    );
    expect(group.unreadable()).toEqual([{partition: 1, from: 2n, next: null}]);
  });

  it('skip: does nothing while the consumer is paused by hand', async () => {
    const group = new SimulatedGroup([{...damaged(), offsets: [2, 3, 4, 5]}], {
      onFailure: 'skip',
      retries: 0,
    });
    group.meet([0]);
    group.processing.pauseByHand();
    await flow(group);
    expect(group.unreadable()).toHaveLength(1);
    group.processing.resumeByHand();
    await flow(group);
    expect(committed(group)).toEqual(['0@6']);
  });

  it('dead-letter: holds it, since nobody knows its records', async () => {
    const group = await begin([damaged()], 'dead-letter');
    expect(committed(group)).toEqual(['0@2']);
    expect(group.events).toContainEqual(
      expect.objectContaining({type: 'batch-unreadable', onFailure: 'dead-letter'}),
    );
  });
});
