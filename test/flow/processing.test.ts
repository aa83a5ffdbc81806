import fc from 'fast-check';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {OnFailure} from '../../source/flow/failure-policy.ts';
import type {DeadLetterResult} from '../../source/flow/lane.ts';
import type {StartFrom} from '../../source/flow/starting-point.ts';
import {type Fate, SimulatedGroup, type SimulatedPartition, violations} from './support/simulated-group.ts';

const always: Fate = {failures: Number.POSITIVE_INFINITY, permanent: false};

function partition(count: number, fates: Record<number, Fate> = {}): SimulatedPartition {
  return {
    offsets: Array.from({length: count}, (_, index) => index),
    fates: new Map(Object.entries(fates).map(([offset, fate]) => [Number(offset), fate])),
    first: 0,
    end: count,
  };
}

function committed(group: SimulatedGroup): string[] {
  return [...group.committed]
    .sort(([left], [right]) => left - right)
    .map(([at, offset]) => `${at}@${offset}`);
}

beforeEach(() => {
  violations.length = 0;
});

afterEach(() => {
  expect(violations).toEqual([]);
});

describe('a failure', () => {
  it('holds its own partition, and what is behind it is not dispatched', async () => {
    const group = new SimulatedGroup([partition(5), partition(5, {2: always}), partition(5)], {
      onFailure: 'hold',
      retries: 2,
    });
    group.meet([0, 1, 2]);
    group.fetch(10);
    await group.clock.turn(60_000);
    expect(committed(group)).toEqual(['0@5', '1@2', '2@5']);
    expect(group.held()).toEqual([{partition: 1, offset: 2n}]);
    expect(group.dispatched.filter(each => each.startsWith('1@'))).toEqual([
      '1@0',
      '1@1',
      '1@2',
      '1@2',
      '1@2',
    ]);
  });

  it('is retried after 1 and 2 seconds, in sight, before it is held', async () => {
    const group = new SimulatedGroup([partition(1, {0: always})], {onFailure: 'hold', retries: 2});
    group.meet([0]);
    group.fetch(10);
    await group.clock.turn(999);
    expect(group.dispatched).toHaveLength(1);
    await group.clock.turn(1);
    expect(group.dispatched).toHaveLength(2);
    await group.clock.turn(2000);
    expect(group.dispatched).toHaveLength(3);
    expect(group.events.map(event => event.type)).toEqual(
      expect.arrayContaining(['retrying', 'handled', 'held']),
    );
  });

  it('ends by the operator: retry, and everything behind it follows', async () => {
    const group = new SimulatedGroup([partition(6, {2: {failures: 1, permanent: false}})], {
      onFailure: 'hold',
      retries: 0,
    });
    group.meet([0]);
    group.fetch(10);
    await group.clock.turn(1000);
    expect(committed(group)).toEqual(['0@2']);
    expect(group.processing.retry(0, 2n)).toBe(true);
    await group.clock.turn(1000);
    group.fetch(10);
    await group.clock.turn(1000);
    expect(committed(group)).toEqual(['0@6']);
  });

  it.each([
    ['skip', (group: SimulatedGroup) => group.processing.skip(0, 2n, 'a test message'), 'skipped'],
    ['dead letter', (group: SimulatedGroup) => group.processing.deadLetter(0, 2n), 'dead-lettered'],
    ['replacement', (group: SimulatedGroup) => group.processing.replace(0, 2n, '0@9'), 'replaced'],
  ] as const)('ends by the operator: %s', async (_, act, final) => {
    const group = new SimulatedGroup([partition(6, {2: always})], {onFailure: 'hold', retries: 0});
    group.meet([0]);
    group.fetch(10);
    await group.clock.turn(1000);
    expect(act(group)).toBe(true);
    await group.clock.turn(1000);
    group.fetch(10);
    await group.clock.turn(1000);
    expect(committed(group)).toEqual(['0@6']);
    expect(group.events).toContainEqual(expect.objectContaining({type: 'finished', final}));
  });

  describe('whose dead letter cannot be written', () => {
    const begin = async (answer: DeadLetterResult, onFailure: OnFailure = 'dead-letter') => {
      const group = new SimulatedGroup([partition(3, {1: always})], {onFailure, retries: 0});
      group.deadLetterAnswer = answer;
      group.meet([0]);
      group.fetch(10);
      await group.clock.turn(500);
      return group;
    };
    const failed = {status: 'failed', reason: 'the broker is away', retryable: true} as const;
    const acknowledged = {status: 'acknowledged', where: 'x-dlt 0@0'} as const;
    const again = (group: SimulatedGroup) =>
      group.events.flatMap(event => (event.type === 'held' ? [event.again] : []));

    it('is tried again by the policy, in sight, until it is written', async () => {
      const group = await begin(failed);
      expect(committed(group)).toEqual(['0@1']);
      expect(group.held()).toEqual([{partition: 0, offset: 1n}]);
      expect(group.events).toContainEqual(
        expect.objectContaining({
          type: 'held',
          because: 'the broker is away',
          again: expect.objectContaining({tries: 1, mayDuplicate: false, retryable: true}),
        }),
      );
      await group.clock.turn(10_000);
      expect(again(group).map(each => each?.tries)).toEqual([1, 2, 3, 4]);
      group.deadLetterAnswer = acknowledged;
      await group.clock.turn(30_000);
      group.fetch(10);
      await group.clock.turn(1000);
      expect(committed(group)).toEqual(['0@3']);
      expect(group.dispatched.filter(each => each === '0@1')).toHaveLength(1);
    });

    it('says that it may be there twice, where it is not known whether it was written', async () => {
      const group = await begin({status: 'unknown', reason: 'no acknowledgement within 10 s'});
      expect(again(group)).toEqual([expect.objectContaining({mayDuplicate: true})]);
    });

    it('goes on when the partition comes back after an outage, and is not held then', async () => {
      const group = await begin(failed);
      group.processing.loseAll();
      group.deadLetterAnswer = acknowledged;
      group.meet([0], false);
      group.fetch(10);
      await group.clock.turn(1000);
      group.fetch(10);
      await group.clock.turn(1000);
      expect(committed(group)).toEqual(['0@3']);
      expect(group.dispatched.filter(each => each === '0@1')).toHaveLength(1);
    });

    it('stays held without a timer where no try can help, and where the operator asked for it', async () => {
      const refused = await begin({status: 'refused', reason: 'it holds dead letters itself'});
      expect(again(refused)).toEqual([undefined]);
      const byHand = await begin(failed, 'hold');
      byHand.processing.deadLetter(0, 1n);
      await byHand.clock.turn(60_000);
      expect(again(byHand)).toEqual([undefined, undefined]);
      expect(byHand.held()).toHaveLength(1);
    });

    it('is the operator’s to end meanwhile: the timer is off then', async () => {
      const group = await begin(failed);
      expect(group.processing.skip(0, 1n, 'a test message')).toBe(true);
      group.fetch(10);
      await group.clock.turn(60_000);
      expect(committed(group)).toEqual(['0@3']);
      expect(again(group)).toHaveLength(1);
    });

    it('waits for the group: no try begins while it is meeting', async () => {
      const group = await begin(failed);
      group.processing.beginMeeting();
      group.deadLetterAnswer = acknowledged;
      await group.clock.turn(10_000);
      expect(group.held()).toHaveLength(1);
      group.meet([0]);
      await group.clock.turn(1000);
      group.fetch(10);
      await group.clock.turn(1000);
      expect(committed(group)).toEqual(['0@3']);
    });
  });

  it('is not acted on twice, nor on another message', async () => {
    const group = new SimulatedGroup([partition(3, {1: always})], {onFailure: 'hold', retries: 0});
    group.meet([0]);
    group.fetch(10);
    await group.clock.turn(1000);
    expect(group.processing.skip(0, 2n, 'wrong one')).toBe(false);
    expect(group.processing.skip(0, 1n, 'once')).toBe(true);
    expect(group.processing.skip(0, 1n, 'twice')).toBe(false);
  });
});

