import {describe, expect, it} from 'vitest';
import {startingPoint, startOf} from '../../source/flow/starting-point.ts';

const facts = {topic: 't', partition: 0, committed: 5n, first: 0n, end: 9n, recreated: false};

describe('where a partition begins', () => {
  it('is the committed offset', () => {
    expect(startingPoint(facts, {from: 'committed'})).toEqual({start: 'at', position: 5n, commit: false});
  });

  it('is asked for when there is none and messages are retained', () => {
    expect(startingPoint({...facts, committed: null}, {from: 'committed'})).toEqual({
      start: 'ask',
      retained: 9n,
    });
  });

  it('is no question on an empty partition', () => {
    const empty = {...facts, committed: null, first: 4n, end: 4n};
    expect(startingPoint(empty, {from: 'committed'})).toEqual({start: 'at', position: 4n, commit: false});
  });

  it('replays from the beginning without lowering the commit', () => {
    expect(startingPoint(facts, {from: 'beginning'})).toEqual({start: 'at', position: 0n, commit: false});
  });

  it('is kept as a commit where it was chosen and there was none', () => {
    const none = {...facts, committed: null};
    expect(startingPoint(none, {from: 'beginning'})).toEqual({start: 'at', position: 0n, commit: true});
  });

  it('does not go past unprocessed messages to the end unless told to', () => {
    expect(startingPoint(facts, {from: 'end', skipToEnd: false})).toEqual({
      start: 'refused',
      unprocessed: 4n,
    });
    expect(startingPoint(facts, {from: 'end', skipToEnd: true})).toMatchObject({position: 9n, commit: true});
    expect(startingPoint({...facts, committed: 9n}, {from: 'end', skipToEnd: false})).toMatchObject({
      position: 9n,
    });
  });

  it('is so many before the end: a replay where the group is further, never past what it has not processed', () => {
    const at = (offset: bigint, skipToEnd = false) =>
      ({from: 'before-end', at: new Map([[0, offset]]), skipToEnd}) as const;
    expect(startingPoint(facts, at(3n))).toEqual({start: 'at', position: 3n, commit: false});
    expect(startingPoint(facts, at(-191n))).toEqual({start: 'at', position: 0n, commit: false});
    expect(startingPoint(facts, at(7n))).toEqual({start: 'refused', unprocessed: 2n});
    expect(startingPoint(facts, at(7n, true))).toEqual({start: 'at', position: 7n, commit: true});
    expect(startingPoint({...facts, committed: null}, at(7n))).toEqual({
      start: 'at',
      position: 7n,
      commit: true,
    });
    expect(startingPoint({...facts, partition: 1}, at(7n))).toMatchObject({position: 0n});
  });

  it('replays from an offset without lowering the commit; one ahead passes nothing unless told to', () => {
    const at = (offset: bigint, skipToEnd = false) => ({from: 'offset', offset, skipToEnd}) as const;
    expect(startingPoint(facts, at(2n))).toEqual({start: 'at', position: 2n, commit: false});
    expect(startingPoint(facts, at(5n))).toEqual({start: 'at', position: 5n, commit: false});
    expect(startingPoint(facts, at(7n))).toEqual({start: 'refused', unprocessed: 2n});
    expect(startingPoint(facts, at(7n, true))).toEqual({start: 'at', position: 7n, commit: true});
    expect(startingPoint({...facts, committed: null}, at(7n))).toEqual({
      start: 'at',
      position: 7n,
      commit: true,
    });
  });

  it('is lost where the offset to replay from is gone or not there yet', () => {
    const at = (offset: bigint) => ({from: 'offset', offset, skipToEnd: false}) as const;
    expect(startingPoint({...facts, first: 3n}, at(2n))).toMatchObject({
      start: 'lost',
      lost: {cause: 'retention', position: 2n},
    });
    expect(startingPoint(facts, at(10n))).toMatchObject({start: 'lost', lost: {cause: 'beyond-end'}});
  });

  it('goes back to a time, and not ahead to one past what the group has processed', () => {
    const at = (offset: bigint) => ({from: 'time', at: new Map([[0, offset]])}) as const;
    expect(startingPoint(facts, at(2n))).toEqual({start: 'at', position: 2n, commit: false});
    expect(startingPoint(facts, at(8n))).toEqual({start: 'at', position: 5n, commit: false});
    expect(startingPoint({...facts, committed: null}, at(8n))).toEqual({
      start: 'at',
      position: 8n,
      commit: true,
    });
  });

  it('can be another one for several partitions, and the others are as they were', () => {
    const again = {from: 'offset', offset: 2n, skipToEnd: false} as const;
    const some = {from: 'several', partitions: new Map([[1, again]]), others: {from: 'committed'}} as const;
    const more = {
      from: 'several',
      partitions: new Map([[2, {from: 'beginning'} as const]]),
      others: some,
    } as const;
    expect([0, 1, 2].map(partition => startOf(more, partition).from)).toEqual([
      'committed',
      'offset',
      'beginning',
    ]);
  });

  it.each([
    ['retention', {...facts, first: 7n}],
    ['beyond-end', {...facts, committed: 20n}],
    ['recreated', {...facts, recreated: true}],
  ] as const)('is lost by %s, never jumped over', (cause, changed) => {
    expect(startingPoint(changed, {from: 'committed'})).toMatchObject({start: 'lost', lost: {cause}});
  });

  it('is not lost at the end itself, nor in a topic made again on which nothing was done', () => {
    expect(startingPoint({...facts, committed: 9n}, {from: 'committed'})).toMatchObject({start: 'at'});
    expect(startingPoint({...facts, committed: 0n, recreated: true}, {from: 'committed'})).toMatchObject({
      start: 'at',
    });
  });
});
