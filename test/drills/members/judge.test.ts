import {describe, expect, it} from 'vitest';
import type {Attempt, History, Sample} from './history.ts';
import {judge} from './judge.ts';

const second = 1000;

/** One partition that member `a` processed up to offset 9, one a second from 1 s on, with the commit right behind. */
function goodHistory(): History {
  const attempts = Array.from({length: 10}, (_, offset) => attempt(offset, (offset + 1) * second));
  const samples = Array.from({length: 12}, (_, index) =>
    sample(index * second + 500, Math.min(index, 10), 10),
  );
  return {
    policy: 'hold',
    starts: [0],
    replays: [],
    attempts,
    meetings: [{member: 'a', at: 0, partitions: [0]}],
    samples,
    skippedByHand: [],
    visited: [],
    deadLetters: null,
    end: {committed: [10], ends: [10]},
  };
}

function attempt(offset: number, ended: number, more: Partial<Attempt> = {}): Attempt {
  return {
    partition: 0,
    offset,
    member: 'a',
    attempt: 1,
    began: ended - 10,
    ended,
    outcome: 'processed',
    ...more,
  };
}

function sample(at: number, committed: number, end: number, canWork = true): Sample {
  return {at, known: true, canWork, committed: [committed], ends: [end]};
}

function kindsOf(history: History): string[] {
  return judge(history).map(({kind}) => kind);
}

/** Samples each second from `from` to `to`, with the commit standing at `committed`. */
function standing(from: number, to: number, committed: number, end: number, canWork = true): Sample[] {
  return Array.from({length: (to - from) / second + 1}, (_, index) =>
    sample(from + index * second, committed, end, canWork),
  );
}

it('finds nothing wrong where all is processed and committed in order', () => {
  expect(judge(goodHistory())).toEqual([]);
});

it('finds nothing wrong where nothing was sampled yet', () => {
  expect(judge({...goodHistory(), samples: [], end: null})).toEqual([]);
});

describe('lost', () => {
  it('is what is in the log and was never finished, whether the commit passed it or not', () => {
    const good = goodHistory();
    const history = {...good, attempts: good.attempts.filter(({offset}) => offset !== 4)};
    expect(judge(history)).toMatchObject([
      {kind: 'passed', from: 4, to: 4, finally: null},
      {kind: 'lost', from: 4, to: 4, committed: 10},
    ]);
  });

  it('is not said before the end, nor of what lies before the start', () => {
    const good = goodHistory();
    const history = {...good, attempts: good.attempts.filter(({offset}) => offset >= 4)};
    expect(judge({...history, starts: [4]})).toEqual([]);
    expect(kindsOf({...history, starts: [3]})).toEqual(['passed', 'lost']);
    expect(
      judge({
        ...good,
        attempts: good.attempts.slice(0, 4),
        samples: good.samples.slice(0, 4),
        end: null,
      }),
    ).toEqual([]);
  });

  it('is a partition of which nothing was ever processed', () => {
    const good = goodHistory();
    expect(judge({...good, end: {committed: [10, -1], ends: [10, 3]}})).toMatchObject([
      {kind: 'lost', partition: 1, from: 0, to: 2, committed: -1},
    ]);
  });

  it('is what failed with the policy hold, and was not decided about', () => {
    const good = goodHistory();
    const attempts = good.attempts.map(each =>
      each.offset === 9 ? {...each, outcome: 'failed-for-good' as const} : each,
    );
    const samples = good.samples.map(each =>
      each.known ? {...each, committed: [Math.min(9, each.committed[0]!)]} : each,
    );
    const held: History = {...good, attempts, samples, end: {committed: [9], ends: [10]}};
    expect(judge(held)).toMatchObject([{kind: 'lost', from: 9, to: 9, committed: 9}]);
    expect(judge({...held, skippedByHand: [{partition: 0, offset: 9, at: 12 * second}]})).toEqual([]);
    expect(kindsOf({...held, skippedByHand: [{partition: 1, offset: 9, at: 12 * second}]})).toEqual(['lost']);
    expect(judge({...held, visited: [{partition: 0, offset: 9, at: 12 * second}]})).toEqual([]);
    expect(judge({...held, policy: 'skip'})).toEqual([]);
  });

  it('is what failed with the policy dead-letter, once it is known that no dead letter is there', () => {
    const good = goodHistory();
    const attempts = good.attempts.map(each =>
      each.offset === 3 ? {...each, outcome: 'failed-for-good' as const} : each,
    );
    const history: History = {...good, policy: 'dead-letter', attempts};
    expect(judge(history)).toEqual([]);
    expect(judge({...history, deadLetters: [{partition: 0, offset: 3, at: 4 * second}]})).toEqual([]);
    expect(kindsOf({...history, deadLetters: []})).toEqual(['passed', 'lost']);
    expect(kindsOf({...history, deadLetters: [{partition: 0, offset: 2, at: 4 * second}]})).toEqual([
      'passed',
      'lost',
    ]);
  });

  it('is not made good by an attempt that failed and is to be tried again', () => {
    const good = goodHistory();
    const attempts = good.attempts.map(each =>
      each.offset === 3 ? {...each, outcome: 'failed' as const} : each,
    );
    expect(kindsOf({...good, policy: 'skip', attempts})).toEqual(['passed', 'lost']);
  });
});

