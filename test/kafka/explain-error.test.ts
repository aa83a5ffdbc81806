import {describe, expect, it} from 'vitest';
import {DeadlineError} from '../../source/kafka/deadline.ts';
import {explainError} from '../../source/kafka/explain-error.ts';

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
