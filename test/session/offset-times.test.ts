import {describe, expect, it} from 'vitest';
import {OffsetTimes} from '../../source/session/offset-times.ts';

describe('when a partition came past an offset', () => {
  it('is the time of the first step past it', () => {
    const times = new OffsetTimes();
    times.take(0, 5n, 100);
    times.take(0, 9n, 200);
    times.take(1, 3n, 300);
    expect(times.past(0, 0n)).toEqual({next: 5n, at: 100});
    expect(times.past(0, 4n)).toEqual({next: 5n, at: 100});
    expect(times.past(0, 5n)).toEqual({next: 9n, at: 200});
    expect(times.past(0, 9n)).toBeNull();
    expect(times.past(1, 0n)).toEqual({next: 3n, at: 300});
    expect(times.past(2, 0n)).toBeNull();
  });

  it('is that of the second time, where a partition went back', () => {
    const times = new OffsetTimes();
    times.take(0, 100n, 100);
    times.take(0, 20n, 200);
    times.take(0, 60n, 300);
    expect(times.past(0, 10n)).toEqual({next: 20n, at: 200});
    expect(times.past(0, 50n)).toEqual({next: 60n, at: 300});
  });

  it('is not guessed where it is too long ago, and a thousand steps a partition are kept', () => {
    const times = new OffsetTimes();
    for (let step = 1; step <= 100_000; step++) times.take(0, BigInt(step * 10), step);
    expect(times.size).toBeLessThanOrEqual(1250);
    expect(times.past(0, 3n)).toBeNull();
    expect(times.past(0, 999_995n)).toEqual({next: 1_000_000n, at: 100_000});
  });
});