describe('passed', () => {
  it('is a commit above what is finished only later', () => {
    const good = goodHistory();
    const attempts = good.attempts.map(each =>
      each.offset === 4 ? attempt(4, 11 * second, {began: 10 * second}) : each,
    );
    expect(judge({...good, attempts})).toMatchObject([
      {kind: 'passed', from: 4, to: 4, at: 5500, committed: 5, finally: 11 * second},
    ]);
  });

  it('is a dead letter that was published after the commit', () => {
    const good = goodHistory();
    const attempts = good.attempts.map(each =>
      each.offset === 3 ? {...each, outcome: 'failed-for-good' as const} : each,
    );
    const late = {partition: 0, offset: 3, at: 8 * second};
    expect(kindsOf({...good, policy: 'dead-letter', attempts, deadLetters: [late]})).toEqual(['passed']);
  });

  it('tells a jump of the commit as one range', () => {
    const good = goodHistory();
    const samples = [...standing(0, 3 * second, 2, 40), sample(5 * second, 40, 40)];
    const found = judge({...good, attempts: good.attempts.slice(0, 2), samples, end: null});
    expect(found.map(({kind}) => kind)).toEqual(['passed', 'passed']);
    expect(found[1]).toMatchObject({from: 2, to: 39, committed: 40, at: 5 * second});
  });
});

it('finds a commit that fell, also one that vanished', () => {
  const good = goodHistory();
  const fell = {...good, samples: [...good.samples, sample(20 * second, 6, 10)]};
  expect(judge(fell)).toMatchObject([{kind: 'lowered', from: 10, to: 6, at: 20 * second}]);
  const vanished = {...good, samples: [...good.samples, sample(20 * second, -1, 10)]};
  expect(judge(vanished)).toMatchObject([{kind: 'lowered', from: 10, to: -1}]);
});

describe('stuck', () => {
  const waits = (samples: readonly Sample[]): History => ({...goodHistory(), samples, end: null});

  it('is a commit that stands for a minute with more behind it', () => {
    expect(judge(waits(standing(20 * second, 80 * second, 10, 11)))).toMatchObject([
      {kind: 'stuck', committed: 10, end: 11, since: 20 * second, at: 80 * second},
    ]);
  });

  it('is also a partition without a commit, and is told once a spell', () => {
    expect(kindsOf(waits(standing(0, 200 * second, -1, 3)))).toEqual(['stuck']);
    const twice = [
      ...standing(20 * second, 90 * second, 9, 11),
      ...standing(91 * second, 180 * second, 10, 11),
    ];
    expect(kindsOf(waits(twice))).toEqual(['stuck', 'stuck']);
  });

  it('is not a shorter time, nor one without more', () => {
    expect(judge(waits(standing(20 * second, 79 * second, 10, 11)))).toEqual([]);
    expect(judge(waits(standing(20 * second, 300 * second, 10, 10)))).toEqual([]);
    expect(judge(waits(standing(20 * second, 300 * second, -1, 0)))).toEqual([]);
  });

  it('begins anew after an outage, and after a time with nobody there', () => {
    const half = standing(20 * second, 60 * second, 10, 11);
    const rest = standing(62 * second, 110 * second, 10, 11);
    expect(judge(waits([...half, {at: 61 * second, known: false}, ...rest]))).toEqual([]);
    expect(judge(waits([...half, sample(61 * second, 10, 11, false), ...rest]))).toEqual([]);
    expect(kindsOf(waits([...half, ...rest]))).toEqual(['stuck']);
  });

  it('is not the sleep of the machine that drills', () => {
    expect(judge(waits([sample(20 * second, 10, 11), sample(200 * second, 10, 11)]))).toEqual([]);
  });
});

