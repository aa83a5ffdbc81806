import {DeadlineError} from './deadline.ts';
import {KnownServers} from './known-servers.ts';
import {Refused} from './protocol/errors.ts';
import {NotOffered} from './protocol/versions.ts';
import {neededFor} from './server-needs.ts';

export type ErrorContext = {
  readonly brokers?: readonly string[];
  readonly topic?: string;
  /** What the client has learned of the servers; left out: what the error brought along. */
  readonly servers?: KnownServers;
};

export type Explanation = {
  /** One sentence for a person: what, where, what to do. */
  readonly sentence: string;
  /** Can trying again help, with nothing changed by the person? */
  readonly retryable: boolean;
};

/** The fields in which KafkaJS, Node and the broker say what happened. */
type Fact = {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
  /** The broker's own word, such as MESSAGE_TOO_LARGE. */
  readonly type?: string;
  readonly broker?: string;
  /** What the broker says beside its word. */
  readonly reason?: string;
  /** The API that is not offered. */
  readonly api?: string;
  readonly servers?: KnownServers;
};

type Rule = {
  readonly when: (fact: Fact) => boolean;
  readonly say: (fact: Fact, context: ErrorContext) => string;
  readonly retryable: boolean;
};

const address = (fact: Fact, {brokers}: ErrorContext) => fact.broker ?? brokers?.join(', ') ?? 'the broker';
/** Has what listens there answered in Kafka's protocol before, in this client's life: as far as anybody hears it? */
const hasGreeted = (fact: Fact, context: ErrorContext) => {
  const servers = context.servers ?? fact.servers;
  return fact.broker !== undefined && (servers?.hasGreeted(fact.broker) ?? false);
};
/** And has it served this client there? */
const hasSpoken = (fact: Fact, context: ErrorContext) => {
  const servers = context.servers ?? fact.servers;
  return fact.broker !== undefined && (servers?.hasSpoken(fact.broker) ?? false);
};
const named = ({topic}: ErrorContext) => (topic ? `topic ${topic}` : 'the topic');
const is =
  (...types: readonly string[]) =>
  (fact: Fact) =>
    types.includes(fact.type ?? '') || types.includes(String(fact.code ?? ''));
const says = (part: string) => (fact: Fact) => fact.message.includes(part);

const malformed = (fact: Fact) => fact.name === 'MalformedAnswer';

