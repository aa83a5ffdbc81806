import type {RequestOf, ResponseOf} from '../codec/api.ts';
import {errors} from '../errors.ts';
import type {PartitionLog} from '../log/partition-log.ts';
import type {Aborted} from '../log/undecided.ts';
import {fetch} from '../messages/produce-and-fetch.ts';
import type {Topic} from '../topics.ts';
import {answer, type Call, type State} from './handler.ts';

type Request = RequestOf<typeof fetch>;
type Response = NonNullable<ResponseOf<typeof fetch>>;
type Asked = Request['topics'][number];
type Wanted = Asked['partitions'][number];

/** Sessions (KIP-227) are declined: with id 0 every fetch names all its partitions. */
const noSession = 0;
/** From this version on a topic is asked for by its id. */
const idsSince = 13;
/** One answer is never larger, whatever a client asks for (but for a batch that is). */
const mostBytes = 55 * 1024 * 1024;

export const answerFetch = answer(fetch, (request, call, state) => {
  if (request.sessionId !== noSession) return {errorCode: errors.FETCH_SESSION_ID_NOT_FOUND};
  const at = state.clock.now();
  if (isEnough(request, call, state)) return read(request, call, state);
  return new Promise<Response>(resolve => {
    const logs = wantedLogs(request, call, state);
    const done = () => {
      cancel();
      stayed();
      for (const log of logs) log.watchers.delete(look);
      resolve(read(request, call, state));
    };
    const look = () => {
      if (isEnough(request, call, state)) done();
    };
    const cancel = state.clock.after(request.maxWaitMs - (state.clock.now() - at), done);
    const stayed = call.onGone(done);
    for (const log of logs) log.watchers.add(look);
  });
});

const readCommitted = 1;

/** The offset that a reader does not come past: what is not decided is for those only that take it too. */
function limitOf(log: PartitionLog, {isolationLevel}: Request): number {
  return isolationLevel === readCommitted ? log.stable : log.end;
}

/** Whether there is nothing to wait for: enough bytes, an error that is to be told, or no time to wait. */
function isEnough(request: Request, call: Call, state: State): boolean {
  if (request.maxWaitMs <= 0 || request.minBytes <= 0) return true;
  let bytes = 0;
  for (const asked of request.topics) {
    const topic = topicOf(asked, call, state);
    for (const wanted of asked.partitions) {
      const log = topic?.partitions[wanted.partition];
      if (!log || problem(log, wanted) !== 0 || call.errorFor(topic!.name, wanted.partition) !== 0)
        return true;
      bytes += log.bytesFrom(Number(wanted.fetchOffset), limitOf(log, request));
      if (bytes >= request.minBytes) return true;
    }
  }
  return false;
}

function wantedLogs(request: Request, call: Call, state: State): PartitionLog[] {
  return request.topics.flatMap(asked => {
    const topic = topicOf(asked, call, state);
    return asked.partitions
      .map(({partition}) => topic?.partitions[partition])
      .filter((log): log is PartitionLog => log !== undefined);
  });
}

/** Looked up anew each time: a topic made again under its name while a fetch waits has another id. */
function topicOf({topic, topicId}: Asked, {version}: Call, {topics}: State): Topic | undefined {
  return version >= idsSince ? topics.withId(topicId) : topics.get(topic);
}

function problem(log: PartitionLog, wanted: Wanted): number {
  const offset = Number(wanted.fetchOffset);
  return offset < log.start || offset > log.end ? errors.OFFSET_OUT_OF_RANGE : 0;
}

function read(request: Request, call: Call, state: State): Response {
  let left = Math.min(Math.max(0, request.maxBytes), mostBytes);
  let first = true;
  const unknown = call.version >= idsSince ? errors.UNKNOWN_TOPIC_ID : errors.UNKNOWN_TOPIC_OR_PARTITION;
  const readPart = (topicName: string, topic: Topic | undefined, wanted: Wanted) => {
    const partitionIndex = wanted.partition;
    const refused = (errorCode: number) => ({
      partitionIndex,
      errorCode,
      highWatermark: -1n,
      records: nothing,
    });
    const injected = call.errorFor(topicName, partitionIndex);
    if (injected !== 0) return refused(injected);
    if (!topic) return refused(unknown);
    const log = topic.partitions[partitionIndex];
    if (!log) return refused(errors.UNKNOWN_TOPIC_OR_PARTITION);
    const wrong = problem(log, wanted);
    if (wrong !== 0) return refused(wrong);
    // The first batch of all is always given, so that a consumer with small limits still gets on.
    const offset = Number(wanted.fetchOffset);
    const most = Math.min(left, Math.max(0, wanted.partitionMaxBytes));
    const records = log.read(offset, most, first, limitOf(log, request));
    if (records.length > 0) first = false;
    left = Math.max(0, left - records.length);
    return {
      partitionIndex,
      errorCode: 0,
      highWatermark: BigInt(log.end),
      lastStableOffset: BigInt(log.stable),
      logStartOffset: BigInt(log.start),
      abortedTransactions:
        request.isolationLevel === readCommitted ? log.abortedIn(offset, records).map(told) : null,
      records,
    };
  };
  return {
    sessionId: noSession,
    responses: request.topics.map(asked => {
      const topic = topicOf(asked, call, state);
      return {
        topic: asked.topic,
        topicId: asked.topicId,
        partitions: asked.partitions.map(wanted => readPart(asked.topic || topic?.name || '', topic, wanted)),
      };
    }),
  };
}

function told({producerId, firstOffset}: Aborted) {
  return {producerId, firstOffset: BigInt(firstOffset)};
}

const nothing = Buffer.alloc(0);
