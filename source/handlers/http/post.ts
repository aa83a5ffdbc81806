import http from 'node:http';
import https from 'node:https';
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

/** Posts to one address over connections that are kept open. */
export class Poster {
  readonly #options: http.RequestOptions;
  readonly #request: typeof http.request;
  readonly #agent: http.Agent;

  constructor(url: URL) {
    const kind = url.protocol === 'https:' ? https : http;
    this.#request = kind.request;
    this.#agent = new kind.Agent({keepAlive: true});
    this.#options = {
      agent: this.#agent,
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

  /** Never rejects. `timeoutMs` is for all of it, from the connection to the end of the body. */
  async post(options: PostOptions): Promise<Posted> {
    const first = await this.#once(options);
    // The server closed an idle connection in the moment it was used again: nobody's failure.
    if (first.end === 'failed' && first.onReusedConnection) return this.#once(options);
    return first;
  }

  close(): void {
    this.#agent.destroy();
  }

  #once({
    body,
    headers,
    timeoutMs,
    signal,
  }: PostOptions): Promise<Posted & {readonly onReusedConnection?: boolean}> {
    return new Promise(resolve => {
      const received = new CappedBytes();
      const finish = (posted: Posted & {readonly onReusedConnection?: boolean}) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        resolve(posted);
      };
      const request = this.#request({
        ...this.#options,
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
        const {code} = error as NodeJS.ErrnoException;
        const onReusedConnection = request.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE');
        finish({end: 'failed', error, onReusedConnection});
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

export type PostOptions = {
  readonly body: Buffer;
  readonly headers: Record<string, string>;
  readonly timeoutMs: number;
  /** Aborted: nobody waits any more. */
  readonly signal: AbortSignal;
};
