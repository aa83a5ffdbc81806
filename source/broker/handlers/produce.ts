import {errors, Refusal, refusalOf} from '../errors.ts';
import {type BatchHead, claimsTransaction} from '../log/batch.ts';
import {produce} from '../messages/produce-and-fetch.ts';
import {isInternal} from '../topic-names.ts';
import type {Transaction} from '../transactions/transaction.ts';
import {answer, type State} from './handler.ts';
import {refusalOfWrite} from './transactions.ts';

const acksNone = 0;
const acksLeader = 1;
const acksAll = -1;
const abortableSince = 11;

export const answerProduce = answer(produce, (request, call, state) => {
  const acks = request.acks;
  const known = acks === acksNone || acks === acksLeader || acks === acksAll;
  const isForeign =
    request.transactionalId === null &&
    request.topicData.some(({partitionData}) => partitionData.some(isTransactional));
  const responses = request.topicData.map(({name, partitionData}) => ({
    name,
    partitionResponses: partitionData.map(({index, records}) => {
      if (!known) return refusedPart(index, errors.INVALID_REQUIRED_ACKS);
      // Kafka asks for the right to the transaction before it looks at anything else.
      if (isForeign) return refusedPart(index, errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
      return append(name, index, records, call.errorFor(name, index), state, admit(name, index));
    }),
  }));
  if (acks !== acksNone) return {responses};
  // Without an answer the only way to say that it failed is to hang up, as Kafka does.
  if (responses.some(each => each.partitionResponses.some(part => part.errorCode !== 0))) {
    throw new Error('A publish without acknowledgement was refused.');
  }
  return null;

  /** What belongs to a transaction is taken while the transaction is open and holds the partition. */
  function admit(topic: string, partition: number) {
    return ({producerId, producerEpoch}: BatchHead) => {
      const id = request.transactionalId!;
      const producer = {id: producerId, epoch: producerEpoch};
      const holds = (transaction: Transaction) => transaction.holdsPartition({topic, partition});
      const error = refusalOfWrite(state, id, producer, holds, call.version >= abortableSince);
      if (error !== 'NONE')
        throw new Refusal(error, 'The partition is not in an open transaction of this producer.');
    };
  }
});

function isTransactional({records}: {records: Buffer | null}): boolean {
  return records !== null && claimsTransaction(records);
}

function append(
  topic: string,
  index: number,
  records: Buffer | null,
  injected: number,
  state: State,
  admit: (head: BatchHead) => void,
) {
  if (injected !== 0) return refusedPart(index, injected);
  const log = state.topics.partition(topic, index);
  if (!log) return refusedPart(index, errors.UNKNOWN_TOPIC_OR_PARTITION);
  if (isInternal(topic)) return refusedPart(index, errors.INVALID_TOPIC_EXCEPTION);
  try {
    const {baseOffset, appendTime} = log.append(records ?? Buffer.alloc(0), admit);
    return {
      index,
      errorCode: 0,
      baseOffset: BigInt(baseOffset),
      logAppendTimeMs: BigInt(appendTime),
      logStartOffset: BigInt(log.start),
    };
  } catch (error) {
    const {code, message} = refusalOf(error);
    return {...refusedPart(index, code), errorMessage: message};
  }
}

function refusedPart(index: number, errorCode: number) {
  return {index, errorCode, baseOffset: -1n};
}
