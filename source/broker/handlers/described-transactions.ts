import {errors} from '../errors.ts';
import {describeProducers, describeTransactions, listTransactions} from '../messages/transactions.ts';
import {committedOffsets} from '../topic-names.ts';
import type {Transaction} from '../transactions/transaction.ts';
import {stateNames} from '../transactions/transactions.ts';
import {answer} from './handler.ts';
import {once} from './once.ts';

/** States that Kafka's own coordinator passes through; here a transaction is decided at once. */
const passing = ['PrepareCommit', 'PrepareAbort', 'PrepareEpochFence', 'Dead'];

export const answerListTransactions = answer(listTransactions, (request, _, {transactions, clock}) => {
  const {stateFilters, producerIdFilters, durationFilter} = request;
  const known = new Set([...Object.values(stateNames), ...passing]);
  const wanted = new Set(stateFilters);
  const producers = new Set(producerIdFilters);
  const runsFor = ({startedAt}: Transaction) => (startedAt < 0 ? -1 : clock.now() - startedAt);
  return {
    unknownStateFilters: once(stateFilters).filter(each => !known.has(each)),
    transactionStates: transactions
      .all()
      .filter(each => wanted.size === 0 || wanted.has(stateNames[each.state]))
      .filter(each => producers.size === 0 || producers.has(each.producer.id))
      .filter(each => durationFilter < 0n || runsFor(each) > Number(durationFilter))
      .map(each => ({
        transactionalId: each.id,
        producerId: each.producer.id,
        transactionState: stateNames[each.state],
      })),
  };
});

export const answerDescribeTransactions = answer(describeTransactions, (request, _, {transactions}) => ({
  transactionStates: once(request.transactionalIds).map(transactionalId => {
    const found = transactions.get(transactionalId);
    if (!found) return {transactionalId, errorCode: errors.TRANSACTIONAL_ID_NOT_FOUND};
    return {
      transactionalId,
      transactionState: stateNames[found.state],
      transactionTimeoutMs: found.timeout,
      transactionStartTimeMs: BigInt(found.startedAt),
      producerId: found.producer.id,
      producerEpoch: found.producer.epoch,
      topics: [
        ...[...Map.groupBy(found.partitions, ({topic}) => topic)].map(([topic, partitions]) => ({
          topic,
          partitions: partitions.map(({partition}) => partition),
        })),
        // Where the offsets of groups are, in the one partition that it has here.
        ...(found.hasGroups ? [{topic: committedOffsets, partitions: [0]}] : []),
      ],
    };
  }),
}));

export const answerDescribeProducers = answer(describeProducers, (request, call, {topics}) => ({
  topics: once(request.topics, ({name}) => name).map(({name, partitionIndexes}) => ({
    name,
    partitions: once(partitionIndexes).map(partitionIndex => {
      const injected = call.errorFor(name, partitionIndex);
      if (injected !== 0) return {partitionIndex, errorCode: injected};
      const log = topics.partition(name, partitionIndex);
      if (!log) return {partitionIndex, errorCode: errors.UNKNOWN_TOPIC_OR_PARTITION};
      return {
        partitionIndex,
        activeProducers: log.producers().map(({id, epoch, lastSequence, lastTimestamp, openFrom}) => ({
          producerId: id,
          producerEpoch: epoch,
          lastSequence,
          lastTimestamp: BigInt(lastTimestamp),
          currentTxnStartOffset: BigInt(openFrom),
        })),
      };
    }),
  })),
}));