describe('a rebalance', () => {
  it('does not count a result that comes after the partition has moved', async () => {
    const group = new SimulatedGroup([partition(3)], {onFailure: 'hold', retries: 0}, true);
    group.meet([0]);
    group.fetch(10);
    await group.clock.settle();
    group.processing.beginMeeting();
    group.meet([]);
    group.releaseHandlers();
    await group.clock.turn(1000);
    expect(committed(group)).toEqual([]);
    expect(group.events).toContainEqual(expect.objectContaining({type: 'moved', isGone: false}));
  });

  it('sends what is finished to commit, while the group still takes it', async () => {
    const group = new SimulatedGroup([partition(4)], {onFailure: 'hold', retries: 0});
    group.meet([0]);
    group.fetch(10);
    await group.clock.settle();
    expect(committed(group)).toEqual([]);
    group.processing.beginMeeting();
    await group.clock.settle();
    expect(committed(group)).toEqual(['0@4']);
  });

  it('commits no more of it once the group has met, before it is known what the group has', async () => {
    const group = new SimulatedGroup([partition(4)], {onFailure: 'hold', retries: 0});
    group.meet([0]);
    group.fetch(10);
    await group.clock.settle();
    group.processing.beginMeeting();
    group.processing.joined();
    await group.clock.turn(1000);
    expect(committed(group)).toEqual([]);
    group.meet([0]);
    await group.clock.turn(1000);
    expect(committed(group)).toEqual(['0@4']);
  });

  it('also a stop commits nothing before that: another member may have gone on', async () => {
    const group = new SimulatedGroup([partition(4)], {onFailure: 'hold', retries: 0});
    group.meet([0]);
    group.fetch(10);
    await group.clock.settle();
    group.processing.joined();
    const stopped = group.processing.stop(1000);
    await group.clock.turn(1000);
    await stopped;
    expect(committed(group)).toEqual([]);
  });

  it('keeps a lane with the same member, and drops what another member finished meanwhile', async () => {
    const group = new SimulatedGroup([partition(6)], {onFailure: 'hold', retries: 0}, true);
    group.meet([0]);
    group.fetch(5);
    await group.clock.settle();
    group.processing.beginMeeting();
    group.ours.clear();
    group.otherMemberWorks(0, 3);
    group.meet([0]);
    group.releaseHandlers();
    for (let round = 0; round < 4; round++) {
      group.fetch(10);
      await group.clock.turn(100);
      group.releaseHandlers();
    }
    await group.clock.turn(1000);
    expect(committed(group)).toEqual(['0@6']);
  });

  it('leaves no gap open behind the messages that another member finished', async () => {
    const group = new SimulatedGroup([{...partition(1), end: 3}], {onFailure: 'hold', retries: 0}, true);
    group.meet([0]);
    group.fetch(10);
    await group.clock.settle();
    group.processing.beginMeeting();
    group.ours.clear();
    group.otherMemberWorks(0, 1);
    group.meet([0]);
    group.releaseHandlers();
    await group.clock.turn(1000);
    expect(committed(group)).toEqual(['0@3']);
  });

  it('opens a failure again without running it by itself', async () => {
    const group = new SimulatedGroup([partition(4, {1: always})], {onFailure: 'hold', retries: 0});
    group.meet([0]);
    group.fetch(10);
    await group.clock.turn(1000);
    const before = group.dispatched.filter(each => each === '0@1').length;
    group.processing.beginMeeting();
    group.meet([]);
    group.meet([0]);
    group.fetch(10);
    await group.clock.turn(1000);
    expect(group.held()).toEqual([{partition: 0, offset: 1n}]);
    expect(group.dispatched.filter(each => each === '0@1')).toHaveLength(before);
  });
});

