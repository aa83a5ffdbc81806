import {safeJson} from '../../payload/safe-text.ts';
import {grouped} from '../search.ts';
import type {BulkFigures} from './bulk-run.ts';
import type {BulkResult} from './results-in-order.ts';

/** A result as it is printed or kept: never the payload. */
export function resultRecord(
  topic: string,
  {number, line, state: {status, ...rest}}: BulkResult,
): Readonly<Record<string, unknown>> {
  return {
    status,
    topic,
    ...rest,
    ...('latencyMs' in rest && {latencyMs: tenths(rest.latencyMs)}),
    number,
    ...(line !== undefined && {line}),
  };
}

/** As it is printed: 1.2 of 1.234. */
export function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** `1,200 sent: 1,190 acknowledged, 10 failed`. */
export function sayFigures({sent, acknowledged, failed, unknown, pending}: BulkFigures): string {
  const parts = [
    `${thousands(acknowledged)} acknowledged`,
    ...(failed > 0 ? [`${thousands(failed)} failed`] : []),
    ...(unknown > 0 ? [`${thousands(unknown)} unknown`] : []),
    ...(pending > 0 ? [`${thousands(pending)} on their way`] : []),
  ];
  return `${thousands(sent)} sent: ${parts.join(', ')}`;
}

/** How it ended, for the last line of the results. */
export function summaryRecord({status, sent, acknowledged, failed, unknown, activeMs, problem}: BulkFigures) {
  return {
    kind: 'summary',
    status,
    sent,
    acknowledged,
    failed,
    unknown,
    activeMs,
    ...(problem !== null && {problem}),
  };
}

/** A record as a line of JSON; offsets are texts. */
export function resultLine(record: Readonly<Record<string, unknown>>): string {
  return `${safeJson(JSON.stringify(record, (_, value) => (typeof value === 'bigint' ? value.toString() : value)))}\n`;
}

/** `12,000` */
export const thousands: (number: number) => string = grouped;
