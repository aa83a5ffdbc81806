import kafkajs, {type Consumer, type Offsets, type Producer} from 'kafkajs';
import {afterEach, describe, expect, it} from 'vitest';
import {createClient} from '../../../source/kafka/client.ts';
import {judgedBroker} from './support/judged-broker.ts';

const patience = {timeout: 30_000};

describe('KafkaJS judges transactions of the embedded broker', () => {
  const broker = judgedBroker();
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(closing.splice(0).map(close => close()));
  });

  const client = () => createClient({brokers: [broker.bootstrap()]}).kafka;

  async function transactional(transactionalId: string, transactionTimeout = 60_000): Promise<Producer> {
    const producer = client().producer({
      transactionalId,
      transactionTimeout,
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    closing.push(() => producer.disconnect());
    return producer;
  }

  /** What a consumer of its own takes from partition 0, as it comes. */
  async function taken(
    topic: string,
    {readUncommitted = false, maxBytes = 1_048_576} = {},
  ): Promise<string[]> {
    const consumer = client().consumer({
      groupId: `reader-${topic}-${readUncommitted}-${maxBytes}`,
      maxWaitTimeInMs: 100,
      maxBytes,
      readUncommitted,
    });
    const values: string[] = [];
    await consumer.connect();
    closing.push(() => consumer.disconnect());
    await consumer.subscribe({topics: [topic], fromBeginning: true});
    await consumer.run({eachMessage: async ({message}) => void values.push(String(message.value))});
    return values;
  }

  const sending = (topic: string, ...values: readonly string[]) => ({
    topic,
    messages: values.map(value => ({value, partition: 0})),
  });

  it('commits, aborts, sends outside of transactions, and begins the next at once', async () => {
    const topic = await broker.freshTopic(1);
    const producer = await transactional(`id-${topic}`);
    const committed = await taken(topic);
    const all = await taken(topic, {readUncommitted: true});
    // A batch at a time, so that markers come alone.
    const byOne = await taken(topic, {maxBytes: 170});
    await producer.send(sending(topic, 'before'));
    for (const [end, ...values] of [
      ['abort', 'a1', 'a2'],
      ['commit', 'b1', 'b2'],
      ['abort', 'c1'],
      ['abort', 'd1'],
      ['commit', 'e1'],
    ] as const) {
      const transaction = await producer.transaction();
      await expect(producer.transaction()).rejects.toThrow('already an ongoing transaction');
      for (const value of values) await transaction.send(sending(topic, value));
      await transaction[end]();
      await expect(transaction.commit()).rejects.toThrow('once ended');
    }
    await producer.send(sending(topic, 'behind'));
    const wanted = ['before', 'b1', 'b2', 'e1', 'behind'];
    await expect.poll(() => committed, patience).toEqual(wanted);
    await expect.poll(() => byOne, patience).toEqual(wanted);
    await expect
      .poll(() => all, patience)
      .toEqual(['before', 'a1', 'a2', 'b1', 'b2', 'c1', 'd1', 'e1', 'behind']);
  });

  it('keeps what is open from who reads committed records', async () => {
    const topic = await broker.freshTopic(1);
    const producer = await transactional(`id-${topic}`);
    const committed = await taken(topic);
    const all = await taken(topic, {readUncommitted: true});
    const transaction = await producer.transaction();
    await transaction.send(sending(topic, 'open'));
    await broker.producer().send(sending(topic, 'behind it'));
    await expect.poll(() => all, patience).toEqual(['open', 'behind it']);
    expect(committed).toEqual([]);
    await transaction.commit();
    await expect.poll(() => committed, patience).toEqual(['open', 'behind it']);
  });

  it('a second producer under the same id ends what the first left open, and the first is put out', async () => {
    const topic = await broker.freshTopic(1);
    const first = await transactional(`id-${topic}`);
    const lost = await first.transaction();
    await lost.send(sending(topic, 'lost'));
    const second = await transactional(`id-${topic}`);
    const transaction = await second.transaction();
    await transaction.send(sending(topic, 'kept'));
    await transaction.commit();
    await expect(lost.send(sending(topic, 'too late'))).rejects.toMatchObject({
      type: 'INVALID_PRODUCER_EPOCH',
    });
    await expect(lost.commit()).rejects.toMatchObject({type: 'INVALID_PRODUCER_EPOCH'});
    const values = await taken(topic);
    await expect.poll(() => values, patience).toEqual(['kept']);
  });

  it('a transaction that takes longer than it said is aborted by the broker', async () => {
    const topic = await broker.freshTopic(1);
    const producer = await transactional(`id-${topic}`, 300);
    const values = await taken(topic);
    const transaction = await producer.transaction();
    await transaction.send(sending(topic, 'slow'));
    await broker.producer().send(sending(topic, 'behind it'));
    await expect.poll(() => values, patience).toEqual(['behind it']);
    await expect(transaction.commit()).rejects.toMatchObject({type: 'INVALID_PRODUCER_EPOCH'});
  });

  it('offsets sent with a transaction count when it is committed, and not when it is aborted', async () => {
    const topic = await broker.freshTopic(2);
    const group = `group-${topic}`;
    const producer = await transactional(`id-${topic}`);
    const send = async (end: 'commit' | 'abort', offsets: readonly [string, string]) => {
      const transaction = await producer.transaction();
      const partitions = offsets.map((offset, partition) => ({partition, offset}));
      await transaction.sendOffsets({consumerGroupId: group, topics: [{topic, partitions}]});
      await transaction[end]();
    };
    await send('commit', ['5', '10']);
    expect(await broker.committed(group, topic)).toEqual(['5', '10']);
    await send('abort', ['7', '12']);
    expect(await broker.committed(group, topic)).toEqual(['5', '10']);
    await send('commit', ['6', '11']);
    expect(await broker.committed(group, topic)).toEqual(['6', '11']);
  });

  it('consumes, transforms and produces: after an abort the same again, after a commit what follows', async () => {
    const [source, target] = [await broker.freshTopic(1), await broker.freshTopic(1)];
    const group = `group-${source}`;
    const values = Array.from({length: 100}, (_, n) => `v${n}`);
    await broker.producer().send(sending(source, ...values));
    const producer = await transactional(`id-${source}`);

    /** Takes one batch, and sends it on with its offsets in one transaction that ends so. */
    async function round(end: 'commit' | 'abort'): Promise<string[]> {
      const consumer: Consumer = client().consumer({groupId: group, maxWaitTimeInMs: 100, maxBytes: 1500});
      await consumer.connect();
      await consumer.subscribe({topics: [source], fromBeginning: true});
      const batch = await new Promise<string[]>((resolve, reject) => {
        void consumer
          .run({
            autoCommit: false,
            eachBatchAutoResolve: false,
            eachBatch: async ({batch, resolveOffset, uncommittedOffsets}) => {
              const some = batch.messages.slice(0, 40);
              const transaction = await producer.transaction();
              await transaction.send(sending(target, ...some.map(({value}) => `${end} ${value}`)));
              for (const {offset} of some) resolveOffset(offset);
              await transaction.sendOffsets({consumerGroupId: group, ...(uncommittedOffsets() as Offsets)});
              await transaction[end]();
              consumer.pause([{topic: source}]);
              resolve(some.map(({value}) => String(value)));
            },
          })
          .catch(reject);
      });
      await consumer.disconnect();
      return batch;
    }
    const aborted = await round('abort');
    const first = await round('commit');
    const second = await round('commit');
    expect(aborted[0]).toBe('v0');
    expect([...first, ...second]).toEqual(values.slice(0, first.length + second.length));
    const written = await taken(target);
    await expect
      .poll(() => written, patience)
      .toEqual(values.slice(0, first.length + second.length).map(value => `commit ${value}`));
    expect(await broker.committed(group, source)).toEqual([String(first.length + second.length)]);
  });
});
