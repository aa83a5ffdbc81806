import {describe, expect, inject, it} from 'vitest';
import {program} from '../kafka/requirements.ts';
import {startKafka} from '../kafka/start-kafka.ts';
import {drill} from './drill.ts';
import {shortPlan} from './plan.ts';

const kafka = inject('kafka');
const ownKafka = 'bootstrap' in kafka && !process.env.KAFKA_BOOTSTRAP_SERVERS;

describe.skipIf(!ownKafka)('the drill, in short (skipped without an Apache Kafka to kill)', () => {
  it('kills, stops, broker restarts and a visiting consumer lose nothing and pass nothing over', async () => {
    const broker = await startKafka();
    const said: string[] = [];
    try {
      const {wrong, counts} = await drill(broker, shortPlan(7), {
        withVisitor: program('kcat').available,
        deadline: 270_000,
        say: line => said.push(`${new Date().toISOString()} ${line}`),
      });
      expect(wrong).toEqual([]);
      expect(counts.kills).toBe(3);
      expect(counts['dead letters']).toBeGreaterThan(0);
    } catch (error) {
      throw new Error(`${(error as Error).message}\nuntil then:\n${said.join('\n')}`, {cause: error});
    } finally {
      await broker.stop();
    }
  }, 300_000);
});
