import {describe, expect, it} from 'vitest';
import {DeadlineError} from '../../source/kafka/deadline.ts';
import {explainError} from '../../source/kafka/explain-error.ts';
import {KnownServers} from '../../source/kafka/known-servers.ts';
import {Refused} from '../../source/kafka/protocol/errors.ts';
import {NotOffered} from '../../source/kafka/protocol/versions.ts';

const context = {brokers: ['127.0.0.1:9092'], topic: 'orders'};
const error = (name: string, message: string, more: object = {}) =>
  Object.assign(new Error(message), {name, ...more});

describe('an error in one sentence', () => {
  it('is told by its innermost cause, whatever the outer ones say', () => {
    const refused = error('KafkaJSConnectionError', 'Connection error: connect ECONNREFUSED', {
      code: 'ECONNREFUSED',
      broker: '127.0.0.1:9092',
    });
    const outer = error('KafkaJSNonRetriableError', 'Not retriable', {
      retriable: false,
      cause: error('KafkaJSNumberOfRetriesExceeded', 'Gave up', {cause: refused}),
    });
    const {sentence, retryable} = explainError(outer, context);
    expect(sentence).toMatch(/^Nothing is listening on 127\.0\.0\.1:9092; start the broker/);
    expect(retryable).toBe(true);
  });

  it('names the address that the broker gave itself, where it is another than the given one', () => {
    const refused = error('KafkaJSConnectionError', 'connect', {code: 'ENOTFOUND', broker: 'kafka:29092'});
    const {sentence} = explainError(refused, context);
    expect(sentence).toContain('127.0.0.1:9092 answered, but calls itself kafka:29092');
    expect(sentence).toContain('advertised.listeners');
  });

  it('is found among several errors at once, as when topics are created', () => {
    const aggregate = error('KafkaJSAggregateError', 'Topic creation errors', {
      errors: [error('KafkaJSCreateTopicError', 'refused', {type: 'INVALID_REPLICATION_FACTOR'})],
    });
    expect(explainError(aggregate, context)).toEqual({
      sentence: expect.stringContaining('replication factor is larger'),
      retryable: false,
    });
  });

  it.each([
    ['a wrong password', error('KafkaJSSASLAuthenticationError', 'refused'), /Signing in failed/, false],
    [
      'signing in at a plain port',
      error('KafkaJSProtocolError', 'x', {type: 'ILLEGAL_SASL_STATE'}),
      /no SASL port; check KAFKA_SECURITY_PROTOCOL/,
      false,
    ],
    ['a certificate', error('Error', 'x', {code: 'DEPTH_ZERO_SELF_SIGNED_CERT'}), /not trusted/, false],
    [
      'a record too large',
      error('KafkaJSProtocolError', 'x', {type: 'MESSAGE_TOO_LARGE'}),
      /larger than topic orders/,
      false,
    ],
    ['TLS wanted', error('KafkaJSConnectionClosedError', 'Closed connection'), /may want TLS or SASL/, true],
    [
      'TLS not wanted',
      error('KafkaJSConnectionError', 'Connection timeout'),
      /whether the port expects TLS/,
      true,
    ],
    ['no answer', error('KafkaJSRequestTimeoutError', 'x'), /did not answer in time/, true],
    [
      'other members',
      error('KafkaJSProtocolError', 'x', {type: 'INCONSISTENT_GROUP_PROTOCOL'}),
      /offers range/,
      false,
    ],
    ['a deadline of ours', new DeadlineError('connecting', 7000), /No answer within 7 s: connecting/, true],
  ])('%s', (_, thrown, sentence, retryable) => {
    const explained = explainError(thrown, context);
    expect(explained.sentence).toMatch(sentence);
    expect(explained.retryable).toBe(retryable);
  });

  it.each([
    ['nothing', undefined, 'It failed without saying why.'],
    ['a text', 'boom', 'boom'],
    ['an error with a stack in its message', new Error('first\n    at second'), 'first'],
  ])('is one line for %s', (_, thrown, sentence) => {
    expect(explainError(thrown).sentence).toBe(sentence);
  });

  it('ends for errors that are their own cause', () => {
    const own = error('Error', 'round and round');
    Object.assign(own, {cause: own});
    expect(explainError(own).sentence).toBe('round and round');
  });
});

