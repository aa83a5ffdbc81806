import {afterEach, expect, it} from 'vitest';
import type {Producer} from '../../source/broker/transactions/transaction.ts';
import {TransactionalClient} from '../broker/support/transactional-client.ts';
import {describeOnBrokers} from './support/brokers.ts';

const earliest = -2n;
const latest = -1n;
const newest = -3n;
/** Kafka looks for transactions that take too long every ten seconds. */
const patience = 40_000;

describeOnBrokers('transactions, request by request', broker => {
  const clients: TransactionalClient[] = [];
  const fresh = async () => {
    const client = await TransactionalClient.at(broker.bootstrap(), await broker.freshTopic({partitions: 2}));
    clients.push(client);
    return client;
  };
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  it('a producer starts, and every one that starts after it has a higher epoch', async () => {
    const client = await fresh();
    expect(await client.initialize({id: ''})).toBe('INVALID_REQUEST');
    expect(await client.initialize({timeout: 0})).toBe('INVALID_TRANSACTION_TIMEOUT');
    expect(await client.initialize({timeout: 900_001})).toBe('INVALID_TRANSACTION_TIMEOUT');
    expect(await client.initialize({as: {id: 5n}})).toBe('INVALID_REQUEST');
    expect(await client.initialize({as: {epoch: 5}})).toBe('INVALID_REQUEST');
    const first = await client.start();
    expect(first.epoch).toBe(0);
    expect(await client.initialize()).toEqual({id: first.id, epoch: 1});
    expect(await client.initialize({as: first, version: 3})).toBe('INVALID_PRODUCER_EPOCH');
    expect(await client.initialize({as: first, version: 4})).toBe('PRODUCER_FENCED');
    // One that goes on after an error says who it is, and may ask again when the answer was lost.
    const third = {id: first.id, epoch: 2};
    expect(await client.initialize({as: {id: first.id, epoch: 1}})).toEqual(third);
    expect(await client.initialize({as: {id: first.id, epoch: 1}})).toEqual(third);
    expect(await client.initialize({as: {id: first.id + 1000n, epoch: 2}})).toBe('PRODUCER_FENCED');
  });

  it('what is not of the producer, or not in a transaction, is refused by the name of its fault', async () => {
    const client = await fresh();
    const producer = await client.start();
    const older = {...producer, epoch: producer.epoch + 5};
    const other = {...producer, id: producer.id + 100_000n};
    const add = (who: Producer, version = 3, id = client.id) => client.add(who, [0], {version, id});

    expect(await client.end(producer, 'commit')).toBe('INVALID_TXN_STATE');
    expect(await client.end(producer, 'abort')).toBe('INVALID_TXN_STATE');
    expect(await client.end(producer, 'commit', {id: ''})).toBe('INVALID_REQUEST');
    expect(await client.end(producer, 'commit', {id: 'nobody'})).toBe('INVALID_PRODUCER_ID_MAPPING');
    expect(await client.end(other, 'commit')).toBe('INVALID_PRODUCER_ID_MAPPING');
    expect(await client.end(older, 'commit', {version: 1})).toBe('INVALID_PRODUCER_EPOCH');
    expect(await client.end(older, 'commit', {version: 2})).toBe('PRODUCER_FENCED');

    expect(await add(producer, 3, '')).toBe('0 INVALID_REQUEST');
    expect(await add(producer, 3, 'nobody')).toBe('0 INVALID_PRODUCER_ID_MAPPING');
    expect(await add(other)).toBe('0 INVALID_PRODUCER_ID_MAPPING');
    expect(await add(older, 1)).toBe('0 INVALID_PRODUCER_EPOCH');
    expect(await add(older, 2)).toBe('0 PRODUCER_FENCED');
    // All or none.
    expect(await client.add(producer, [0, 7], {also: 'no-such-topic'})).toBe(
      '0 OPERATION_NOT_ATTEMPTED, 7 UNKNOWN_TOPIC_OR_PARTITION, 0 UNKNOWN_TOPIC_OR_PARTITION',
    );

    expect(await client.produce(producer, 0)).toBe('INVALID_TXN_STATE');
    expect(await client.produce(producer, 0, {version: 11})).toBe('TRANSACTION_ABORTABLE');
    expect(await client.produce(producer, 0, {id: null})).toBe('TRANSACTIONAL_ID_AUTHORIZATION_FAILED');
    expect(await client.produce(producer, 0, {id: 'nobody'})).toBe('INVALID_PRODUCER_ID_MAPPING');
    expect(await add(producer)).toBe('0 NONE');
    expect(await add(producer)).toBe('0 NONE');
    expect(await client.produce(other, 0)).toBe('INVALID_PRODUCER_ID_MAPPING');
    expect(await client.produce(older, 0)).toBe('INVALID_PRODUCER_EPOCH');
    expect(await client.produce(producer, 0, {partition: 1})).toBe('INVALID_TXN_STATE');
    expect(await client.produce(producer, 0)).toBe('NONE@0');
    expect(await client.produce(producer, 0)).toBe('NONE@0');
    expect(await client.produce(producer, 2, {transactional: false})).toBe('INVALID_TXN_STATE');

    expect(await client.addGroup(older, {version: 1})).toBe('INVALID_PRODUCER_EPOCH');
    expect(await client.addGroup(older)).toBe('PRODUCER_FENCED');
    expect(await client.addGroup(other)).toBe('INVALID_PRODUCER_ID_MAPPING');
    expect(await client.commitOffset(producer, 1n, {version: 2})).toBe('INVALID_TXN_STATE');
    expect(await client.commitOffset(producer, 1n, {version: 4})).toBe('TRANSACTION_ABORTABLE');
    expect(await client.commitOffset(producer, 1n, {id: 'nobody'})).toBe('INVALID_PRODUCER_ID_MAPPING');
    expect(await client.addGroup(producer)).toBe('NONE');
    expect(await client.commitOffset(older, 1n)).toBe('INVALID_PRODUCER_EPOCH');
    expect(await client.commitOffset(other, 1n)).toBe('INVALID_PRODUCER_ID_MAPPING');
    expect(await client.commitOffset(producer, 1n, {group: ''})).toBe('INVALID_GROUP_ID');
    expect(await client.commitOffset(producer, 1n, {partition: 9})).toBe('UNKNOWN_TOPIC_OR_PARTITION');

    expect(await client.end(producer, 'abort')).toBe('NONE');
    expect(await client.end(producer, 'abort')).toBe('NONE');
    expect(await client.end(producer, 'commit')).toBe('INVALID_TXN_STATE');
  });

  it('nobody who reads committed records comes past an open transaction, nor gets an aborted one', async () => {
    const client = await fresh();
    const producer = await client.start();
    await client.add(producer, [0]);
    await client.produce(producer, 0);
    await broker.produce(client.topic, [{partition: 0, value: 'outside'}]);

    const offsets = async () =>
      Promise.all([
        client.offsetAt(latest, 'all'),
        client.offsetAt(latest, 'committed'),
        client.offsetAt(newest, 'committed'),
        client.offsetAt(5n, 'committed'),
      ]);
    expect([await client.offsetAt(earliest, 'committed'), await client.offsetAt(5n, 'all')]).toEqual([
      0n,
      0n,
    ]);
    expect(await offsets()).toEqual([3n, 0n, -1n, -1n]);
    const all = await client.fetch(0n, 'all');
    expect(all).toMatchObject({error: 'NONE', end: 3n, stable: 0n, aborted: null});
    const open = await client.fetch(0n, 'committed');
    expect({...open, records: open.records.length}).toEqual({
      ...{error: 'NONE', end: 3n, stable: 0n},
      ...{aborted: [], records: 0},
    });
    expect((await client.fetch(3n, 'committed')).error).toBe('NONE');
    expect((await client.fetch(4n, 'committed')).error).toBe('OFFSET_OUT_OF_RANGE');

    await client.end(producer, 'abort');
    await expect.poll(() => client.offsetAt(latest, 'committed')).toBe(4n);
    expect(await offsets()).toEqual([4n, 4n, 3n, 0n]);
    const aborted = [{producerId: producer.id, firstOffset: 0n}];
    const decided = await client.fetch(0n, 'committed');
    expect(decided).toMatchObject({error: 'NONE', end: 4n, stable: 4n, aborted});
    // The marker is a batch of its own, as Kafka writes it; only its time and its checksum are not the same.
    const marker = decided.records.subarray(-78);
    marker.fill(0, 17, 21).fill(0, 27, 43);
    const expected = Buffer.concat([
      Buffer.from('000000000000000300000042000000000200000000003000000000', 'hex'),
      Buffer.alloc(16),
      Buffer.alloc(8 + 2),
      Buffer.from('ffffffff00000001', 'hex'),
      Buffer.from('2000000008000000000c00000000000000', 'hex'),
    ]);
    expected.writeBigInt64BE(producer.id, 43);
    expected.writeInt16BE(producer.epoch, 51);
    expect(marker.toString('hex')).toBe(expected.toString('hex'));
    // What was aborted is named as far as it reaches into what is read.
    expect((await client.fetch(2n, 'committed', 1)).aborted).toEqual(aborted);
    expect((await client.fetch(3n, 'committed')).aborted).toEqual(aborted);
    expect((await client.fetch(4n, 'committed')).aborted).toEqual([]);
    expect((await client.fetch(0n, 'all')).aborted).toBeNull();
  });

  it("a group's offsets count when their transaction is committed", async () => {
    const client = await fresh();
    const producer = await client.start();
    const commit = async (offset: bigint, outcome: 'commit' | 'abort', between = async () => {}) => {
      expect(await client.addGroup(producer)).toBe('NONE');
      expect(await client.commitOffset(producer, offset)).toBe('NONE');
      expect(await client.committed({stable: true})).toBe('UNSTABLE_OFFSET_COMMIT');
      await between();
      expect(await client.end(producer, outcome)).toBe('NONE');
      await expect.poll(() => client.committed({stable: true})).not.toBe('UNSTABLE_OFFSET_COMMIT');
    };
    await commit(3n, 'abort', async () => expect(await client.committed({stable: false})).toBe('-1'));
    expect(await client.committed({stable: true})).toBe('-1');
    await commit(4n, 'commit');
    expect(await client.committed({stable: true})).toBe('4');
    await commit(2n, 'commit');
    expect(await client.committed({stable: true})).toBe('2');
    // A commit of its own that comes later than the transaction's stands.
    await commit(9n, 'commit', async () => {
      await broker.admin().setOffsets({
        groupId: client.group,
        topic: client.topic,
        partitions: [{partition: 0, offset: '1'}],
      });
    });
    expect(await client.committed({stable: true})).toBe('1');
    // A member that is none, and one that does not say that it is one.
    await client.addGroup(producer);
    const member = {memberId: 'x', generationId: 3};
    expect(await client.commitOffset(producer, 1n, {member})).toBe('UNKNOWN_MEMBER_ID');
    expect(await client.commitOffset(producer, 1n, {member: {memberId: 'x'}})).toBe('NONE');
    await client.end(producer, 'abort');
  });

  it('who takes over ends what was left open, and the one before is out', async () => {
    const client = await fresh();
    const before = await client.start();
    await client.add(before, [0]);
    await client.produce(before, 0);
    const after = await client.start();
    expect(after).toEqual({id: before.id, epoch: before.epoch + 2});
    await expect.poll(() => client.offsetAt(latest, 'committed')).toBe(3n);
    expect((await client.fetch(0n, 'committed')).aborted).toHaveLength(1);
    expect(await client.produce(before, 2)).toBe('INVALID_PRODUCER_EPOCH');
    expect(await client.end(before, 'commit', {version: 1})).toBe('INVALID_PRODUCER_EPOCH');
    expect(await client.end(before, 'commit')).toBe('PRODUCER_FENCED');
    expect(await client.initialize({as: before})).toBe('PRODUCER_FENCED');
    await client.add(after, [0]);
    expect(await client.produce(after, 0)).toBe('NONE@3');
    // One that goes on after an error need not end what it had open.
    expect(await client.initialize({as: after})).toEqual({id: after.id, epoch: after.epoch + 1});
    await expect.poll(() => client.offsetAt(latest, 'committed')).toBe(6n);
  });

  it('a topic that is deleted meanwhile holds up nothing', async () => {
    const client = await fresh();
    const producer = await client.start();
    const other = await broker.freshTopic({partitions: 1});
    expect(await client.add(producer, [0], {also: other})).toBe('0 NONE, 0 NONE');
    await client.produce(producer, 0);
    await broker.admin().deleteTopics({topics: [other]});
    expect(await client.end(producer, 'commit')).toBe('NONE');
    await expect.poll(() => client.offsetAt(latest, 'committed'), {timeout: patience}).toBe(3n);
    await client.add(producer, [0]);
    expect(await client.produce(producer, 2)).toBe('NONE@3');
    expect(await client.end(producer, 'abort')).toBe('NONE');
  });

  it(
    'one that takes too long is aborted by the broker, and its producer can go on',
    async () => {
      const client = await fresh();
      const producer = await client.start({timeout: 500});
      await client.add(producer, [1, 0]);
      await client.produce(producer, 0);
      const {topics, ...described} = await client.describe();
      expect(described).toMatchObject({
        transactionState: 'Ongoing',
        transactionTimeoutMs: 500,
        producerEpoch: 0,
      });
      expect(topics.map(({partitions}) => [...partitions].sort())).toEqual([[0, 1]]);
      const state = async () => (await client.describe()).transactionState;
      await expect.poll(state, {timeout: patience}).toBe('CompleteAbort');
      expect(await client.offsetAt(latest, 'committed')).toBe(3n);
      expect(await client.produce(producer, 2)).toBe('INVALID_PRODUCER_EPOCH');
      expect(await client.add(producer, [0])).toBe('0 PRODUCER_FENCED');
      expect(await client.end(producer, 'commit')).toBe('PRODUCER_FENCED');
      const next = {id: producer.id, epoch: producer.epoch + 1};
      expect(await client.initialize({as: producer})).toEqual(next);
      await client.add(next, [0]);
      expect(await client.produce(next, 0)).toBe('NONE@3');
      expect(await client.end(next, 'commit')).toBe('NONE');
    },
    patience + 20_000,
  );
});
