import {describe, expect, it} from 'vitest';
import {afterFailure, backOff} from '../../source/flow/failure-policy.ts';

const failure = {name: 'TypeError', message: 'no', permanent: false};

describe('the failure policy', () => {
  it('waits 1, 2, 4 … and never more than 30 s', () => {
    expect([1, 2, 3, 4, 5, 6, 40].map(backOff)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('makes three attempts by default of two retries, then does what it was told', () => {
    const policy = {onFailure: 'hold', retries: 2} as const;
    expect(afterFailure(policy, failure, 1)).toEqual({step: 'retry', afterMs: 1000});
    expect(afterFailure(policy, failure, 2)).toEqual({step: 'retry', afterMs: 2000});
    expect(afterFailure(policy, failure, 3)).toEqual({step: 'hold'});
  });

  it('does not retry what cannot pass', () => {
    const permanent = {...failure, permanent: true};
    expect(afterFailure({onFailure: 'skip', retries: 9}, permanent, 1)).toEqual({step: 'skip'});
  });

  it('waits as long as the other side asked, when that is longer', () => {
    const policy = {onFailure: 'hold', retries: 2} as const;
    expect(afterFailure(policy, {...failure, retryAfterMs: 60_000}, 1)).toEqual({
      step: 'retry',
      afterMs: 60_000,
    });
    expect(afterFailure(policy, {...failure, retryAfterMs: 10}, 1)).toEqual({step: 'retry', afterMs: 1000});
  });
});
