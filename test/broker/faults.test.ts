import kafkajs, {type Admin, type Producer} from 'kafkajs';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {type EmbeddedBroker, startBroker} from '../../source/broker/index.ts';
import {TransactionalClient} from './support/transactional-client.ts';

const topic = 'notifications';

describe('the embedded broker, made to misbehave', () => {
  let broker: EmbeddedBroker;
  let admin: Admin;
  let producer: Producer;
  beforeEach(async () => {
    broker = await startBroker();
    const kafka = new kafkajs.Kafka({
      brokers: [broker.bootstrap],
      logLevel: kafkajs.logLevel.NOTHING,
      retry: {retries: 0},
    });
    admin = kafka.admin();
    producer = kafka.producer({
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      allowAutoTopicCreation: false,
      retry: {retries: 0},
    });
    await Promise.all([admin.connect(), producer.connect()]);
    await admin.createTopics({topics: [{topic, numPartitions: 2}], waitForLeaders: true});
  });
  afterEach(async () => {
    await Promise.all([admin.disconnect(), producer.disconnect()]);
    await broker.stop();
  });

  const publish = (partition = 0) => producer.send({topic, messages: [{partition, value: '{}'}]});
  const ends = async () =>
    (await admin.fetchTopicOffsets(topic))
      .sort((left, right) => left.partition - right.partition)
      .map(each => each.high);

  it('answers the second publish to one partition with an error, and appends nothing', async () => {
    broker.faults.add({api: 'Produce', topic, partition: 0, nth: 2}, {error: 'MESSAGE_TOO_LARGE'});
    await publish();
    await expect(publish()).rejects.toMatchObject({type: 'MESSAGE_TOO_LARGE'});
    await publish();
    expect(await ends()).toEqual(['2', '0']);
  });

  it('loses the answer after the append', async () => {
    broker.faults.add({api: 'Produce', topic, partition: 1}, {cut: 'instead-of-answer'});
    await expect(publish(1)).rejects.toThrow();
    expect(await ends()).toEqual(['0', '1']);
  });

  it('cuts the connection before the append', async () => {
    broker.faults.add({api: 'Produce'}, {cut: 'before'});
    await expect(publish()).rejects.toThrow();
    expect(await ends()).toEqual(['0', '0']);
  });

  it('meets the requests of a transaction, by partition and by group, and nothing of them is done', async () => {
    const client = await TransactionalClient.at(broker.bootstrap, topic);
    const writer = await client.start();
    broker.faults.add(
      {api: 'AddPartitionsToTxn', topic, partition: 1},
      {error: 'TOPIC_AUTHORIZATION_FAILED'},
    );
    expect(await client.add(writer, [0, 1])).toBe('0 OPERATION_NOT_ATTEMPTED, 1 TOPIC_AUTHORIZATION_FAILED');
    expect(await client.produce(writer, 0)).toBe('INVALID_TXN_STATE');
    broker.faults.add({api: 'AddOffsetsToTxn', group: client.group}, {error: 'REQUEST_TIMED_OUT'});
    expect(await client.addGroup(writer)).toBe('REQUEST_TIMED_OUT');
    expect(await client.addGroup(writer)).toBe('NONE');
    broker.faults.add({api: 'TxnOffsetCommit', group: client.group, topic}, {error: 'REQUEST_TIMED_OUT'});
    expect(await client.commitOffset(writer, 1n)).toBe('REQUEST_TIMED_OUT');
    broker.faults.add({api: 'EndTxn'}, {error: 'REQUEST_TIMED_OUT'});
    expect(await client.end(writer, 'commit')).toBe('REQUEST_TIMED_OUT');
    expect((await client.describe()).transactionState).toBe('Ongoing');
    expect(await client.end(writer, 'commit')).toBe('NONE');
    expect(await client.committed({stable: true})).toBe('-1');
    client.close();
  });

  it('answers late', async () => {
    const takeBack = broker.faults.add({api: 'Produce', times: Infinity}, {delay: 300});
    const began = performance.now();
    await publish();
    expect(performance.now() - began).toBeGreaterThan(290);
    takeBack();
  });

  it('keeps a group waiting until it is let go', async () => {
    const letGo = broker.faults.pauseGroup('g');
    let answered = false;
    const asked = admin.fetchOffsets({groupId: 'g', topics: [topic]}).then(() => {
      answered = true;
    });
    // Over the producer's own connection: on one connection answers keep their order.
    await publish();
    expect(answered).toBe(false);
    letGo();
    await asked;
  });

  it('goes away and comes back on the same port with what it held', async () => {
    await publish();
    await broker.stopListening();
    await expect(publish()).rejects.toThrow();
    await broker.listen();
    await expect.poll(() => ends().catch(() => [])).toEqual(['1', '0']);
  });

  it('refuses what goes over its memory, with an error that says so, and keeps what it has', async () => {
    const small = await startBroker({limits: {retained: 64 * 1024}});
    const kafka = new kafkajs.Kafka({brokers: [small.bootstrap], logLevel: kafkajs.logLevel.NOTHING});
    const other = kafka.producer({createPartitioner: kafkajs.Partitioners.DefaultPartitioner});
    const its = kafka.admin();
    await Promise.all([other.connect(), its.connect()]);
    await its.createTopics({topics: [{topic}], waitForLeaders: true});
    const send = () => other.send({topic, messages: [{value: Buffer.alloc(30_000)}]});
    await send();
    await send();
    await expect(send()).rejects.toMatchObject({type: 'POLICY_VIOLATION'});
    expect((await its.fetchTopicOffsets(topic))[0]!.high).toBe('2');
    await Promise.all([other.disconnect(), its.disconnect()]);
    await small.stop();
  });

  it('says that its port is taken', async () => {
    await expect(startBroker({port: broker.port})).rejects.toMatchObject({code: 'EADDRINUSE'});
  });
});