describe('what was learned of the servers before', () => {
  const [given, own, dead] = ['127.0.0.1:9092', '127.0.0.1:9093', '127.0.0.1:9094'];
  const refused = error('KafkaJSConnectionError', 'connect', {code: 'ECONNREFUSED', broker: dead});
  const cut = error('KafkaJSConnectionClosedError', 'Closed connection', {host: '127.0.0.1', port: 9092});

  /** Nodes 1, 2, … at these addresses are listed; those that answered have been reached. */
  function learned(listed: readonly string[], answered: readonly string[]): KnownServers {
    const servers = new KnownServers();
    for (const address of answered) servers.spoke(address);
    servers.listed(
      listed.map((address, index) => {
        const [host, port] = address.split(':') as [string, string];
        return {node: index + 1, host, port: Number(port), rack: null};
      }),
    );
    return servers;
  }

  const say = (thrown: Error, servers: KnownServers) => explainError(thrown, {...context, servers}).sentence;

  it('a node that is away, while another was reached under its own name, is no matter of advertised.listeners', () => {
    expect(say(refused, learned([given, own, dead], [given]))).toMatch(
      /^Nothing is listening on 127\.0\.0\.1:9094 \(node 3 of the cluster\)/,
    );
    expect(say(refused, learned([own, dead], [given, own]))).not.toContain('advertised');
  });

  it('a node that was reached before is no matter of it either', () => {
    expect(say(refused, learned([dead], [given, dead]))).not.toContain('advertised');
    expect(say(refused, learned([], [given, dead]))).not.toContain('advertised');
  });

  it('names under which nobody was reached are', () => {
    expect(say(refused, learned([dead], [given]))).toContain('answered, but calls itself 127.0.0.1:9094');
    expect(say(refused, learned([own, dead], [given]))).toContain('advertised.listeners');
  });

  it('a cut is not a want of TLS where Kafka has answered, and may be where nothing is known', () => {
    expect(say(cut, learned([], [given]))).toBe(`${given} cut the connection; it may be restarting.`);
    expect(say(cut, learned([], [own]))).toMatch(/may want TLS or SASL/);
    const signingIn = error('KafkaJSConnectionError', 'Connection closed by the server', {broker: given});
    expect(say(signingIn, learned([], [given]))).toMatch(/cut the connection/);
    expect(say(signingIn, learned([], []))).toMatch(/may want TLS or SASL/);
  });

  it('a cut after a greeting may be a want of SASL, and is none of TLS', () => {
    const servers = new KnownServers();
    servers.greeted(given);
    expect(say(cut, servers)).toMatch(
      /^127\.0\.0\.1:9092 speaks Kafka's protocol.*may want SASL, or be restarting/,
    );
    expect(say(cut, servers)).not.toContain('TLS');
  });

  it('travels with the error of a connection', () => {
    const carrying = Object.assign(error('KafkaJSNumberOfRetriesExceeded', 'x'), {
      cause: Object.assign(error('KafkaJSConnectionClosedError', 'Closed connection'), {
        broker: given,
        servers: learned([], [given]),
      }),
    });
    expect(explainError(carrying, context)).toEqual({
      sentence: `${given} cut the connection; it may be restarting.`,
      retryable: true,
    });
  });

  it('is said once to a person', () => {
    const heard: string[] = [];
    const servers = new KnownServers(sentence => heard.push(sentence));
    for (const sentence of ['old', 'old', 'no ids', 'old']) servers.sayOnce(sentence);
    expect(heard).toEqual(['old', 'no ids']);
  });
});

describe("the broker's own words", () => {
  it('stand behind the sentence', () => {
    const refusal = new Refused('INVALID_TOPIC_EXCEPTION', "Topic 'a.b' collides with existing topic: a_b");
    expect(explainError(refusal, {topic: 'a.b'})).toEqual({
      sentence:
        "The broker does not accept the name of topic a.b. The broker says: Topic 'a.b' collides with existing topic: a_b",
      retryable: false,
    });
    expect(explainError(new Refused('INVALID_PARTITIONS', null)).sentence).not.toContain('says');
  });

  it('are told also for a word that is not known here, on one line', () => {
    const {sentence} = explainError(new Refused('SOMETHING_NEW', 'Because.\n  at Broker'));
    expect(sentence).toBe('Because.');
  });
});

describe('an API that is not offered', () => {
  it('is named with what needs it, and trying again is of no use', () => {
    const api = {key: 16, name: 'ListGroups', oldest: 0, newest: 2};
    expect(explainError(new NotOffered('kafka:9092', api, undefined))).toEqual({
      sentence: 'The server does not offer ListGroups (kafka:9092), which is needed for the list of groups.',
      retryable: false,
    });
  });
});