describe('a member that the group has not heard of for the session timeout', () => {
  const asleep = async () => {
    const group = new SimulatedGroup([partition(4)], {onFailure: 'hold', retries: 0});
    group.meet([0]);
    group.isUnheardOf = true;
    group.fetch(10);
    await group.clock.turn(1000);
    expect(group.dispatched).toEqual([]);
    group.isUnheardOf = false;
    return group;
  };

  it('begins nothing that may be another member’s by now, until the group answers that it is one', async () => {
    const group = await asleep();
    group.processing.memberSeen();
    await group.clock.turn(1000);
    expect(committed(group)).toEqual(['0@4']);
  });

  it('drops what another member has finished meanwhile, once the group has met', async () => {
    const group = await asleep();
    group.ours.clear();
    group.otherMemberWorks(0, 3);
    group.meet([0], false);
    group.fetch(10);
    await group.clock.turn(1000);
    expect(group.dispatched).toEqual(['0@3']);
    expect(committed(group)).toEqual(['0@4']);
  });
});

describe('a stop', () => {
  it('waits for the message in hand, commits, and says what was left in hand after the grace', async () => {
    const group = new SimulatedGroup([partition(2), partition(2)], {onFailure: 'hold', retries: 0}, true);
    group.meet([0, 1]);
    group.fetch(1);
    await group.clock.settle();
    const stopped = group.processing.stop(10_000);
    await group.clock.turn(10_000);
    expect(await stopped).toBe(2);
    expect(committed(group)).toEqual(['0@0', '1@0']);
  });
});

