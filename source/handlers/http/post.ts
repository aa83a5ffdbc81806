import http from 'node:http';
import https from 'node:https';
import type {Duplex} from 'node:stream';
import {CappedBytes} from '../capped-bytes.ts';
import type {HttpAnswer} from './failure-from-response.ts';
import {shownHeaders} from './shown-headers.ts';

export type Posted =
  | {readonly end: 'answered'; readonly answer: PostedAnswer; readonly body: string | undefined}
  | {readonly end: 'failed'; readonly error: unknown}
  | {readonly end: 'timeout'; readonly body: string | undefined}
  | {readonly end: 'stopped'};

export type PostedAnswer = HttpAnswer & {readonly headers: Readonly<Record<string, string>>};

/** A body that is larger than this is not read to its end: the answer stands in its status. */
const mostRead = 1_000_000;

/** ms; servers keep an idle connection for some seconds, and say so where they do not (Keep-Alive). */
const longestIdle = 1000;
/** ms */
const distrust = 5000;

/**
 * Posts to one address over connections that are kept open. Each post is sent once: where a kept connection closes before
 * an answer came, nobody knows whether the server has taken it, and a POST is not sent again behind anybody's back (RFC
 * 9110, 9.2.2). To make that rare, a connection that was idle for long is not used again, and for some seconds none is
 * where one has closed like that.
 */
export class Poster {
  readonly #options: http.RequestOptions;
  readonly #request: typeof http.request;
  readonly #agent: http.Agent;
  /** Each of its connections is for one post. */
  readonly #single: http.Agent;
  #distrustedUntil = 0;

  constructor(url: URL) {
    const kind = url.protocol === 'https:' ? https : http;
    this.#request = kind.request;
    this.#agent = withShortIdle(new kind.Agent({keepAlive: true}));
    this.#single = new kind.Agent({keepAlive: false});
    this.#options = {
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port,
      path: url.pathname + url.search,
      ...(url.username !== '' && {
        auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`,
      }),
    };
  }

  close(): void {
    this.#agent.destroy();
    this.#single.destroy();
  }

  /** Never rejects. `timeoutMs` is for all of it, from the connection to the end of the body. */
  async post({body, headers, timeoutMs, signal}: PostOptions): Promise<Posted> {
    // A connection that was closed meanwhile is noticed first, and not used.
    await new Promise(setImmediate);
    if (signal.aborted) return {end: 'stopped'};
    return new Promise(resolve => {
      const received = new CappedBytes();
      const finish = (posted: Posted) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        resolve(posted);
      };
      const request = this.#request({
        ...this.#options,
        agent: performance.now() < this.#distrustedUntil ? this.#single : this.#agent,
        headers: {...headers, 'Content-Length': body.length},
      });
      const timer = setTimeout(() => {
        finish({end: 'timeout', body: received.text});
        request.destroy();
      }, timeoutMs);
      const stop = () => {
        finish({end: 'stopped'});
        request.destroy();
      };
      signal.addEventListener('abort', stop, {once: true});
      request.on('error', error => {
        if (request.reusedSocket) this.#distrustedUntil = performance.now() + distrust;
        finish({end: 'failed', error});
      });
      request.on('response', response => {
        const answer = {
          status: response.statusCode!,
          retryAfter: response.headers['retry-after'],
          location: response.headers.location,
          headers: shownHeaders(response.headers),
        };
        let read = 0;
        const done = () => finish({end: 'answered', answer, body: received.text});
        response.on('data', (chunk: Buffer) => {
          received.add(chunk);
          read += chunk.length;
          if (read < mostRead) return;
          done();
          request.destroy();
        });
        response.on('end', done);
        response.on('error', error => finish({end: 'failed', error}));
      });
      request.end(body);
    });
  }
}

/** Node asks these two of its agent when a connection becomes free, and before it is used again. */
function withShortIdle(agent: http.Agent): http.Agent {
  const idle = new WeakMap<object, NodeJS.Timeout>();
  const {keepSocketAlive, reuseSocket} = agent;
  return Object.assign(agent, {
    keepSocketAlive(socket: Duplex): boolean {
      const isKept = (keepSocketAlive as (socket: Duplex) => unknown).call(agent, socket) === true;
      if (isKept) idle.set(socket, setTimeout(() => socket.destroy(), longestIdle).unref());
      return isKept;
    },
    reuseSocket(socket: Duplex, request: http.ClientRequest) {
      clearTimeout(idle.get(socket));
      reuseSocket.call(agent, socket, request);
    },
  });
}

export type PostOptions = {
  readonly body: Buffer;
  readonly headers: Record<string, string>;
  readonly timeoutMs: number;
  /** Aborted: nobody waits any more. */
  readonly signal: AbortSignal;
};