/** The first rule that fits any error in the chain of causes speaks. */
const rules: readonly Rule[] = [
  {
    when: malformed,
    say: (fact, context) =>
      `${address(fact, context)} does not answer in Kafka's protocol: ${fact.message}; check the address and its port.`,
    retryable: true,
  },
  {
    when: fact => fact.name === 'NoBrokerNamed',
    say: (fact, context) =>
      `${address(fact, context)} names no broker of its cluster; it may be starting, or may not be a Kafka broker.`,
    retryable: true,
  },
  {
    when: is('ECONNREFUSED'),
    say: (fact, context) =>
      `Nothing is listening on ${advertised(fact, context)}; start the broker there, or name another with --brokers.`,
    retryable: true,
  },
  {
    when: is('ENOTFOUND', 'EAI_AGAIN'),
    say: (fact, context) =>
      `The host of ${advertised(fact, context)} is not known here; check its spelling, or your network's name service.`,
    retryable: true,
  },
  {
    when: is('EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'),
    say: (fact, context) =>
      `${advertised(fact, context)} cannot be reached from here; check the network and firewalls.`,
    retryable: true,
  },
  {
    when: is('ECONNRESET', 'EPIPE'),
    say: (fact, context) => `${address(fact, context)} cut the connection; it may be restarting.`,
    retryable: true,
  },
  {
    when: fact =>
      /SELF_SIGNED|UNABLE_TO_VERIFY|CERT_HAS_EXPIRED|UNABLE_TO_GET_ISSUER/.test(String(fact.code ?? '')),
    say: (fact, context) =>
      `The certificate of ${address(fact, context)} is not trusted (${fact.code}); give its CA with KAFKA_SSL_CA_LOCATION.`,
    retryable: false,
  },
  {
    when: is('SASL_AUTHENTICATION_FAILED'),
    say: () => 'The broker refused the credentials; check user name, password and mechanism.',
    retryable: false,
  },
  {
    when: fact => fact.name === 'KafkaJSSASLAuthenticationError',
    say: fact => `Signing in failed: ${fact.message}; check user name, password and mechanism.`,
    retryable: false,
  },
  {
    when: is('UNSUPPORTED_SASL_MECHANISM'),
    say: () => 'The broker does not offer this SASL mechanism; ask which one it wants.',
    retryable: false,
  },
  {
    when: is('ILLEGAL_SASL_STATE'),
    say: (fact, context) =>
      `Nobody signs in at ${address(fact, context)}: it is no SASL port; check KAFKA_SECURITY_PROTOCOL and the address.`,
    retryable: false,
  },
  {
    when: is('MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'),
    say: (_, context) =>
      `The record is larger than ${named(context)} accepts; make it smaller, or raise the topic's max.message.bytes.`,
    retryable: false,
  },
  {
    when: is('UNKNOWN_TOPIC_OR_PARTITION'),
    say: (_, context) => `There is no such topic or partition on the broker: ${named(context)}.`,
    retryable: true,
  },
  {
    when: is('INVALID_TOPIC_EXCEPTION'),
    say: (_, context) => `The broker does not accept the name of ${named(context)}.`,
    retryable: false,
  },
  {
    when: is('INVALID_REPLICATION_FACTOR'),
    say: () => 'The replication factor is larger than the number of brokers; choose a smaller one.',
    retryable: false,
  },
  {
    when: is('INVALID_PARTITIONS'),
    say: () => 'The broker does not accept that number of partitions.',
    retryable: false,
  },
  {
    when: is('POLICY_VIOLATION'),
    say: (_, context) => `A policy of the broker does not allow this for ${named(context)}.`,
    retryable: false,
  },
  {
    when: is('TOPIC_AUTHORIZATION_FAILED'),
    say: (_, context) => `You are not allowed to use ${named(context)}; ask for the rights on it.`,
    retryable: false,
  },
  {
    when: is('GROUP_AUTHORIZATION_FAILED'),
    say: () =>
      'You are not allowed to use this consumer group; ask for the rights on it, or choose another with --group.',
    retryable: false,
  },
  {
    when: is('CLUSTER_AUTHORIZATION_FAILED'),
    say: () => 'You are not allowed to do this on the cluster.',
    retryable: false,
  },
  {
    when: is('INCONSISTENT_GROUP_PROTOCOL'),
    say: () =>
      'Other members of this consumer group divide partitions in a way that this tool does not offer (it offers range); choose another group with --group.',
    retryable: false,
  },
  {
    when: is('NOT_ENOUGH_REPLICAS', 'NOT_ENOUGH_REPLICAS_AFTER_APPEND'),
    say: (_, context) =>
      `Too few replicas of ${named(context)} are in sync (min.insync.replicas); wait for the brokers.`,
    retryable: true,
  },
  {
    when: fact => fact.name === 'Leaderless',
    say: fact => fact.message,
    retryable: true,
  },
  {
    when: is('INVALID_RECORD'),
    say: (_, context) => `The broker refused the record for ${named(context)}.`,
    retryable: false,
  },
  {
    when: is('LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION'),
    say: (_, context) => `A partition of ${named(context)} has no leader now; the brokers choose one.`,
    retryable: true,
  },
  {
    when: is('GROUP_COORDINATOR_NOT_AVAILABLE', 'GROUP_LOAD_IN_PROGRESS', 'NOT_COORDINATOR_FOR_GROUP'),
    say: () => 'The broker that keeps this consumer group is not ready yet.',
    retryable: true,
  },
  {
    when: is('REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'),
    say: () => 'The consumer group is meeting anew.',
    retryable: true,
  },
  {
    when: fact =>
      fact.name === 'KafkaJSConnectionClosedError' ||
      says('Closed connection')(fact) ||
      says('Connection closed by the server')(fact),
    say: (fact, context) =>
      hasSpoken(fact, context)
        ? `${address(fact, context)} cut the connection; it may be restarting.`
        : hasGreeted(fact, context)
          ? `${address(fact, context)} speaks Kafka's protocol, but cut the connection at the first request; it may want SASL, or be restarting.`
          : `${address(fact, context)} closed the connection without an answer; it may want TLS or SASL, or may not be a Kafka broker.`,
    retryable: true,
  },
  {
    when: says('Connection timeout'),
    say: (fact, context) =>
      hasSpoken(fact, context)
        ? `${address(fact, context)} did not take the connection in time; it may be restarting, or hang.`
        : `${advertised(fact, context)} did not take the connection in time; check the address, and whether the port expects TLS.`,
    retryable: true,
  },
  {
    when: fact => fact.name === 'KafkaJSRequestTimeoutError' || is('REQUEST_TIMED_OUT')(fact),
    say: (fact, context) => `${address(fact, context)} did not answer in time.`,
    retryable: true,
  },
  {
    // Requests to sign in are the only ones that KafkaJS chooses by itself.
    when: fact => fact.name === 'KafkaJSServerDoesNotSupportApiKey',
    say: (fact, context) =>
      `${address(fact, context)} does not offer to sign in with SASL; check KAFKA_SECURITY_PROTOCOL and the address.`,
    retryable: false,
  },
  {
    when: fact => fact.name === 'ServerTooOld',
    say: fact => `${fact.message}.`,
    retryable: false,
  },
  {
    when: fact => fact.api !== undefined,
    say: (fact, context) =>
      `${fact.message} (${address(fact, context)}), which is needed for ${neededFor(fact.api!)}.`,
    retryable: false,
  },
  {
    when: fact => fact.name === 'DeadlineError',
    say: (fact, context) => `${fact.message} (${address(fact, context)}).`,
    retryable: true,
  },
];

