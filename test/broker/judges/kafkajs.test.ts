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
    await expect.poll(() => taken).toEqual(['6', '7', '8', '9']);
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

  it('refuses what cannot be done, by the name that KafkaJS knows', async () => {
    const admin = createClient({brokers: [broker.bootstrap()]}).kafka.admin();
    await admin.connect();
    const topic = await broker.freshTopic(3);
    const grow = (name: string, count: number, assignments?: number[][]) =>
      admin.createPartitions({topicPartitions: [{topic: name, count, assignments}]});
    await expect(grow(`${topic}-not-there`, 2)).rejects.toMatchObject({type: 'UNKNOWN_TOPIC_OR_PARTITION'});
    await expect(grow(topic, 2)).rejects.toMatchObject({type: 'INVALID_PARTITIONS'});
    await expect(grow(topic, 4, [[10]])).rejects.toMatchObject({type: 'INVALID_REPLICA_ASSIGNMENT'});
    await expect(admin.fetchTopicMetadata({topics: [`${topic}-not-there`]})).rejects.toMatchObject({
      type: 'UNKNOWN_TOPIC_OR_PARTITION',
    });
    await expect(admin.createTopics({topics: [{topic: 'not a name'}]})).rejects.toMatchObject({
      errors: [{type: 'INVALID_TOPIC_EXCEPTION', topic: 'not a name'}],
    });
    const twoReplicas = {topic: `${topic}-replicated`, replicationFactor: 2};
    await expect(admin.createTopics({topics: [twoReplicas]})).rejects.toMatchObject({
      errors: [{type: 'INVALID_REPLICATION_FACTOR'}],
    });
    await fill(topic);
    await admin.fetchTopicOffsets(topic);
    const deleteBelow = (offset: string) =>
      admin.deleteTopicRecords({topic, partitions: [{partition: 0, offset}]});
    await expect(deleteBelow('99')).rejects.toThrow(/Error while deleting records/);
    await deleteBelow('4');
    // Below what is deleted already: nothing happens.
    await deleteBelow('2');
    await deleteBelow('-1');
    const [first] = (await admin.fetchTopicOffsets(topic)).filter(({partition}) => partition === 0);
    expect(first).toMatchObject({low: '10', high: '10'});
    // No record is that new: the end.
    const [atTime] = await admin.fetchTopicOffsetsByTimestamp(topic, Date.now() + 60_000);
    expect(atTime).toBeDefined();
    const {resources} = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{type: ConfigResourceTypes.TOPIC, name: topic}],
    });
    expect(resources[0]!.configEntries.length).toBeGreaterThan(20);
    await admin.disconnect();
  });

  it('keeps a group with members as it is, and knows what was never committed', async () => {
    const {kafka} = createClient({brokers: [broker.bootstrap()]});
    const admin = broker.admin();
    const topic = await broker.freshTopic(1);
    const groupId = `group-${topic}`;
    const unknown = `${groupId}-not-there`;
    await broker.producer().send({topic, messages: Array.from({length: 10}, () => ({value: 'v'}))});
    expect(await admin.fetchOffsets({groupId: unknown, topics: [topic]})).toMatchObject([
      {topic, partitions: [{partition: 0, offset: '-1', metadata: null}]},
    ]);
    const consumer = kafka.consumer({groupId, maxWaitTimeInMs: 100});
    await consumer.connect();
    await consumer.subscribe({topics: [topic], fromBeginning: true});
    const joined = new Promise(resolve => consumer.on(consumer.events.GROUP_JOIN, resolve));
    await consumer.run({eachMessage: async () => {}});
    await joined;
    const partitions = [{partition: 0, offset: '1'}];
    await expect(admin.setOffsets({groupId, topic, partitions})).rejects.toThrow(/no running instances/);
    await expect(admin.deleteGroups([groupId, unknown])).rejects.toMatchObject({
      groups: expect.arrayContaining([
        expect.objectContaining({groupId, error: expect.objectContaining({type: 'NON_EMPTY_GROUP'})}),
        expect.objectContaining({
          groupId: unknown,
          error: expect.objectContaining({type: 'GROUP_ID_NOT_FOUND'}),
        }),
      ]),
    });
    await expect.poll(() => broker.committed(groupId, topic)).toEqual(['10']);
    await consumer.disconnect();
    // Of all topics, without naming one; and resolved: what stands for an end becomes a number.
    expect(await admin.fetchOffsets({groupId})).toMatchObject([{topic, partitions: [{offset: '10'}]}]);
    await admin.resetOffsets({groupId, topic, earliest: true});
    const resolved = await admin.fetchOffsets({groupId, topics: [topic], resolveOffsets: true});
    expect(resolved).toMatchObject([{topic, partitions: [{partition: 0, offset: '0'}]}]);
    expect(await admin.deleteGroups([groupId])).toMatchObject([{groupId, errorCode: 0}]);
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
