import {describe, expect, it} from 'vitest';
import {startOf} from '../../source/commands/start-flags.ts';

const now = Date.parse('2026-11-23T08:00:00Z');
const others = {from: 'committed'} as const;

describe('where to start, by flags', () => {
  it('is where the group is, unless said otherwise', () => {
    expect(startOf({from: [], partition: []}, now)).toEqual({from: 'committed'});
    expect(startOf({from: ['beginning']}, now)).toEqual({from: 'beginning'});
    expect(startOf({from: ['end'], skipToEnd: true}, now)).toEqual({from: 'end', skipToEnd: true});
    expect(startOf({from: ['15m']}, now)).toEqual({from: 'time', time: now - 900_000});
  });

  it('is an offset of a partition, or of several', () => {
    const at = (offset: bigint) => ({from: 'offset', offset, skipToEnd: false});
    expect(startOf({from: ['1@113', '2@9007199254740993']}, now)).toEqual({
      from: 'several',
      partitions: new Map([
        [1, at(113n)],
        [2, at(9007199254740993n)],
      ]),
      others,
    });
  });

  it('is for the partitions that are named, and the others go on', () => {
    expect(startOf({from: ['beginning'], partition: [0, 2, 0] as unknown as string[]}, now)).toEqual({
      from: 'several',
      partitions: new Map([
        [0, {from: 'beginning'}],
        [2, {from: 'beginning'}],
      ]),
      others,
    });
  });

  it.each([
    [{from: ['beginning', '15m']}, '--from takes one place'],
    [{from: ['1@5', 'beginning']}, 'goes with nothing but more of its kind'],
    [{from: ['1@5'], partition: [1]}, 'goes with nothing but more of its kind'],
    [{from: ['1@5', '1@6']}, 'names a partition twice'],
    [{partition: [1]}, 'give --from too'],
    [{from: ['beginning'], partition: [-1]}, '--partition takes a whole number'],
    [{from: ['yesterday']}, 'is no place to begin'],
  ])('is refused where it is not clear: %o', (flags, why) => {
    expect(() => startOf(flags as never, now)).toThrow(why);
  });
});
