import type {Delivery} from '../flow/delivery.ts';
import {headerInJson, headerRecords, headersByName} from '../payload/header-shapes.ts';
import {safeJson} from '../payload/safe-text.ts';
import {textOrBase64} from '../payload/text-or-base64.ts';
import type {Row} from './row.ts';
import type {Session} from './session.ts';

/**
 * What is in view as JSON lines, one a delivery and one a message, oldest first: how each stands, its attempts, whether
 * it is committed. Keys, headers and values only with `payloads`, for they may be personal.
 */
export function* exportLines(session: Session, {payloads}: {readonly payloads: boolean}): Generator<string> {
  for (const delivery of session.deliveries.items) yield line(deliveryRecord(delivery, payloads));
  for (const row of session.stream.rows) {
    yield line(messageRecord(row, session.isRowCommitted(row), session.place.topic, payloads));
  }
}

function deliveryRecord({id, draft, sentAt, state}: Delivery, payloads: boolean) {
  return {
    kind: 'delivery',
    id,
    topic: draft.topic,
    sentAt: new Date(sentAt).toISOString(),
    ...state,
    ...(payloads && {
      key: textOrBase64(draft.key),
      headers: headerRecords(draft.headers),
      value: textOrBase64(draft.value),
    }),
  };
}

function messageRecord(row: Row, committed: boolean, topic: string, payloads: boolean) {
  const {partition, offset, timestamp, state, attempts, valueBytes, isRedelivered} = row;
  return {
    kind: 'message',
    topic,
    partition,
    offset,
    timestamp: timeOf(timestamp),
    ...state,
    committed,
    redelivered: isRedelivered,
    // A tombstone has no value, which is not one of 0 bytes.
    valueBytes: row.value === null ? null : valueBytes,
    attempts: attempts.map(({at, ...attempt}) => ({at: new Date(at).toISOString(), ...attempt})),
    ...(payloads && {
      key: textOrBase64(row.key),
      headers: headersByName(row.headers, headerInJson),
      headerList: headerRecords(row.headers),
      value: textOrBase64(row.value),
      isWhole: (row.value?.length ?? 0) === valueBytes,
    }),
  };
}

/** ISO 8601; a producer can write any number as a record's time. */
function timeOf(ms: number): string | number {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? ms : time.toISOString();
}

function line(record: Readonly<Record<string, unknown>>): string {
  return `${safeJson(JSON.stringify(record, (_, value) => (typeof value === 'bigint' ? value.toString() : value)))}\n`;
}
