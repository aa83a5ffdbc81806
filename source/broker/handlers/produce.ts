import {errors, refusalOf} from '../errors.ts';
import {initProducerId, produce} from '../messages/produce-and-fetch.ts';
import {isInternal} from '../topic-names.ts';
import {answer, type Call, type State} from './handler.ts';

const acksNone = 0;
const acksLeader = 1;
const acksAll = -1;

export const answerProduce = answer(produce, (request, call, state) => {
  const acks = request.acks;
  const known = acks === acksNone || acks === acksLeader || acks === acksAll;
  const refused = request.transactionalId !== null ? errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED : 0;
  const responses = request.topicData.map(({name, partitionData}) => ({
    name,
    partitionResponses: partitionData.map(({index, records}) => {
      if (!known) return refusedPart(index, errors.INVALID_REQUIRED_ACKS);
      return append(name, index, records, refused || call.errorFor(name, index), state);
    }),
  }));
  if (acks !== acksNone) return {responses};
  // Without an answer the only way to say that it failed is to hang up, as Kafka does.
  if (responses.some(each => each.partitionResponses.some(part => part.errorCode !== 0))) {
    throw new Error('A publish without acknowledgement was refused.');
  }
  return null;
});

function append(topic: string, index: number, records: Buffer | null, injected: number, state: State) {
  if (injected !== 0) return refusedPart(index, injected);
  const log = state.topics.partition(topic, index);
  if (!log) return refusedPart(index, errors.UNKNOWN_TOPIC_OR_PARTITION);
  if (isInternal(topic)) return refusedPart(index, errors.INVALID_TOPIC_EXCEPTION);
  try {
    const {baseOffset, appendTime} = log.append(records ?? Buffer.alloc(0));
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

export const answerInitProducerId = answer(initProducerId, (request, _call: Call, state) => {
  if (request.transactionalId !== null) {
    return {errorCode: errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, producerEpoch: -1};
  }
  return {producerId: state.nextProducerId(), producerEpoch: 0};
});
