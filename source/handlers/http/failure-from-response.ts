import {STATUS_CODES} from 'node:http';
import type {Failure} from '../../flow/outcome.ts';
import {shownLocation} from './shown-headers.ts';

export type HttpAnswer = {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly location: string | undefined;
};

const longestWait = 3_600_000;

/**
 * What a server's answer means: null for 2xx. 408, 429 and 5xx may pass when tried again, not before Retry-After (RFC
 * 9110, 10.2.3; seconds or a date, an hour at most); any other is permanent. Redirects are not followed.
 */
export function failureFromAnswer({status, retryAfter, location}: HttpAnswer, now: number): Failure | null {
  if (status >= 200 && status < 300) return null;
  const retryable = status === 408 || status === 429 || status >= 500;
  const retryAfterMs = retryable && retryAfter !== undefined ? waitOf(retryAfter, now) : null;
  const words = STATUS_CODES[status] ?? 'an answer without a name';
  const redirect =
    status >= 300 && status < 400
      ? `; redirects are not followed${location ? ` (to ${shownLocation(location)})` : ''}`
      : '';
  return {
    name: `HTTP ${status}`,
    message: `the server answered ${status} ${words}${redirect}`,
    permanent: !retryable,
    ...(retryAfterMs !== null && {retryAfterMs}),
  };
}

function waitOf(retryAfter: string, now: number): number | null {
  const wait = /^\d+$/.test(retryAfter.trim()) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now;
  return Number.isNaN(wait) ? null : Math.min(longestWait, Math.max(0, wait));
}

const reasons: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the server closed the connection without an answer',
  EPIPE: 'the server closed the connection without an answer',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name could not be looked up',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'no connection could be made',
};

/** A request that got no answer may get one when tried again. */
export function failureFromError(error: unknown, host: string): Failure {
  const {code, message} = error as NodeJS.ErrnoException;
  const name = code ?? 'no answer';
  const reason = (code !== undefined && reasons[code]) || message || 'the request failed';
  return {name, message: `${host}: ${reason}`, permanent: false};
}
