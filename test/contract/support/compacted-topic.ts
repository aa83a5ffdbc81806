import type {BrokerUnderTest} from './brokers.ts';

/** A topic of one partition that compaction leaves with gaps: 200 records of one key, then one of another at 0@200. */
export async function compactedTopic(broker: BrokerUnderTest): Promise<string> {
  const topic = await broker.freshTopic({
    partitions: 1,
    config: {
      'cleanup.policy': 'compact',
      'segment.bytes': '1048576',
      'min.cleanable.dirty.ratio': '0.01',
      'segment.ms': '200',
      'min.compaction.lag.ms': '0',
    },
  });
  for (let round = 0; round < 4; round++) {
    await broker.produce(
      topic,
      Array.from({length: 50}, () => ({key: 'same', value: `{"round":${round}}`})),
    );
    // A segment is rolled by its age (segment.ms), and only rolled ones are compacted: time itself is the condition.
    await new Promise(resolve => setTimeout(resolve, 250));
  }
  await broker.produce(topic, [{key: 'last', value: '{}'}]);
  return topic;
}
