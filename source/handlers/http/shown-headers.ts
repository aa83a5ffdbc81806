import type {IncomingHttpHeaders} from 'node:http';

/** Of an answer's headers, those that help to see what became of it; none that may be secret, as cookies are. */
const shown = [
  'content-type',
  'content-length',
  'retry-after',
  'location',
  'server',
  'x-request-id',
  'x-correlation-id',
  'traceparent',
] as const;
const longest = 300;

export function shownHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of shown) {
    const value = headers[name];
    if (value !== undefined) found[name] = String(value).slice(0, longest);
  }
  return found;
}
