import {describe, expect, it} from 'vitest';
import type {LaneView} from '../../source/flow/processing.ts';
import {partitionViews} from '../../source/session/partitions.ts';
import type {TopicState} from '../../source/session/workbench.ts';
import {message, topic} from '../flow/support/messages.ts';

const facts = (partition: number, first: bigint | null, end: bigint | null) => ({
  partition,
  leader: 1,
  replicas: [1],
  inSync: [1],
  first,
  end,
});
const there: TopicState = {
  status: 'there',
  partitions: [facts(0, 10n, 20n), facts(1, 0n, 0n)],
  createdAt: null,
};
const bounds = new Map([
  [0, {first: 10n, end: 20n}],
  [1, {first: 0n, end: 0n}],
]);
const lane = (changes: Partial<LaneView>): LaneView => ({
  topic,
  partition: 0,
  next: 15n,
  prefix: 14n,
  committed: 12n,
  state: {status: 'flowing'},
  waiting: null,
  isPausedByCode: false,
  ...changes,
});
const failure = {name: 'TypeError', message: 'no recipient', permanent: false};
const held = {message: message(0, 14), failure, attempt: 3, attempts: 3};

describe('the partitions', () => {
  it('are none while the topic is not there', () => {
    expect(partitionViews({status: 'missing'}, bounds, new Map(), [])).toEqual([]);
  });

  it('show what the group has committed while we are not in it', () => {
    const [first, second] = partitionViews(there, bounds, new Map([[0, 17n]]), []);
    expect(first).toMatchObject({committed: 17n, processed: null, lag: 3n, isOurs: false});
    expect(second).toMatchObject({committed: null, lag: 0n});
  });

  it('count the lag from the first message where nothing is committed, and not at all where bounds are unknown', () => {
    expect(partitionViews(there, bounds, new Map(), [])[0]).toMatchObject({lag: 10n});
    expect(partitionViews(there, new Map(), new Map(), [])[0]).toMatchObject({
      first: null,
      end: null,
      lag: null,
    });
  });

  it('show how far our own lane is, and an end that it knows better', () => {
    const [view] = partitionViews(there, bounds, new Map([[0, 1n]]), [lane({next: 25n})]);
    expect(view).toMatchObject({
      processed: 14n,
      committed: 12n,
      end: 25n,
      lag: 13n,
      isOurs: true,
      obstacle: null,
    });
  });

  it('show a commit beyond the end as a lag below 0, ours or not', () => {
    expect(partitionViews(there, bounds, new Map([[0, 99n]]), [])[0]).toMatchObject({lag: -79n});
  });

  it('show what the broker has while the position is lost, not what the lane remembers', () => {
    const lost = {topic, partition: 0, position: 99n, first: 10n, end: 20n, cause: 'recreated'} as const;
    const lanes = [lane({next: 99n, prefix: 99n, committed: 99n, state: {status: 'lost', lost}})];
    expect(partitionViews(there, bounds, new Map(), lanes)[0]).toMatchObject({
      processed: null,
      committed: null,
      end: 20n,
      lag: 10n,
      left: 0n,
    });
    expect(partitionViews(there, bounds, new Map([[0, 99n]]), lanes)[0]).toMatchObject({
      committed: 99n,
      lag: -79n,
    });
    const passed = {...lost, position: 5n, cause: 'retention'} as const;
    const behind = lane({next: 5n, prefix: 5n, committed: 5n, state: {status: 'lost', lost: passed}});
    expect(partitionViews(there, bounds, new Map([[0, 5n]]), [behind])[0]).toMatchObject({
      processed: 5n,
      committed: 5n,
      lag: 15n,
    });
  });

  it('say what holds a lane', () => {
    const obstacle = (state: unknown) =>
      partitionViews(there, bounds, new Map(), [lane({state: state as LaneView['state']})])[0]!.obstacle;
    expect(obstacle({status: 'held', held})).toEqual({status: 'held', offset: 14n, failure, attempt: 3});
    expect(obstacle({status: 'retrying', held, nextAttemptAt: 5})).toEqual({
      status: 'retrying',
      offset: 14n,
      failure,
      nextAttemptAt: 5,
    });
    expect(obstacle({status: 'dead-lettering', held})).toEqual({status: 'dead-lettering', offset: 14n});
    const lost = {topic, partition: 0, position: 3n, first: 10n, end: 20n, cause: 'retention'};
    expect(obstacle({status: 'lost', lost})).toEqual({status: 'lost', lost});
    const batch = {from: 14n, next: 17n, reason: 'CRC mismatch', bytes: Buffer.from('damaged')};
    expect(obstacle({status: 'unreadable', batch})).toEqual({status: 'unreadable', batch});
  });

  it('show how much of a replay is left below the commit, and what waits to be released', () => {
    const waiting = message(0, 5);
    const [replaying] = partitionViews(there, bounds, new Map(), [
      lane({prefix: 5n, committed: 12n, waiting}),
    ]);
    expect(replaying).toMatchObject({processed: 5n, committed: 12n, left: 7n, waiting});
    const [usual, other] = partitionViews(there, bounds, new Map([[1, 0n]]), [lane({})]);
    expect([usual!.left, other!.left]).toEqual([0n, 0n]);
  });
});