/**
 * Says in one sentence what an error of KafkaJS means and what to do. KafkaJS wraps errors in errors, and the outermost
 * often says the contrary of the cause, so all causes are looked at, the innermost first.
 */
export function explainError(error: unknown, context: ErrorContext = {}): Explanation {
  const facts = causes(error).reverse();
  for (const rule of rules) {
    const fact = facts.find(rule.when);
    if (fact) return {sentence: withReason(rule.say(fact, context), facts), retryable: rule.retryable};
  }
  const [innermost] = facts;
  return {
    sentence: innermost?.message ? oneLine(innermost.message) : 'It failed without saying why.',
    retryable: true,
  };
}

/** At the other end is something that does not speak Kafka's protocol: unlike one that is restarting, it will not be. */
export function isNoKafka(error: unknown): boolean {
  return causes(error).some(malformed);
}

/** The broker's own words, where it said more than its code. */
function withReason(sentence: string, facts: readonly Fact[]): string {
  const reason = facts.find(fact => fact.reason)?.reason;
  return reason === undefined ? sentence : `${sentence} The broker says: ${oneLine(reason)}`;
}

/**
 * The address that failed, told apart from the one that was given: a broker that answers and then calls itself by a
 * name that cannot be reached is the commonest local failure (advertised.listeners). Not so where it was reached before,
 * or where another node was reached under its own name: then this one is away.
 */
function advertised(fact: Fact, context: ErrorContext): string {
  const {brokers} = context;
  const failed = fact.broker;
  if (!failed || !brokers || brokers.length === 0) return failed ?? brokers?.join(', ') ?? 'the broker';
  const servers = context.servers ?? fact.servers;
  const node = servers?.nodeOf(failed) ?? null;
  if (node !== null) return `${failed} (node ${node} of the cluster)`;
  if (brokers.includes(failed) || servers?.hasSpoken(failed)) return failed;
  return `${failed} (${brokers.join(', ')} answered, but calls itself ${failed}: see the broker's advertised.listeners)`;
}

function causes(error: unknown, depth = 0): Fact[] {
  if (depth > 10 || error === null || error === undefined) return [];
  if (typeof error !== 'object') return [{name: 'Error', message: String(error)}];
  const {name, message, code, type, broker, cause, errors, originalError} = error as Record<string, unknown>;
  const {host, port, servers} = error as Record<string, unknown>;
  const at = typeof broker === 'string' ? broker : host && port ? `${host}:${port}` : null;
  const fact: Fact = {
    name: error instanceof DeadlineError ? 'DeadlineError' : String(name ?? 'Error'),
    message: String(message ?? ''),
    ...((typeof code === 'string' || typeof code === 'number') && {code}),
    ...(typeof type === 'string' && {type}),
    ...(at !== null && {broker: at}),
    ...(error instanceof Refused && error.reason !== null && {reason: error.reason}),
    ...(error instanceof NotOffered && {api: error.api}),
    ...(servers instanceof KnownServers && {servers}),
  };
  const inner = [cause, originalError, ...(Array.isArray(errors) ? errors : [])];
  return [fact, ...inner.flatMap(each => causes(each, depth + 1))];
}

function oneLine(text: string): string {
  return text.split('\n', 1)[0]!;
}
