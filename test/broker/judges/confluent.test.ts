import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {confluentKafka} from '../../kafka/requirements.ts';
import {linesOf} from './support/end-of.ts';
import {judgedBroker} from './support/judged-broker.ts';

const confluent = confluentKafka();
const script = join(import.meta.dirname, 'support', 'confluent_judge.py');

if ('reason' in confluent)
  it.skip(`confluent-kafka judges the embedded broker: skipped, ${confluent.reason}`, () => {});
else {
  describe('confluent-kafka judges the embedded broker', () => {
    const broker = judgedBroker();

    // What each part asserts stands in the script; it ends with an error at the first that does not hold.
    it.each(['produce_and_consume', 'admin', 'transactions', 'consume_process_produce'])('%s', async part => {
      const lines = await linesOf(confluent.python, [script, broker.bootstrap(), part]);
      expect(lines.at(-1)).toBe('done');
    });
  });
}
