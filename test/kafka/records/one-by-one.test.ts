import {describe, expect, it} from 'vitest';
import {OneByOne} from '../../../source/kafka/records/one-by-one.ts';

describe('partitions that are read one by one', () => {
  it('do not overlap, keep their order, and one that fails stops nobody', async () => {
    const oneByOne = new OneByOne();
    const seen: string[] = [];
    const work = (name: string, fails = false) =>
      oneByOne.run(async () => {
        seen.push(`${name} begins`);
        await new Promise(resolve => setImmediate(resolve));
        seen.push(`${name} ends`);
        if (fails) throw new Error(`${name} failed`);
        return name;
      });
    const results = await Promise.allSettled([work('0'), work('1', true), work('2')]);
    expect(seen).toEqual(['0 begins', '0 ends', '1 begins', '1 ends', '2 begins', '2 ends']);
    expect(results.map(({status}) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});