describe('a fault on purpose', () => {
  it('withholds commits: all is processed, and committed as soon as it is off', async () => {
    const group = new SimulatedGroup([partition(4)], {onFailure: 'hold', retries: 0});
    group.withheld = true;
    group.meet([0]);
    group.fetch(10);
    await group.clock.turn(1000);
    expect(group.dispatched).toHaveLength(4);
    expect(committed(group)).toEqual([]);
    group.withheld = false;
    group.processing.commitSoon();
    await group.clock.turn(1000);
    expect(committed(group)).toEqual(['0@4']);
  });

  it('crashes before a commit: what was finished comes again', async () => {
    const group = new SimulatedGroup([partition(4)], {onFailure: 'hold', retries: 0});
    group.meet([0]);
    await group.clock.turn(1000);
    group.crashNextCommit = true;
    group.fetch(10);
    await group.clock.turn(1000);
    expect(committed(group)).toEqual(['0@0']);
    expect(group.events.map(event => event.type)).not.toContain('commit-failed');
    group.meet([0], false);
    group.fetch(10);
    await group.clock.turn(1000);
    expect(group.dispatched).toEqual([0, 1, 2, 3, 0, 1, 2, 3].map(offset => `0@${offset}`));
    expect(committed(group)).toEqual(['0@4']);
  });
});

describe('a replay', () => {
  const again = (offset: bigint) => ({from: 'offset', offset, skipToEnd: false}) as const;

  it('of one partition lets the others go on, and lowers no commit', async () => {
    const group = new SimulatedGroup([partition(6), partition(6)], {onFailure: 'hold', retries: 0});
    group.committed.set(0, 4n).set(1, 4n);
    for (const at of [0, 1]) for (const offset of [0, 1, 2, 3]) group.final.get(at)!.add(offset);
    group.start = {from: 'several', partitions: new Map([[1, again(2n)]]), others: {from: 'committed'}};
    group.meet([0, 1]);
    group.fetch(10);
    await group.clock.turn(1000);
    expect(group.dispatched.sort()).toEqual(['0@4', '0@5', '1@2', '1@3', '1@4', '1@5']);
    expect(committed(group)).toEqual(['0@6', '1@6']);
  });

  it('from an offset that is gone is held until told where, and still lowers no commit', async () => {
    const group = new SimulatedGroup([{...partition(6), first: 3}], {onFailure: 'hold', retries: 0});
    group.committed.set(0, 6n);
    for (const offset of [0, 1, 2, 3, 4, 5]) group.final.get(0)!.add(offset);
    group.start = again(1n);
    group.meet([0]);
    expect(group.events).toContainEqual(expect.objectContaining({type: 'position-lost'}));
    expect(await group.processing.acceptLost(0, 'first')).toBe(true);
    group.fetch(10);
    await group.clock.turn(1000);
    expect(group.dispatched).toEqual(['0@3', '0@4', '0@5']);
    expect(committed(group)).toEqual(['0@6']);
  });
});

