import {describe, expect, it} from 'vitest';
import {moveTargetOf, positionsOf, readFromOf} from '../../source/commands/positions.ts';
import {startOf} from '../../source/commands/start-flags.ts';

const now = Date.parse('2026-11-23T08:00:00Z');
const hour = 3_600_000;
const offset = (at: bigint) => ({from: 'offset', offset: at}) as const;
const time = (ms: number) => ({from: 'time', time: ms}) as const;

describe('a position', () => {
  /** The same for consume, peek and the search, and rewind and the dialog that goes back. */
  it.each([
    ['beginning', {from: 'beginning'}, {from: 'beginning'}, {to: 'beginning'}],
    ['end', {from: 'end', skipToEnd: false}, {from: 'before-end', count: 0n}, {to: 'end'}],
    [
      'end-200',
      {from: 'before-end', count: 200n, skipToEnd: false},
      {from: 'before-end', count: 200n},
      {to: 'before-end', count: 200n},
    ],
    ['0', {...offset(0n), skipToEnd: false}, offset(0n), {to: 'offset', offset: 0n}],
    [
      '123456789',
      {...offset(123_456_789n), skipToEnd: false},
      offset(123_456_789n),
      {to: 'offset', offset: 123_456_789n},
    ],
    ['@123456789', time(123_456_789), time(123_456_789), {to: 'time', time: 123_456_789}],
    ['1700000000000', time(1.7e12), time(1.7e12), {to: 'time', time: 1.7e12}],
    ['1h', time(now - hour), time(now - hour), {to: 'time', time: now - hour}],
    ['-1h', time(now - hour), time(now - hour), {to: 'time', time: now - hour}],
    ['2026-11-23T07:00:00Z', time(now - hour), time(now - hour), {to: 'time', time: now - hour}],
  ] as const)('%s means the same wherever it is asked for', (text, start, read, move) => {
    expect(startOf({from: [text]}, now)).toEqual(start);
    const positions = positionsOf([text], now, '--from');
    expect(readFromOf(positions)).toEqual(read);
    expect(moveTargetOf(positions)).toEqual(move);
  });

  it('is an offset for each partition that is named', () => {
    const positions = positionsOf(['1@113', '2@9007199254740993'], now, '--to');
    const offsets = new Map([
      [1, 113n],
      [2, 9007199254740993n],
    ]);
    expect(readFromOf(positions)).toEqual({from: 'offsets', offsets});
    expect(moveTargetOf(positions)).toEqual({to: 'offsets', offsets});
  });

  it.each([
    [['yesterday'], '"yesterday" is no place to begin; give beginning, end, end-200'],
    [['end-'], 'is no place'],
    [['-5'], 'is no place'],
    [['1@'], 'is no place'],
    [['-1@5'], 'is no place'],
    [['1@5', 'end'], '--to PARTITION@OFFSET goes with nothing but more of its kind.'],
    [['1@5', '1@6'], '--to names a partition twice.'],
    [['5', '6'], '--to takes one place, or PARTITION@OFFSET several times'],
  ])('%j is refused', (texts, sentence) => {
    expect(() => positionsOf(texts, now, '--to')).toThrow(sentence);
  });
});
