import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {type Move, type MoveFacts, moveOf, totalOf} from '../../source/flow/moves.ts';

const facts: MoveFacts = {partition: 0, committed: 50n, first: 10n, end: 80n, atTime: 30n};

describe('moving a group', () => {
  it('counts what comes again, by beginning, offset and time', () => {
    expect(moveOf(facts, {to: 'beginning'})).toEqual({
      partition: 0,
      from: 50n,
      to: 10n,
      again: 40n,
      passed: 0n,
    });
    expect(moveOf(facts, {to: 'offset', offset: 49n})).toMatchObject({to: 49n, again: 1n});
    expect(moveOf(facts, {to: 'time', time: 0})).toMatchObject({to: 30n, again: 20n});
    expect(moveOf({...facts, atTime: null}, {to: 'time', time: 0})).toMatchObject({to: 80n, passed: 30n});
  });

  it('counts what would be passed unprocessed', () => {
    expect(moveOf(facts, {to: 'end'})).toMatchObject({to: 80n, again: 0n, passed: 30n});
    expect(moveOf({...facts, committed: null}, {to: 'end'})).toMatchObject({from: null, passed: 70n});
    expect(moveOf({...facts, committed: null}, {to: 'beginning'})).toMatchObject({again: 0n, passed: 0n});
  });

  it('does not count what retention took, nor what a shorter log does not have', () => {
    expect(moveOf({...facts, committed: 5n}, {to: 'end'})).toMatchObject({passed: 70n});
    expect(moveOf({...facts, committed: 200n}, {to: 'beginning'})).toMatchObject({again: 70n});
  });

  it('says that a group is beyond the end, and by how many', () => {
    expect(moveOf({...facts, committed: 200n}, {to: 'beginning'})).toMatchObject({beyondEnd: 120n});
    expect(moveOf({...facts, committed: 80n}, {to: 'beginning'})).not.toHaveProperty('beyondEnd');
  });

  it('tells of an offset that the partition does not have', () => {
    const outside = {partition: 0, offset: 9n, first: 10n, end: 80n};
    expect(moveOf(facts, {to: 'offset', offset: 9n})).toEqual({outside});
    expect(moveOf(facts, {to: 'offset', offset: 81n})).toHaveProperty('outside');
  });

  it('never loses count: what was retained and processed, less what comes again, more what is passed, is the target', () => {
    const offset = fc.bigInt({min: 0n, max: 1000n});
    fc.assert(
      fc.property(offset, offset, offset, offset, (first, length, committed, target) => {
        const end = first + length;
        const to = first + (length === 0n ? 0n : target % (length + 1n));
        const move = moveOf(
          {partition: 0, committed, first, end, atTime: null},
          {to: 'offset', offset: to},
        ) as Move;
        const reached = committed < first ? first : committed > end ? end : committed;
        expect(reached - move.again + move.passed).toBe(to);
        expect(move.again === 0n || move.passed === 0n).toBe(true);
        expect(totalOf([move, move], 'again')).toBe(2n * move.again);
      }),
      {seed: 20_265},
    );
  });
});