describe('a partition that nobody could tell of when the group met', () => {
  const begin = (start: StartFrom) => {
    const group = new SimulatedGroup([partition(4), partition(4)], {onFailure: 'hold', retries: 0});
    group.start = start;
    group.unreachable.add(1);
    group.meet([0, 1]);
    return group;
  };

  it('begins when it has a leader again, where the person chose; the others flow meanwhile', async () => {
    const group = begin({from: 'beginning'});
    group.fetch(10);
    await group.clock.turn(1000);
    expect(committed(group)).toEqual(['0@4']);
    expect(group.events).toContainEqual(expect.objectContaining({type: 'unreachable'}));
    group.processing.beginLate(group.facts(1), {isAlone: true, startedWith: 2});
    group.fetch(10);
    await group.clock.turn(1000);
    expect(committed(group)).toEqual(['0@4', '1@4']);
  });

  it('does not begin while it is asked where to start', () => {
    const group = begin({from: 'committed'});
    expect(group.events.map(({type}) => type)).toContain('where-to-start');
    group.processing.beginLate(group.facts(1), {isAlone: true, startedWith: null});
    expect(group.processing.lanes()).toEqual([]);
  });

  it('keeps its lane where it had one', async () => {
    const group = begin({from: 'beginning'});
    group.unreachable.clear();
    group.meet([0, 1]);
    group.fetch(2);
    await group.clock.turn(1000);
    group.unreachable.add(1);
    group.processing.beginMeeting();
    group.meet([0, 1]);
    group.fetch(2);
    await group.clock.turn(1000);
    expect(committed(group)).toEqual(['0@4', '1@4']);
    expect(group.dispatched.filter(each => each === '1@0')).toHaveLength(1);
  });
});

describe('a topic that is made again', () => {
  const madeAgain = (group: SimulatedGroup) => {
    group.processing.topicRecreated();
    group.processing.checkPosition({...group.facts(0), committed: null, recreated: true});
  };

  it('loses the position where work was done on the one before, and what is in hand is gone', async () => {
    const group = new SimulatedGroup([partition(3)], {onFailure: 'hold', retries: 0}, true);
    group.meet([0]);
    group.fetch(1);
    await group.clock.settle();
    group.releaseHandlers();
    group.fetch(10);
    await group.clock.settle();
    madeAgain(group);
    expect(group.events).toContainEqual(
      expect.objectContaining({type: 'position-lost', lost: expect.objectContaining({cause: 'recreated'})}),
    );
    group.releaseHandlers();
    await group.clock.settle();
    expect(group.events).toContainEqual(expect.objectContaining({type: 'moved', isGone: true}));
  });

  it('is read from its first message where nothing was done, and a message held before is gone', async () => {
    const group = new SimulatedGroup([partition(3, {0: {failures: 1, permanent: true}})], {
      onFailure: 'hold',
      retries: 0,
    });
    group.meet([0]);
    group.fetch(10);
    await group.clock.turn(100);
    expect(group.held()).toEqual([{partition: 0, offset: 0n}]);
    madeAgain(group);
    expect(group.held()).toEqual([]);
    group.fetch(10);
    await group.clock.turn(100);
    // The new message at the same place had its own attempt.
    expect(group.dispatched).toEqual(['0@0', '0@0']);
  });
});

