import {beforeAll, describe, expect, it} from 'vitest';
import {endOf} from './support/end-of.ts';
import {franzGoTests} from './support/franz-go.ts';
import {judgedBroker} from './support/judged-broker.ts';

/** What they are about is not served: share groups, SASL; and one reads its own sources. */
const leftOut = 'Share|SCRAM|^TestOptValuesCoversEveryOption$';
const records = 2000;
/** Every ten thousand records its transactional test ends one transaction and begins the next. */
const recordsOfTransactions = 35_000;

describe("franz-go's client tests judge the embedded broker", () => {
  const broker = judgedBroker();
  let judge: ReturnType<typeof franzGoTests>;
  beforeAll(() => {
    judge = franzGoTests();
  }, 600_000);

  it.for([
    ['all of them pass', '^Test', records, 100],
    [
      'transactions follow each other and are read by a chain of members',
      '^TestTxnEtl$',
      recordsOfTransactions,
      0,
    ],
  ] as const)('%s', {timeout: 300_000}, async ([, tests, count, more], context) => {
    if ('reason' in judge) {
      console.error(`skipped: ${judge.reason}`);
      return context.skip(judge.reason);
    }
    // Most of them wait most of the time.
    const args = ['-test.v', '-test.run', tests, '-test.skip', leftOut, '-test.parallel', '8'];
    const env = {KGO_SEEDS: broker.bootstrap(), KGO_TEST_RF: '1', KGO_TEST_RECORDS: String(count)};
    const {code, stdout} = await endOf(judge.program, args, {env, timeout: 240_000});
    const results = stdout.toString().match(/^--- (PASS|FAIL|SKIP): \w+/gm) ?? [];
    expect(results.filter(line => line.includes('FAIL'))).toEqual([]);
    expect(code).toBe(0);
    expect(results.filter(line => line.includes('PASS')).length).toBeGreaterThan(more);
  });
});
