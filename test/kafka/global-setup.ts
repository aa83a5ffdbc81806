import type {TestProject} from 'vitest/node';
import {apacheKafka} from './requirements.ts';
import {type KafkaCluster, startKafka} from './start-kafka.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** `host:port,…` of Apache Kafka for the whole run; or why there is none. */
    readonly kafka: {readonly bootstrap: string} | {readonly missing: string};
  }
}

/** One Apache Kafka for all tests that do not kill it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.KAFKA_BOOTSTRAP_SERVERS;
  const possible = apacheKafka();
  let cluster: KafkaCluster | null = null;
  if (!possible.available) {
    console.error(`Tests that need Apache Kafka are skipped: ${possible.reason}.`);
    project.provide('kafka', {missing: possible.reason});
  } else {
    cluster = given ? null : await startKafka({properties: quickCleaning});
    project.provide('kafka', {bootstrap: given ?? cluster!.bootstrap});
  }
  return async () => {
    await cluster?.stop();
  };
}

/** Compaction and retention are looked at often enough for a test to see them. */
const quickCleaning = {
  'log.cleaner.backoff.ms': '300',
  'log.retention.check.interval.ms': '500',
  'log.initial.task.delay.ms': '500',
  'file.delete.delay.ms': '100',
  'offsets.retention.check.interval.ms': '60000',
};