describe('processing code that pauses its partition', () => {
  it('gets no more of it until it lets it go on; the others flow', async () => {
    const group = new SimulatedGroup([partition(4), partition(4)], {onFailure: 'hold', retries: 0});
    group.meet([0, 1]);
    group.pauseByCode(0, true);
    group.fetch(10);
    await group.clock.turn(1000);
    expect(group.dispatched).toEqual(['1@0', '1@1', '1@2', '1@3']);
    expect(group.processing.lanes().map(({isPausedByCode}) => isPausedByCode)).toEqual([true, false]);
    group.pauseByCode(0, false);
    await group.clock.turn(1000);
    expect(committed(group)).toEqual(['0@4', '1@4']);
  });

  it('keeps it paused over a rebalance, as KafkaJS does', async () => {
    const group = new SimulatedGroup([partition(4)], {onFailure: 'hold', retries: 0});
    group.meet([0]);
    group.pauseByCode(0, true);
    group.meet([0], false);
    group.fetch(10);
    await group.clock.turn(1000);
    expect(group.dispatched).toEqual([]);
  });
});

describe('step by step', () => {
  const begin = () => {
    const group = new SimulatedGroup([partition(4, {1: {failures: 2, permanent: false}}), partition(4)], {
      onFailure: 'hold',
      retries: 2,
    });
    group.processing.step(true);
    group.meet([0, 1]);
    group.fetch(10);
    return group;
  };

  it('holds before each message; a release lets one begin, with all its attempts', async () => {
    const group = begin();
    await group.clock.turn(1000);
    expect(group.dispatched).toEqual([]);
    expect(group.events.filter(({type}) => type === 'waiting')).toHaveLength(2);
    expect(group.processing.lanes().map(({waiting}) => waiting?.offset)).toEqual([0n, 0n]);
    expect(group.processing.release(0)).toEqual([0]);
    await group.clock.turn(1000);
    expect(group.dispatched).toEqual(['0@0']);
    group.processing.release(0);
    await group.clock.turn(10_000);
    expect(group.dispatched).toEqual(['0@0', '0@1', '0@1', '0@1']);
    expect(group.processing.release()).toEqual([0, 1]);
    await group.clock.turn(1000);
    expect(group.dispatched.slice(4).sort()).toEqual(['0@2', '1@0']);
    expect(committed(group)).toEqual(['0@3', '1@1']);
  });

  it('keeps a release that nothing waits for yet', async () => {
    const group = new SimulatedGroup([partition(3)], {onFailure: 'hold', retries: 0});
    group.processing.step(true);
    group.meet([0]);
    group.processing.release(0);
    group.processing.release(0);
    group.fetch(10);
    await group.clock.turn(1000);
    expect(group.dispatched).toEqual(['0@0', '0@1']);
  });

  it('lets all flow when it is turned off, and nothing is released then', async () => {
    const group = begin();
    await group.clock.turn(1000);
    group.processing.step(false);
    await group.clock.turn(10_000);
    expect(committed(group)).toEqual(['0@4', '1@4']);
    expect(group.processing.release(0)).toEqual([]);
  });

  it('lets the run in hand begin no further message when it is turned on', async () => {
    const group = new SimulatedGroup([partition(50)], {onFailure: 'hold', retries: 0}, true);
    group.meet([0]);
    group.fetch(50);
    for (let round = 0; round < 3; round++) {
      await group.clock.settle();
      group.releaseHandlers();
    }
    await group.clock.settle();
    const before = group.dispatched.length;
    group.processing.step(true);
    group.releaseHandlers();
    await group.clock.turn(1000);
    group.releaseHandlers();
    await group.clock.turn(1000);
    // The one in hand is finished.
    expect(group.dispatched).toHaveLength(before + 1);
  });
});

