import {describe, expect, it} from 'vitest';
import {startingPoint} from '../../source/flow/starting-point.ts';

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
