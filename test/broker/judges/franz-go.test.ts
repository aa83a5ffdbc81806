import {beforeAll, describe, expect, it} from 'vitest';
import {endOf} from './support/end-of.ts';
import {franzGoTests} from './support/franz-go.ts';
import {judgedBroker} from './support/judged-broker.ts';

/** What they are about is not served: transactions, share groups, SASL; and one reads its own sources. */
const leftOut = 'Txn|Share|SCRAM|^TestOptValuesCoversEveryOption$';
const records = 2000;

describe("franz-go's client tests judge the embedded broker", () => {
  const broker = judgedBroker();
  let judge: ReturnType<typeof franzGoTests>;
  beforeAll(() => {
    judge = franzGoTests();
  }, 600_000);

  it('all of them pass', async context => {
    if ('reason' in judge) {
      console.error(`skipped: ${judge.reason}`);
      return context.skip(judge.reason);
    }
    // Most of them wait most of the time.
    const args = ['-test.v', '-test.run', '^Test', '-test.skip', leftOut, '-test.parallel', '8'];
    const env = {KGO_SEEDS: broker.bootstrap(), KGO_TEST_RF: '1', KGO_TEST_RECORDS: String(records)};
    const {code, stdout} = await endOf(judge.program, args, {env, timeout: 240_000});
    const results = stdout.toString().match(/^--- (PASS|FAIL|SKIP): \w+/gm) ?? [];
    expect(results.filter(line => line.includes('FAIL'))).toEqual([]);
    expect(code).toBe(0);
    expect(results.filter(line => line.includes('PASS')).length).toBeGreaterThan(100);
  }, 300_000);
});
