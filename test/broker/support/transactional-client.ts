import {randomUUID} from 'node:crypto';
import {type ErrorName, errors} from '../../../source/broker/errors.ts';
import {apis} from '../../../source/broker/messages/index.ts';
import type {Producer} from '../../../source/broker/transactions/transaction.ts';
import {type Asking, askingAt} from './asking.ts';
import {recordBatch} from './record-batch.ts';

/** What Kafka's coordinators answer while they are busy with something else; a client asks again. */
const passing: readonly string[] = [
  'CONCURRENT_TRANSACTIONS',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
];
const patience = 30_000;

export function nameOf(code: number): ErrorName {
  const found = Object.entries(errors).find(([, each]) => each === code);
  if (!found) throw new Error(`error ${code}`);
  return found[0] as ErrorName;
}

/** A transactional producer without a mind of its own: every step is a request that the test words. Errors are names. */
export class TransactionalClient {
  readonly id = `id-${randomUUID()}`;
  readonly topic: string;
  readonly group = `group-${randomUUID()}`;
  readonly asking: Asking;

  private constructor(topic: string, asking: Asking) {
    this.topic = topic;
    this.asking = asking;
  }

  /** With coordinators for its transactional id and its group at work. */
  static async at(bootstrap: string, topic: string): Promise<TransactionalClient> {
    const client = new TransactionalClient(topic, await askingAt(bootstrap));
    for (const [keyType, key] of [client.group, client.id].entries()) {
      await settled(async () =>
        nameOf((await client.asking.ask(apis.findCoordinator, 3, {key, keyType})).errorCode),
      );
    }
    return client;
  }

  close(): void {
    this.asking.close();
  }

  /** The producer, or the error. */
  initialize(
    options: {version?: number; timeout?: number; as?: Partial<Producer>; id?: string} = {},
  ): Promise<Producer | ErrorName> {
    const {version = 4, timeout = 30_000, as, id = this.id} = options;
    return settled(async () => {
      const told = await this.asking.ask(apis.initProducerId, version, {
        transactionalId: id,
        transactionTimeoutMs: timeout,
        producerId: as?.id ?? -1n,
        producerEpoch: as?.epoch ?? -1,
      });
      return told.errorCode === 0 ? {id: told.producerId, epoch: told.producerEpoch} : nameOf(told.errorCode);
    });
  }

  async start(options: {timeout?: number} = {}): Promise<Producer> {
    const producer = await this.initialize(options);
    if (typeof producer === 'string') throw new Error(`No producer: ${producer}`);
    return producer;
  }

  /** The errors by partition, `0 NONE, 1 …`; without a topic named, those of the client's own. */
  add(
    producer: Producer,
    partitions: readonly number[],
    options: {version?: number; id?: string; also?: string} = {},
  ): Promise<string> {
    const {version = 3, id = this.id, also} = options;
    const topics = [{name: this.topic, partitions}, ...(also ? [{name: also, partitions: [0]}] : [])];
    return settled(async () => {
      const told = await this.asking.ask(apis.addPartitionsToTxn, version, {
        v3AndBelowTransactionalId: id,
        v3AndBelowProducerId: producer.id,
        v3AndBelowProducerEpoch: producer.epoch,
        v3AndBelowTopics: topics,
      });
      const all = told.resultsByTopicV3AndBelow
        .sort((left, right) => Number(right.name === this.topic) - Number(left.name === this.topic))
        .flatMap(({resultsByPartition}) =>
          resultsByPartition
            .sort((left, right) => left.partitionIndex - right.partitionIndex)
            .map(each => ({index: each.partitionIndex, error: nameOf(each.partitionErrorCode)})),
        );
      const busy = all.find(({error}) => passing.includes(error));
      return busy ? busy.error : all.map(({index, error}) => `${index} ${error}`).join(', ');
    });
  }

  end(
    producer: Producer,
    outcome: 'commit' | 'abort',
    options: {version?: number; id?: string} = {},
  ): Promise<ErrorName> {
    const {version = 3, id = this.id} = options;
    return settled(async () => {
      const {errorCode} = await this.asking.ask(apis.endTxn, version, {
        transactionalId: id,
        producerId: producer.id,
        producerEpoch: producer.epoch,
        committed: outcome === 'commit',
      });
      return nameOf(errorCode);
    });
  }

