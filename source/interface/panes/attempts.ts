import {STATUS_CODES} from 'node:http';
import type {Exchange, Failure} from '../../flow/outcome.ts';
import {safeText} from '../../payload/safe-text.ts';
import type {Attempt} from '../../session/attempts.ts';
import type {Row} from '../../session/row.ts';
import {bytes, clockTime, duration} from '../amounts.ts';
import {wrap} from '../cells.ts';

/** Every attempt that is kept: its number, when it began, how long it took, what came of it, and what it said. */
export function attemptRows({attempts, state, finalAt}: Row, width: number): string[] {
  if (attempts.length > 0) return attempts.flatMap(attempt => attemptText(attempt, width));
  if (state.status !== 'processed') return ['no attempt yet'];
  const {attempt, durationMs} = state;
  return [lineOf(attempt, finalAt === null ? null : finalAt - durationMs, durationMs, 'processed')];
}

function attemptText({number, at, durationMs, failure, output, exchange}: Attempt, width: number): string[] {
  const said = failure ? sayFailure(failure) : 'processed';
  const rows = wrap(lineOf(number, at - durationMs, durationMs, said), width);
  const stack = failure?.stack?.split('\n').slice(1, 9).join('\n');
  const parts = exchange
    ? [exchangeText(exchange, output)]
    : [output === undefined ? undefined : `printed:\n${output}`, stack];
  for (const part of parts) {
    if (part) rows.push(...wrap(safeText(part, {lines: true}), width - 3).map(line => `   ${line}`));
  }
  return rows;
}

function lineOf(number: number, began: number | null, durationMs: number, said: string): string {
  return `${number}  ${began === null ? '' : `${clockTime(began)}  `}${duration(durationMs)}  ${said}`;
}

function sayFailure({name, message, where, permanent, retryAfterMs}: Failure): string {
  const place = where === undefined ? '' : `  ${where}`;
  const again = permanent
    ? 'permanent'
    : retryAfterMs === undefined
      ? 'retryable'
      : `retryable, not before ${duration(retryAfterMs)}`;
  return `${safeText(`${name}: ${message}${place}`)}  (${again})`;
}

/** What went out after `→`, what came back after `←`. */
function exchangeText({request, response}: Exchange, body: string | undefined): string {
  const {method, url, headers} = request;
  return [
    `→ ${method} ${url}  ${bytes(request.bytes)}`,
    ...headersText('→', headers),
    ...(response
      ? [
          `← ${response.status} ${STATUS_CODES[response.status] ?? ''}`.trimEnd(),
          ...headersText('←', response.headers),
        ]
      : ['← no answer']),
    ...(body === undefined ? [] : ['', body]),
  ].join('\n');
}

function headersText(direction: string, headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).map(([name, value]) => `${direction} ${name}: ${value}`);
}
