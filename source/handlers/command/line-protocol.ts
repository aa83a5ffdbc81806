import type {Message} from '../../flow/message.ts';
import type {Failure} from '../../flow/outcome.ts';
import {headerInJson, headerRecords, headersByName} from '../../payload/header-shapes.ts';
import {textOrBase64} from '../../payload/text-or-base64.ts';
import {kindIn} from './failure-from-program.ts';

/**
 * The protocol of `--exec-lines`. The program runs on; for each message it gets one line of JSON on stdin, and it answers
 * one line of JSON on stdout, in the order of the lines, and flushes it:
 *
 *     → {"topic":"notifications","partition":0,"offset":"42","timestamp":1700000000000,"attempt":1,
 *        "key":"u-17","headers":{"trace-id":"t1"},"value":{"type":"email.send"}}
 *     ← {"status":"ok"}
 *     ← {"status":"failed","error":"no such user","permanent":true}
 *
 * `value` is the message's JSON, letter by letter except that line ends within it are blanks; null with
 * `"tombstone":true` beside it where there is none. `key` and the values of headers are text, null, or
 * `{"base64":"…"}` where they are not UTF-8; a repeated header has a list. Where there are headers, `headerList` has them
 * one by one in their order: `[{"name":"trace-id","value":"t1"}]`, with `"nameBase64"` where a name is not UTF-8. An answer may carry `"name"` (the kind of
 * failure), `"retryAfterMs"` and, with ok, `"note"`; an answer that repeats `"partition"` and `"offset"` is checked
 * against them. stderr is kept as the output of the message in hand.
 *
 * A partition's next message is sent only after the one before was answered, so nothing behind a failure is ever
 * dispatched; messages of different partitions wait in line together, which keeps the program busy. The end of stdin
 * means: finish and end.
 */
export function lineOf(message: Message, valueText: string | null, attempt: number): string {
  const {topic, partition, offset, timestamp} = message;
  const value = valueText === null ? 'null,"tombstone":true' : valueText.replace(/[\r\n]/g, ' ');
  return (
    `{"topic":${JSON.stringify(topic)},"partition":${partition},"offset":"${offset}","timestamp":${timestamp}` +
    `,"attempt":${attempt},"key":${JSON.stringify(textOrBase64(message.key))},"headers":${headersOf(message)},"value":${value}}\n`
  );
}

function headersOf({headers}: Message): string {
  if (headers.length === 0) return '{}';
  const named = JSON.stringify(headersByName(headers, headerInJson));
  return `${named},"headerList":${JSON.stringify(headerRecords(headers))}`;
}

export type LineAnswer =
  | {readonly answer: 'ok'; readonly note?: string}
  | {readonly answer: 'failed'; readonly failure: Failure}
  /** Not of the protocol: nothing that follows can be trusted either. */
  | {readonly answer: 'nonsense'};

const ok: LineAnswer = {answer: 'ok'};

/** What a line says that the program answered to this message. */
export function answerOf(line: string, {partition, offset}: Message): LineAnswer {
  if (line === '{"status":"ok"}' || line === '{"status": "ok"}') return ok;
  let said: unknown;
  try {
    said = JSON.parse(line);
  } catch {
    return {answer: 'nonsense'};
  }
  if (typeof said !== 'object' || said === null || !('status' in said)) return {answer: 'nonsense'};
  const {status, note, error, name, permanent, retryAfterMs, ...of} = said as Record<string, unknown>;
  if ((of.offset ?? `${offset}`) !== `${offset}` || (of.partition ?? partition) !== partition)
    return {answer: 'nonsense'};
  if (status === 'ok') return typeof note === 'string' ? {answer: 'ok', note} : ok;
  if (status !== 'failed') return {answer: 'nonsense'};
  const reason = typeof error === 'string' ? error.replace(/\s*\n\s*/g, ' ') : null;
  const failure: Failure = {
    name: typeof name === 'string' ? name : 'failed',
    ...(typeof name !== 'string' && reason && {alike: kindIn(reason)}),
    message: reason ?? 'the program gave no reason',
    permanent: permanent === true,
    ...(isDelay(retryAfterMs) && {retryAfterMs: Math.min(retryAfterMs, 3_600_000)}),
  };
  return {answer: 'failed', failure};
}

function isDelay(value: unknown): value is number {
  return typeof value === 'number' && value >= 0;
}
