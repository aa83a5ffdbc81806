import {describe, expect, it} from 'vitest';
import {Search, sayProgress} from '../../source/session/search.ts';
import {message} from '../flow/support/messages.ts';

const at = (partition: number, offset: number, timestamp: number, value = '{"type":"a"}') => ({
  ...message(partition, offset, value),
  timestamp,
});
const search = (filter = '') => new Search({filter, from: 'beginning'});
const positions = ({results}: Search) => results.map(({partition, offset}) => `${partition}@${offset}`);

describe('a search', () => {
  it('keeps what fits, the newest first, over all partitions', () => {
    const found = search('type=a');
    found.take([at(0, 0, 10), at(0, 1, 30, '{"type":"b"}'), at(0, 2, 40)]);
    found.take([at(1, 0, 20), at(1, 1, 40)]);
    expect(positions(found)).toEqual(['0@2', '1@1', '1@0', '0@0']);
    expect(found.found).toBe(4);
  });

  it('keeps the newest 500 and counts the others, whatever comes first', () => {
    const found = search();
    for (let offset = 0; offset < 5000; offset++) found.take([at(1, offset, 100_000 + offset)]);
    for (let offset = 0; offset < 5000; offset++) found.take([at(0, offset, offset)]);
    found.end({status: 'complete'});
    expect(found.found).toBe(10_000);
    expect(found.results).toHaveLength(500);
    expect(positions(found).at(0)).toBe('1@4999');
    expect(positions(found).at(-1)).toBe('1@4500');
  });

  it('is bounded by bytes too, and keeps copies', () => {
    const found = search();
    const large = Buffer.alloc(1_000_000, 'a');
    for (let offset = 0; offset < 200; offset++) found.take([{...at(0, offset, offset), value: large}]);
    found.end({status: 'complete'});
    large.fill('b');
    const kept = found.results.reduce((sum, {value}) => sum + value!.length, 0);
    expect(kept).toBeLessThan(16 * 1024 * 1024);
    expect(found.results[0]).toMatchObject({offset: 199n, valueBytes: 1_000_000});
    expect(found.results[0]!.value!.includes('b')).toBe(false);
  });

  it('is not complete when it was stopped, whatever comes afterwards', () => {
    const found = search();
    found.stop();
    expect(found.signal.aborted).toBe(true);
    found.end({status: 'complete'});
    expect(found.state).toEqual({status: 'stopped'});
  });

  it('refuses a status, which a message in the topic does not have', () => {
    expect(() => search('status:held')).toThrow('no status');
  });

  it('says how far it came', () => {
    expect(sayProgress({covered: 12_000n, total: 80_000n})).toBe('searched 12,000 of 80,000');
    expect(sayProgress({covered: 0n, total: null})).toBe('asking how much there is');
  });
});