describe('any history', () => {
  type Step =
    | {do: 'fetch'; most: number}
    | {do: 'turn'; ms: number}
    | {do: 'release'}
    | {do: 'rebalance'; mine: number[]; unseen: number[]; sameMember: boolean; others: number}
    | {do: 'crash'; mine: number[]; back: number}
    | {do: 'commit-fails'}
    | {do: 'withhold'; on: boolean}
    | {do: 'crash-before-commit'}
    | {do: 'step'; on: boolean}
    | {do: 'let'; partition: number | undefined}
    | {do: 'operator'; act: 'retry' | 'skip' | 'dead-letter' | 'replace'; which: number}
    | {do: 'unreadable'; act: 'skip' | 'read-again'}
    | {do: 'dead-letters'; work: boolean};

  // Mostly we keep what we have: the cases in which a lane lives on are the dangerous ones.
  const mine = fc.oneof(
    {weight: 3, arbitrary: fc.constant<number[]>([0, 1, 2])},
    {weight: 1, arbitrary: fc.subarray([0, 1, 2])},
  );
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({do: fc.constant('fetch' as const), most: fc.integer({min: 1, max: 8})}),
    },
    {
      weight: 6,
      arbitrary: fc.record({do: fc.constant('turn' as const), ms: fc.integer({min: 0, max: 3000})}),
    },
    {weight: 6, arbitrary: fc.record({do: fc.constant('release' as const)})},
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('rebalance' as const),
        mine,
        unseen: fc.subarray([0, 1, 2]),
        sameMember: fc.constantFrom(true, true, true, false),
        others: fc.integer({min: 0, max: 3}),
      }),
    },
    {weight: 1, arbitrary: fc.record({do: fc.constant('crash' as const), mine, back: fc.nat(6)})},
    {weight: 1, arbitrary: fc.record({do: fc.constant('commit-fails' as const)})},
    {weight: 1, arbitrary: fc.record({do: fc.constant('withhold' as const), on: fc.boolean()})},
    {weight: 1, arbitrary: fc.record({do: fc.constant('crash-before-commit' as const)})},
    {weight: 1, arbitrary: fc.record({do: fc.constant('step' as const), on: fc.boolean()})},
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('let' as const),
        partition: fc.constantFrom(undefined, 0, 1, 2),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('operator' as const),
        act: fc.constantFrom('retry', 'skip', 'dead-letter', 'replace'),
        which: fc.nat(5),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('unreadable' as const),
        act: fc.constantFrom('skip' as const, 'read-again' as const),
      }),
    },
    {weight: 1, arbitrary: fc.record({do: fc.constant('dead-letters' as const), work: fc.boolean()})},
  );

  const fate: fc.Arbitrary<Fate> = fc.oneof(
    fc.record({failures: fc.integer({min: 1, max: 4}), permanent: fc.constant(false)}),
    fc.record({failures: fc.constant(0), permanent: fc.constant(true)}),
  );

  const partitions = fc.array(
    fc.record({
      gaps: fc.array(fc.integer({min: 1, max: 3}), {minLength: 1, maxLength: 20}),
      fates: fc.dictionary(fc.integer({min: 0, max: 30}).map(String), fate, {maxKeys: 5}),
      tail: fc.nat(3),
      damaged: fc.option(
        fc.record({
          from: fc.nat(20),
          length: fc.integer({min: 1, max: 6}),
          isEndKnown: fc.boolean(),
          readings: fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
        }),
      ),
    }),
    {minLength: 3, maxLength: 3},
  );

  it('never commits past an unfinished message, and loses none', async () => {
    await fc.assert(
      fc.asyncProperty(
        partitions,
        fc.constantFrom<OnFailure>('hold', 'dead-letter', 'skip'),
        fc.boolean(),
        fc.array(step, {minLength: 20, maxLength: 80, size: 'max'}),
        async (made, onFailure, slow, steps) => {
          violations.length = 0;
          released = 0;
          const simulated = made.map(({gaps, fates, tail, damaged}) => {
            let at = 0;
            const offsets = gaps.map(gap => {
              const offset = at;
              at += gap;
              return offset;
            });
            const known = new Map(Object.entries(fates).map(([offset, each]) => [Number(offset), each]));
            const end = at + tail;
            const damage = damaged && {...damaged, next: damaged.from + damaged.length};
            return {
              offsets,
              fates: known,
              first: 0,
              end,
              damaged: damage && damage.next <= end ? [damage] : [],
            };
          });
          const group = new SimulatedGroup(simulated, {onFailure, retries: 1}, slow);
          group.meet([0, 1, 2]);
          for (const each of steps) {
            await take(group, each);
            if (group.isOut) group.meet([0, 1, 2], false);
          }

          // At the end everybody else is gone, everything works, and the operator skips what is held.
          expect(group.begunInSteps).toBeLessThanOrEqual(released);
          group.processing.step(false);
          group.heal();
          group.failNextCommit = false;
          group.withheld = false;
          group.crashNextCommit = false;
          group.deadLetterAnswer = {status: 'acknowledged', where: 'x-dlt 0@0'};
          group.processing.beginMeeting();
          group.meet([0, 1, 2], false);
          for (let round = 0; round < 120 && ![0, 1, 2].every(at => group.isFinished(at)); round++) {
            group.fetch(8);
            group.releaseHandlers();
            for (const {partition: at, offset} of group.held())
              group.processing.skip(at, offset, 'at the end');
            for (const {partition: at, from} of group.unreadable()) group.processing.readAgain(at, from);
            await group.clock.turn(1100);
          }
          expect(violations).toEqual([]);
          for (const [at, {offsets}] of simulated.entries()) {
            expect(group.isFinished(at), `partition ${at} at ${group.committed.get(at)}`).toBe(true);
            expect([...group.final.get(at)!].sort((left, right) => left - right)).toEqual(offsets);
          }
        },
      ),
      {seed: 20_261, numRuns: Number(process.env.HISTORIES ?? 300)},
    );
  }, 120_000);

  /** Messages that were let begin, over all partitions. */
  let released = 0;

  async function take(group: SimulatedGroup, each: Step): Promise<void> {
    switch (each.do) {
      case 'step':
        group.processing.step(each.on);
        break;
      case 'let':
        released += group.processing.release(each.partition).length;
        break;
      case 'fetch':
        group.fetch(each.most);
        break;
      case 'turn':
        await group.clock.turn(each.ms);
        break;
      case 'release':
        group.releaseHandlers();
        await group.clock.settle();
        break;
      case 'rebalance':
        group.processing.beginMeeting();
        await group.clock.settle();
        // A generation that we do not see: others own these, work and commit.
        for (const partition of each.unseen) group.ours.delete(partition);
        for (const partition of each.unseen) group.otherMemberWorks(partition, each.others);
        group.meet(each.mine, each.sameMember);
        for (const partition of [0, 1, 2]) group.otherMemberWorks(partition, each.others);
        break;
      case 'crash':
        await group.crash();
        // Started again, perhaps as a replay of what is so far behind the commit.
        group.replay(each.back);
        group.meet(each.mine, false);
        break;
      case 'commit-fails':
        group.failNextCommit = true;
        break;
      case 'withhold':
        group.withheld = each.on;
        if (!each.on) group.processing.commitSoon();
        break;
      case 'crash-before-commit':
        group.crashNextCommit = true;
        break;
      case 'unreadable':
        for (const {partition, from, next} of group.unreadable()) {
          if (each.act === 'skip') group.processing.skipUnreadable(partition, {from, next}, 'generated');
          else group.processing.readAgain(partition, from);
        }
        break;
      case 'dead-letters':
        group.deadLetterAnswer = each.work
          ? {status: 'acknowledged', where: 'x-dlt 0@0'}
          : {status: 'failed', reason: 'not acknowledged', retryable: true};
        break;
      case 'operator': {
        const held = group.held();
        const chosen = held[each.which % Math.max(1, held.length)];
        if (!chosen) break;
        const {partition, offset} = chosen;
        if (each.act === 'retry') group.processing.retry(partition, offset);
        if (each.act === 'skip') group.processing.skip(partition, offset, 'generated');
        if (each.act === 'dead-letter') group.processing.deadLetter(partition, offset);
        if (each.act === 'replace') group.processing.replace(partition, offset, '0@0');
        break;
      }
    }
  }
});
