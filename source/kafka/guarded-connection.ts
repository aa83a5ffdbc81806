import type {Socket} from 'node:net';
import kafkajs from 'kafkajs';
import type {RawRequest} from 'kafkajs/src/consumer/offsetManager/index.js';
import Connection from 'kafkajs/src/network/connection.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import {AnswerFrames, largestAnswer, largestBeforeSigningIn, largestFetch} from './protocol/answer-frames.ts';
import {guardDecoder} from './protocol/guarded-decoder.ts';
import {MalformedAnswer} from './protocol/reader.ts';
import {serversOf} from './sockets.ts';

/**
 * The other end of a connection is a stranger: it may be no broker at all. KafkaJS believes each length and count that it
 * reads, keeps what it is told to wait for, and reads in the socket's callback, where an error ends the process. Here all
 * of that is guarded in one place: what is not Kafka's protocol ends its connection, and fails what was asked over it as a
 * connection that broke does, with a MalformedAnswer as the cause.
 */
export function guardConnections(): void {
  guardDecoder();
  readFramesOnly();
  decodeGuarded();
  forgetOldSockets();
  boundThrottling();
}

/** Why a connection was given up; what fails later on it, fails for that. */
const refusals = new WeakMap<Connection, Error>();
/** A frame that is begun belongs to its socket: what was cut off on one must not be mixed with what comes on the next. */
const frames = new WeakMap<object, AnswerFrames>();

function readFramesOnly(): void {
  Connection.prototype.processData = function (this: Connection, bytes: Buffer) {
    if (!this.socket || this.socket.destroyed) return;
    try {
      for (const {correlationId, payload} of framesOf(this, this.socket).take(bytes)) {
        if (correlationId === null) this.authHandlers?.onSuccess(withLength(payload));
        else this.requestQueue.fulfillRequest({correlationId, payload, size: payload.length + 4});
      }
    } catch (error) {
      giveUp(this, error);
    }
  };
}

function framesOf(connection: Connection, socket: object): AnswerFrames {
  const known = frames.get(socket);
  if (known) return known;
  const made = new AnswerFrames({
    isToken: () => connection.authHandlers !== null,
    largest: number => largestFor(connection, number),
  });
  frames.set(socket, made);
  return made;
}

function largestFor({requestQueue, correlationId: next}: Connection, number: number) {
  const apiKey = requestQueue.inflight.get(number)?.entry.apiKey;
  // One that was given up may still be answered.
  if (apiKey === undefined) return number >= 0 && number < next ? 'dropped' : null;
  if (beforeSigningIn.has(apiKey)) return largestBeforeSigningIn;
  return apiKey === fetchKey ? largestFetch : largestAnswer;
}

const fetchKey = 1;
/** SaslHandshake, ApiVersions, SaslAuthenticate. */
const beforeSigningIn = new Set([17, 18, 36]);

/** As KafkaJS hands a token to who reads it. */
function withLength(payload: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(payload.length);
  return Buffer.concat([length, payload]);
}

/** What was received cannot be trusted, and nothing that follows either. */
function giveUp(connection: Connection, error: unknown): void {
  const reason = brokenConnection(connection, error);
  refusals.set(connection, reason);
  // First of all, so that no further byte is taken.
  connection.socket?.destroy();
  connection.authHandlers?.onError();
  connection.rejectRequests(reason);
  connection.disconnect().catch(() => {});
}

/** To KafkaJS a connection that broke: it turns to another server where it has one. */
function brokenConnection({host, port}: Connection, error: unknown): Error {
  const cause =
    error instanceof MalformedAnswer
      ? error
      : new MalformedAnswer(`the answer cannot be read (${(error as Error).message})`);
  const broker = `${host}:${port}`;
  return Object.assign(
    new kafkajs.KafkaJSConnectionError(`No answer in Kafka's protocol: ${cause.message}`, {broker}),
    {cause: Object.assign(cause, {broker})},
  );
}

