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
    if (value === undefined) continue;
    const text = name === 'location' ? shownLocation(String(value)) : String(value);
    found[name] = text.slice(0, longest);
  }
  return found;
}

/** Where a redirect leads, without user, password, query and fragment, where tokens stand. */
export function shownLocation(location: string): string {
  const [address] = location.split(/[?#]/, 1);
  return address!.replace(/^((?:[a-z][a-z0-9+.-]*:)?[/\\]{2})[^/\\]*@/i, '$1');
}
