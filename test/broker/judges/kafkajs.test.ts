import kafkajs from 'kafkajs';
import {describe, expect, it} from 'vitest';
import {createClient} from '../../../source/kafka/client.ts';
import {judgedBroker} from './support/judged-broker.ts';

const {ConfigResourceTypes} = kafkajs;

describe('KafkaJS judges the embedded broker', () => {
  const broker = judgedBroker();
  const fill = (topic: string) =>
    broker.producer().send({
      topic,
      messages: Array.from({length: 10}, (_, index) => ({
        partition: 0,
        value: `v${index}`,
        timestamp: String(1000 * (index + 1)),
      })),
    });

  it('describes, grows and configures topics, and deletes records and topics', async () => {
    // A client of KafkaJS goes on asking for a topic that it knew before it was deleted: so this is one of its own.
    const admin = createClient({brokers: [broker.bootstrap()]}).kafka.admin();
    await admin.connect();
    const topic = await broker.freshTopic(1);
    expect(await admin.createTopics({topics: [{topic}]})).toBe(false);
    await admin.createPartitions({topicPartitions: [{topic, count: 3}]});
    const {topics} = await admin.fetchTopicMetadata({topics: [topic]});
    expect(topics[0]!.partitions).toHaveLength(3);
    expect((await admin.describeCluster()).brokers).toHaveLength(1);

    const resource = {type: ConfigResourceTypes.TOPIC, name: topic};
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{...resource, configEntries: [{name: 'retention.ms', value: '777'}]}],
    });
    const described = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{...resource, configNames: ['retention.ms']}],
    });
    expect(described.resources[0]!.configEntries).toMatchObject([
      {configName: 'retention.ms', configValue: '777'},
    ]);
    await fill(topic);
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({topic, partitions: [{partition: 0, offset: '4'}]});
    const [first] = (await admin.fetchTopicOffsets(topic)).filter(({partition}) => partition === 0);
    expect(first).toMatchObject({low: '4', high: '10'});
    const another = `${topic}-another`;
    await admin.createTopics({waitForLeaders: true, topics: [{topic: another}]});
    await admin.deleteTopics({topics: [another]});
    expect(await admin.listTopics()).not.toContain(another);
    await admin.disconnect();
  });

  it('finds offsets by time; sets, resets and reads those of a group; lists, describes and deletes groups', async () => {
    const admin = broker.admin();
    const topic = await broker.freshTopic(1);
    const groupId = `group-${topic}`;
    // The records' own times, which are old: by the broker's default they would soon be gone.
    await admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: ConfigResourceTypes.TOPIC,
          name: topic,
          configEntries: [{name: 'retention.ms', value: '-1'}],
        },
      ],
    });
    await fill(topic);
    expect(await admin.fetchTopicOffsetsByTimestamp(topic, 4500)).toMatchObject([
      {partition: 0, offset: '4'},
    ]);
    await admin.setOffsets({groupId, topic, partitions: [{partition: 0, offset: '6'}]});
    expect(await broker.committed(groupId, topic)).toEqual(['6']);

    const consumer = createClient({brokers: [broker.bootstrap()]}).kafka.consumer({
      groupId,
      maxWaitTimeInMs: 250,
    });
    const taken: string[] = [];
    await consumer.connect();
    await consumer.subscribe({topics: [topic], fromBeginning: true});
    await consumer.run({eachMessage: async ({message}) => void taken.push(message.offset)});
    await expect.poll(() => taken, {timeout: 20_000}).toEqual(['6', '7', '8', '9']);
    const {groups} = await admin.describeGroups([groupId]);
    expect(groups).toMatchObject([{groupId, state: 'Stable', members: [{}]}]);
    expect((await admin.listGroups()).groups.map(each => each.groupId)).toContain(groupId);
    await consumer.disconnect();

    expect(await broker.committed(groupId, topic)).toEqual(['10']);
    await admin.resetOffsets({groupId, topic, earliest: true});
    expect(['0', '-2']).toContain((await broker.committed(groupId, topic))[0]);
    await admin.deleteGroups([groupId]);
    expect((await admin.listGroups()).groups.map(each => each.groupId)).not.toContain(groupId);
    expect(await broker.committed(groupId, topic)).toEqual(['-1']);
  });

  it('publishes as an idempotent producer, with gzip, keys and headers', async () => {
    const topic = await broker.freshTopic(1);
    const {kafka} = createClient({brokers: [broker.bootstrap()]});
    const producer = kafka.producer({
      idempotent: true,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    for (const n of [0, 1, 2]) {
      const [told] = await producer.send({
        topic,
        compression: kafkajs.CompressionTypes.GZIP,
        messages: [{key: 'k', value: `${n}`, headers: {n: `${n}`}}],
      });
      expect(told).toMatchObject({errorCode: 0, baseOffset: String(n)});
    }
    await producer.disconnect();
  });
});