/** An answer that came whole and cannot be decoded fails its own request: the next answers can be right. */
function decodeGuarded(): void {
  const {connect, send, sendAuthRequest} = Connection.prototype;
  Connection.prototype.connect = function (this: Connection) {
    refusals.delete(this);
    return connect.call(this);
  };
  Connection.prototype.send = async function (this: Connection, raw) {
    try {
      const answer = await send.call(this, {...raw, response: guardedResponse(this, raw.response)});
      serversOf(this).greeted(`${this.host}:${this.port}`);
      return answer;
    } catch (error) {
      throw reasonOf(this, error);
    }
  };
  Connection.prototype.sendAuthRequest = async function (this: Connection, {request, response}) {
    try {
      const guarded = response && guardedResponse(this, response);
      return await sendAuthRequest.call(this, {request, response: guarded});
    } catch (error) {
      throw refusals.get(this) ?? error;
    }
  };
  const {authenticate} = Connection.prototype;
  Connection.prototype.authenticate = async function (this: Connection) {
    try {
      await authenticate.call(this);
    } catch (error) {
      throw reasonOf(this, error);
    }
  };
}

function guardedResponse(connection: Connection, response: RawRequest['response']): RawRequest['response'] {
  return {
    decode: payload => guarded(connection, () => response.decode(payload)),
    parse: decoded => guarded(connection, () => response.parse(decoded)),
  };
}

async function guarded<Result>(connection: Connection, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (!isOfReading(error)) throw error;
    const reason = brokenConnection(connection, error);
    refusals.set(connection, reason);
    throw reason;
  }
}

/** What reading wrong bytes throws; what the broker says in right ones is an error of KafkaJS. */
function isOfReading(error: unknown): boolean {
  return (
    error instanceof MalformedAnswer ||
    error instanceof RangeError ||
    error instanceof TypeError ||
    error instanceof SyntaxError ||
    /Invalid(VarInt|Long)/.test((error as Error).name)
  );
}

/** Signing in says of any error that it is one of signing in, and drops the cause. */
function reasonOf(connection: Connection, error: unknown): unknown {
  return (error as Error).name === 'KafkaJSSASLAuthenticationError'
    ? (refusals.get(connection) ?? error)
    : error;
}

/**
 * KafkaJS keeps listening to a socket that it has left: what still comes on it would be taken for an answer on the next
 * one, and its end for the end of the next one.
 */
function forgetOldSockets(): void {
  const {connect, disconnect} = Connection.prototype;
  const listening = new WeakMap<Socket, ReadonlyMap<string, Listener>>();
  Connection.prototype.connect = function (this: Connection) {
    const before = this.socket;
    const connecting = connect.call(this);
    // What KafkaJS listens with was added last, and before this.
    if (this.socket && this.socket !== before) listening.set(this.socket, lastListeners(this.socket));
    return connecting;
  };
  Connection.prototype.disconnect = async function (this: Connection) {
    const {socket} = this;
    const done = await disconnect.call(this);
    const listeners = socket && listening.get(socket);
    if (!listeners || this.isConnected()) return done;
    // Whoever meets the error of a broker that dies disconnects: this is done for the first of them.
    listening.delete(socket);
    for (const [event, listener] of listeners) socket.off(event, listener);
    socket.on('error', () => {});
    socket.resume();
    return done;
  };
}

type Listener = (...args: unknown[]) => void;

function lastListeners(socket: Socket): ReadonlyMap<string, Listener> {
  const events = ['data', 'end', 'error', 'timeout'];
  return new Map(events.map(event => [event, socket.listeners(event).at(-1) as Listener]));
}

/** A server may ask for silence (KIP-219), but not for days: that would be a program that hangs. */
function boundThrottling(): void {
  const {maybeThrottle} = RequestQueue.prototype;
  RequestQueue.prototype.maybeThrottle = function (this: RequestQueue, time) {
    maybeThrottle.call(this, typeof time === 'number' ? Math.min(time, longestSilence) : time);
  };
}

/** ms; quotas are counted over some seconds. */
const longestSilence = 60_000;
