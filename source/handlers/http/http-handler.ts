import type {Handler} from '../../flow/handler.ts';
import type {Message} from '../../flow/message.ts';
import type {Exchange, Failure, Outcome} from '../../flow/outcome.ts';
import {sayDuration} from '../amounts.ts';
import {oneByOne, outcomeOf} from '../one-by-one.ts';
import {failureFromAnswer, failureFromError} from './failure-from-response.ts';
import {type PostedAnswer, Poster} from './post.ts';
import {requestHeaders} from './request-headers.ts';

export type HttpOptions = {
  /** ms that one message may take. */
  readonly timeout: number;
};

const nothing = Buffer.alloc(0);

/**
 * Posts each message to an address (`--forward`): the value is the body, metadata stands in headers (see
 * `requestHeaders`). What the answer means: see `failureFromAnswer`; a refused connection or a timeout may pass when
 * tried again. The body of the answer is kept with the attempt. Throws a sentence when the address is none.
 */
export function createHttpHandler(address: string, {timeout}: HttpOptions): Handler {
  const url = addressOf(address);
  const name = nameOf(url);
  const poster = new Poster(url);
  const closing = new AbortController();
  const attempt = async (message: Message, number: number): Promise<Outcome | null> => {
    if (closing.signal.aborted) return null;
    const began = performance.now();
    const body = message.value ?? nothing;
    const headers = requestHeaders(message, number);
    const exchange = (answer: PostedAnswer | null): Exchange => ({
      request: {method: 'POST', url: name, headers, bytes: body.length},
      response: answer && {status: answer.status, headers: answer.headers},
    });
    const posted = await poster.post({
      body,
      headers,
      timeoutMs: timeout,
      signal: closing.signal,
    });
    const durationMs = performance.now() - began;
    switch (posted.end) {
      case 'stopped':
        return null;
      case 'answered':
        return {
          ...outcomeOf(durationMs, posted.body, failureFromAnswer(posted.answer, Date.now())),
          exchange: exchange(posted.answer),
        };
      case 'failed':
        return {
          ...outcomeOf(durationMs, undefined, failureFromError(posted.error, url.host)),
          exchange: exchange(null),
        };
      case 'timeout':
        return {...outcomeOf(durationMs, posted.body, noAnswer(url, timeout)), exchange: exchange(null)};
    }
  };
  return {
    name,
    handle: run => oneByOne(run, message => attempt(message, run.attempt)),
    async close() {
      closing.abort();
      poster.close();
    },
  };
}

/** What is refused may hold a secret, and is not shown. */
function addressOf(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new Error(
      url
        ? 'The address to forward to must begin with http:// or https://.'
        : 'The address to forward to is no URL; it looks like http://localhost:3000/hook.',
    );
  }
  // Of what a URL may hold, only these are decoded before they are sent.
  if (![url.username, url.password].every(isDecodable)) {
    throw new Error(
      'In the user name or password of the address to forward to, a % does not begin an encoded character; write the sign itself as %25.',
    );
  }
  return url;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Without user and password, and without the query, where tokens stand. */
function nameOf({protocol, host, pathname}: URL): string {
  return `${protocol}//${host}${pathname}`;
}

function noAnswer({host}: URL, timeoutMs: number): Failure {
  return {name: 'timeout', message: `${host}: no answer within ${sayDuration(timeoutMs)}`, permanent: false};
}