  /** Two records from this sequence on: `NONE@first offset`, or the error. */
  produce(
    producer: Producer,
    sequence: number,
    options: {version?: number; id?: string | null; partition?: number; transactional?: boolean} = {},
  ): Promise<string> {
    const {version = 9, id = this.id, partition = 0, transactional = true} = options;
    const now = Date.now();
    const records = recordBatch({timestamps: [now, now], producer: {...producer, sequence}, transactional});
    return settled(async () => {
      const told = await this.asking.ask(apis.produce, version, {
        transactionalId: id,
        acks: -1,
        timeoutMs: patience,
        topicData: [{name: this.topic, partitionData: [{index: partition, records}]}],
      });
      const {errorCode, baseOffset} = told.responses[0]!.partitionResponses[0]!;
      return errorCode === 0 ? `NONE@${baseOffset}` : nameOf(errorCode);
    });
  }

  addGroup(producer: Producer, options: {version?: number; group?: string} = {}): Promise<ErrorName> {
    const {version = 3, group = this.group} = options;
    return settled(async () => {
      const {errorCode} = await this.asking.ask(apis.addOffsetsToTxn, version, {
        transactionalId: this.id,
        producerId: producer.id,
        producerEpoch: producer.epoch,
        groupId: group,
      });
      return nameOf(errorCode);
    });
  }

  /** For partition 0. */
  commitOffset(
    producer: Producer,
    offset: bigint,
    options: {
      version?: number;
      id?: string;
      group?: string;
      member?: {memberId: string; generationId?: number};
      partition?: number;
    } = {},
  ): Promise<ErrorName> {
    const {version = 3, id = this.id, group = this.group, member = {}, partition = 0} = options;
    return settled(async () => {
      const told = await this.asking.ask(apis.txnOffsetCommit, version, {
        transactionalId: id,
        groupId: group,
        producerId: producer.id,
        producerEpoch: producer.epoch,
        ...member,
        topics: [
          {
            name: this.topic,
            partitions: [{partitionIndex: partition, committedOffset: offset, committedMetadata: 'm'}],
          },
        ],
      });
      return nameOf(told.topics[0]!.partitions[0]!.errorCode);
    });
  }

  /** What the group has committed of partition 0; `stable`: not before transactions have decided. */
  async committed({stable}: {stable: boolean}): Promise<string> {
    const told = await this.asking.ask(apis.offsetFetch, 7, {
      groupId: this.group,
      requireStable: stable,
      topics: [{name: this.topic, partitionIndexes: [0]}],
    });
    const {errorCode, committedOffset} = told.topics[0]!.partitions[0]!;
    return errorCode === 0 ? String(committedOffset) : nameOf(errorCode);
  }

  /** The offset that stands for this time in partition 0, for a reader of committed records or of all. */
  async offsetAt(timestamp: bigint, isolation: Isolation): Promise<bigint> {
    const told = await this.asking.ask(apis.listOffsets, 7, {
      replicaId: -1,
      isolationLevel: isolationLevels[isolation],
      topics: [{name: this.topic, partitions: [{partitionIndex: 0, timestamp}]}],
    });
    return told.topics[0]!.partitions[0]!.offset;
  }

  /** One fetch of partition 0 that does not wait. */
  async fetch(offset: bigint, isolation: Isolation, maxBytes = 1_000_000) {
    const told = await this.asking.ask(apis.fetch, 11, {
      replicaId: -1,
      maxWaitMs: 0,
      maxBytes,
      isolationLevel: isolationLevels[isolation],
      topics: [
        {
          topic: this.topic,
          partitions: [{partition: 0, fetchOffset: offset, partitionMaxBytes: maxBytes}],
        },
      ],
    });
    const found = told.responses[0]!.partitions[0]!;
    return {
      error: nameOf(found.errorCode),
      end: found.highWatermark,
      stable: found.lastStableOffset,
      aborted: found.abortedTransactions,
      records: found.records ?? Buffer.alloc(0),
    };
  }

  async describe() {
    const told = await this.asking.ask(apis.describeTransactions, 0, {transactionalIds: [this.id]});
    return told.transactionStates[0]!;
  }
}

export type Isolation = 'all' | 'committed';

const isolationLevels = {all: 0, committed: 1} as const;

/** Asks again while the answer is one that passes. */
async function settled<T>(ask: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + patience;
  for (;;) {
    const answer = await ask();
    if (typeof answer !== 'string' || !passing.includes(answer) || Date.now() > deadline) return answer;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
