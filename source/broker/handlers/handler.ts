import type {Clock} from '../clock.ts';
import type {Api, RequestOf, ResponseOf} from '../codec/api.ts';
import type {Fields} from '../codec/fields.ts';
import {refusalOf} from '../errors.ts';
import type {Groups} from '../group/groups.ts';
import type {Topics} from '../topics.ts';
import type {Transactions} from '../transactions/transactions.ts';

/** What all handlers share: the broker's state. */
export type State = {
  readonly topics: Topics;
  readonly groups: Groups;
  readonly transactions: Transactions;
  readonly clock: Clock;
  readonly clusterId: string;
  readonly defaults: Defaults;
  /** A producer id that nobody has. */
  nextProducerId(): bigint;
};

export type Defaults = {
  /** Partitions of a topic whose creator leaves that open (1). */
  readonly partitions: number;
  /** Whether asking for a topic creates it, as Apache Kafka does unless told otherwise (false). */
  readonly autoCreateTopics: boolean;
  /** How long an empty group waits for more members, in ms (0). */
  readonly groupInitialDelay: number;
  /** How often logs are looked through for what is to be dropped, in ms (5000). */
  readonly retentionCheckInterval: number;
  /** Settings of topics that do not say otherwise, by Kafka's names. */
  readonly topicConfig: Readonly<Record<string, string>>;
};

/** What a handler needs to know of the request beside its content. */
export type Call = {
  readonly version: number;
  readonly clientId: string;
  readonly clientHost: string;
  /** Where this client finds the broker. */
  readonly address: {readonly host: string; readonly port: number};
  /** Injected: 0, or the error that this topic or partition is to be answered with. */
  errorFor(topic: string, partition: number | null): number;
  /** Called when the client is gone, and nobody waits any more. What it answers takes that back. */
  onGone(call: () => void): () => void;
};

/** The one broker of this cluster. */
export const nodeId = 0;

type Answer<A> = ResponseOf<A> | null;
type Handle<A> = (request: RequestOf<A>, call: Call, state: State) => Answer<A> | Promise<Answer<A>>;

/** An API and what answers it; null is no answer (acks=0). */
export type Handler = {
  readonly api: Api;
  handle(request: unknown, call: Call, state: State): unknown | Promise<unknown>;
};

export function answer<Q extends Fields, A extends Fields>(
  api: Api<Q, A>,
  handle: Handle<Api<Q, A>>,
): Handler {
  return {api: api as unknown as Api, handle: handle as Handler['handle']};
}

/** Runs what may refuse; the error's number and words, or 0 and null. With an injected error nothing is run. */
export function refusedAs(run: () => void, injected = 0): {errorCode: number; errorMessage: string | null} {
  if (injected !== 0) return {errorCode: injected, errorMessage: null};
  try {
    run();
    return {errorCode: 0, errorMessage: null};
  } catch (error) {
    const {code, words} = refusalOf(error);
    return {errorCode: code, errorMessage: words};
  }
}