describe('again', () => {
  /** Member `b` meets the group at `met`, and processes offset 4 at 30 s. */
  const taken = (met: number, more: Partial<Attempt> = {}): History => {
    const good = goodHistory();
    return {
      ...good,
      attempts: [...good.attempts, attempt(4, 30 * second, {member: 'b', ...more})],
      meetings: [...good.meetings, {member: 'b', at: met, partitions: [0]}],
    };
  };

  it('is what a member does that met the group long after the commit had passed', () => {
    expect(judge(taken(29 * second))).toMatchObject([
      {kind: 'again', from: 4, to: 4, member: 'b', met: 29 * second, passedAt: 5500},
    ]);
  });

  it('is also what was the same member’s own', () => {
    expect(kindsOf(taken(29 * second, {member: 'a'}))).toEqual([]);
    const good = goodHistory();
    const meetings = [...good.meetings, {member: 'a', at: 29 * second, partitions: [0]}];
    expect(kindsOf({...good, meetings, attempts: [...good.attempts, attempt(4, 30 * second)]})).toEqual([
      'again',
    ]);
  });

  it('is not what was not committed, or had only just been', () => {
    expect(judge(taken(10 * second))).toEqual([]);
    expect(kindsOf(taken(10_600))).toEqual(['again']);
    const good = taken(29 * second);
    expect(kindsOf({...good, samples: standing(5 * second, 20 * second, 4, 10), end: null})).toEqual([]);
  });

  it('is not what a member took before it was frozen, nor what it did without a meeting', () => {
    expect(judge(taken(2 * second))).toEqual([]);
    expect(judge({...taken(29 * second), meetings: goodHistory().meetings})).toEqual([]);
  });

  it('is not a further attempt of a message that began before', () => {
    expect(judge(taken(29 * second, {attempt: 2}))).toEqual([]);
  });

  it('is judged by the last meeting that gave the partition', () => {
    const history = taken(2 * second);
    const elsewhere = {member: 'b', at: 28 * second, partitions: [1]};
    expect(judge({...history, meetings: [...history.meetings, elsewhere]})).toEqual([]);
    const later = {member: 'b', at: 31 * second, partitions: [0]};
    expect(judge({...history, meetings: [...history.meetings, later]})).toEqual([]);
  });

  it('is not a replay that was asked for, once, for whom and where it was asked', () => {
    const history = taken(29 * second);
    const replay = {member: 'b', partition: 0, from: 3, below: 6};
    expect(judge({...history, replays: [replay]})).toEqual([]);
    expect(kindsOf({...history, replays: [{...replay, member: 'c'}]})).toEqual(['again']);
    expect(kindsOf({...history, replays: [{...replay, from: 5}]})).toEqual(['again']);
    expect(kindsOf({...history, replays: [{...replay, below: 4}]})).toEqual(['again']);
    const twice = {...history, attempts: [...history.attempts, attempt(4, 40 * second, {member: 'b'})]};
    expect(kindsOf({...twice, replays: [replay]})).toEqual(['again']);
    // What was in hand when the group met may come again in a replay, too.
    const rejoined = {member: 'b', at: 30 * second + 100, partitions: [0]};
    const again = {...twice, replays: [replay], meetings: [...twice.meetings, rejoined]};
    expect(judge(again)).toEqual([]);
  });

  it('is told as one range for neighbours after one meeting', () => {
    const history = taken(29 * second);
    const more = [5, 6, 8].map(offset => attempt(offset, 31 * second, {member: 'b'}));
    expect(judge({...history, attempts: [...history.attempts, ...more]})).toMatchObject([
      {kind: 'again', from: 4, to: 6},
      {kind: 'again', from: 8, to: 8},
    ]);
  });
});
