import {type ErrorName, errors, refusalOf} from '../errors.ts';
import {initProducerId} from '../messages/produce-and-fetch.ts';
import {addOffsetsToTxn, addPartitionsToTxn, endTxn} from '../messages/transactions.ts';
import type {Producer} from '../transactions/transaction.ts';
import {answer, type State} from './handler.ts';

/** `transaction.max.timeout.ms` as Apache Kafka has it by default. */
const longestTimeout = 15 * 60_000;
/** From these versions on a fenced producer is told so by an error of its own (KIP-588). */
const fencedSince = {initProducerId: 4, others: 2} as const;

export const answerInitProducerId = answer(initProducerId, (request, {version}, state) => {
  const {transactionalId, transactionTimeoutMs: timeout, producerId: id, producerEpoch: epoch} = request;
  const refused = (errorCode: number) => ({errorCode, producerEpoch: -1});
  const isNew = id === -1n && epoch === -1;
  if (transactionalId === '' || (!isNew && (id === -1n || epoch === -1)))
    return refused(errors.INVALID_REQUEST);
  if (transactionalId === null) return {producerId: state.nextProducerId(), producerEpoch: 0};
  if (timeout <= 0 || timeout > longestTimeout) return refused(errors.INVALID_TRANSACTION_TIMEOUT);
  try {
    const {error, producer} = state.transactions.initialize(
      transactionalId,
      timeout,
      isNew ? null : {id, epoch},
    );
    if (error !== 'NONE') return refused(codeOf(error, version, fencedSince.initProducerId));
    return {producerId: producer.id, producerEpoch: producer.epoch};
  } catch (error) {
    return refused(refusalOf(error).code);
  }
});

export const answerAddPartitionsToTxn = answer(addPartitionsToTxn, (request, call, state) => {
  const topics = request.v3AndBelowTopics;
  const partitions = topics.flatMap(({name, partitions: numbers}) =>
    numbers.map(partition => ({topic: name, partition})),
  );
  const own = ({topic, partition}: {topic: string; partition: number}) =>
    call.errorFor(topic, partition) ||
    (state.topics.partition(topic, partition) ? 0 : errors.UNKNOWN_TOPIC_OR_PARTITION);
  // All or none: where one cannot be added, the others are not tried.
  const isWhole = partitions.every(each => own(each) === 0);
  const added = isWhole ? add() : errors.OPERATION_NOT_ATTEMPTED;
  return {
    resultsByTopicV3AndBelow: topics.map(({name, partitions: numbers}) => ({
      name,
      resultsByPartition: numbers.map(partition => ({
        partitionIndex: partition,
        partitionErrorCode: own({topic: name, partition}) || added,
      })),
    })),
  };

  function add(): number {
    const id = request.v3AndBelowTransactionalId;
    const producer = {id: request.v3AndBelowProducerId, epoch: request.v3AndBelowProducerEpoch};
    return codeOf(
      inTransaction(id, state, transaction => transaction.addPartitions(producer, partitions)),
      call.version,
    );
  }
});

export const answerAddOffsetsToTxn = answer(addOffsetsToTxn, (request, {version}, state) => {
  const {transactionalId, groupId} = request;
  const error = inTransaction(transactionalId, state, transaction =>
    transaction.addGroup(producerOf(request), groupId),
  );
  return {errorCode: codeOf(error, version)};
});

export const answerEndTxn = answer(endTxn, (request, {version}, state) => {
  const error = inTransaction(request.transactionalId, state, transaction =>
    transaction.end(producerOf(request), request.committed),
  );
  return {errorCode: codeOf(error, version)};
});

function producerOf(request: {readonly producerId: bigint; readonly producerEpoch: number}): Producer {
  return {id: request.producerId, epoch: request.producerEpoch};
}

type Known = NonNullable<ReturnType<State['transactions']['get']>>;

function inTransaction(id: string, {transactions}: State, run: (transaction: Known) => ErrorName): ErrorName {
  if (id === '') return 'INVALID_REQUEST';
  const transaction = transactions.get(id);
  return transaction ? run(transaction) : 'INVALID_PRODUCER_ID_MAPPING';
}

function codeOf(error: ErrorName, version: number, since: number = fencedSince.others): number {
  return errors[error === 'PRODUCER_FENCED' && version < since ? 'INVALID_PRODUCER_EPOCH' : error];
}

/**
 * Refuses what is written for a transaction that does not hold it. Clients that do not know it get another error for a
 * transaction that can only be aborted (KIP-890).
 */
export function refusalOfWrite(
  {transactions}: State,
  id: string,
  producer: Producer,
  holds: (transaction: Known) => boolean,
  knowsAbortable: boolean,
): ErrorName {
  const transaction = transactions.get(id);
  if (!transaction) return 'INVALID_PRODUCER_ID_MAPPING';
  const wrong = transaction.refusal(producer);
  if (wrong === 'PRODUCER_FENCED') return 'INVALID_PRODUCER_EPOCH';
  if (wrong !== 'NONE') return wrong;
  if (holds(transaction)) return 'NONE';
  return knowsAbortable ? 'TRANSACTION_ABORTABLE' : 'INVALID_TXN_STATE';
}
