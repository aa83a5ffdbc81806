import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Known} from '../../../source/flow/delivery.ts';
import {AcknowledgedLines} from '../../../source/session/bulk/acknowledged-lines.ts';
import {resultLine, resultRecord} from '../../../source/session/bulk/result-record.ts';
import {eachOf, ResultsInOrder} from '../../../source/session/bulk/results-in-order.ts';

type Acknowledged = Extract<Known, {status: 'acknowledged'}>;

const anyOffset = fc.oneof(
  fc.bigInt(0n, 2000n),
  // Where 32 and 53 bits end, and the last that there is.
  ...[2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n - 1000n].map(near => fc.bigInt(near - 600n, near + 600n)),
);

const anyState: fc.Arbitrary<Acknowledged> = fc.record({
  status: fc.constant('acknowledged' as const),
  partition: fc.nat(5000),
  offset: anyOffset,
  timestamp: fc.integer({min: -1, max: 4e12}),
  latencyMs: fc.double({min: 0, max: 1e6, noNaN: true}),
});

describe('lines of acknowledged results', () => {
  it('are those of each result alone, whatever their numbers', () => {
    const topic = 'notifications.dev-1_x';
    let written = '';
    const lines = new AcknowledgedLines(topic, block => {
      written += block.toString();
    });
    const anyResults = fc
      .record({
        state: anyState,
        number: fc.integer({min: 1, max: 2 ** 40}),
        count: fc.integer({min: 1, max: 300}),
        from: fc.nat(300),
        firstLine: fc.option(fc.integer({min: 1, max: 2 ** 40})),
      })
      .map(({firstLine, ...rest}) => ({
        ...rest,
        lineOf: (number: number) => (firstLine === null ? undefined : firstLine + number - rest.number),
      }));
    fc.assert(
      fc.property(fc.array(anyResults, {minLength: 1, maxLength: 8}), all => {
        written = '';
        for (const results of all) lines.add(results, results.state);
        lines.flush();
        const each = [...eachOf(all)].map(result => resultLine(resultRecord(topic, result)));
        expect(written).toBe(each.join(''));
      }),
    );
  });
});

describe('results in order', () => {
  it('tells together what follows each other both in the order of sending and in one partition', () => {
    const told: [number, number, string][] = [];
    let times = 0;
    const results = new ResultsInOrder(100, all => {
      times++;
      for (const {number, count, state, from} of all)
        told.push([
          number,
          count,
          'partition' in state ? `${state.partition}, from ${from} on` : state.status,
        ]);
    });
    for (let line = 1; line <= 7; line++) results.begin(line, 10);
    const state = {status: 'acknowledged', partition: 0, offset: 40n, timestamp: 0, latencyMs: 1} as const;
    results.settle([3, 4, 7], {...state, partition: 1});
    expect(told).toEqual([]);
    results.settle([1, 2, 5, 6], state);
    expect(told).toEqual([
      [1, 2, '0, from 0 on'],
      [3, 2, '1, from 0 on'],
      [5, 2, '0, from 2 on'],
      [7, 1, '1, from 2 on'],
    ]);
    expect(times).toBe(1);
  });
});
