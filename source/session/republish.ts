import {randomBytes, randomUUID} from 'node:crypto';
import type {DraftHeader} from '../flow/delivery.ts';
import {type Message, positionOf} from '../flow/message.ts';

/**
 * Which of a message's headers an edited one carries. `own`: without tracing and what tools put in. In each case those
 * of a dead letter stay behind, and one is added that tells where the message came from.
 */
export const carries = ['all', 'own', 'none'] as const;
export type Carry = (typeof carries)[number];

/** Where new identities come from; a test gives its own. */
export type NewIdentity = {uuid(): string; randomHex(bytes: number): string};

const randomIdentity: NewIdentity = {
  uuid: randomUUID,
  randomHex: bytes => randomBytes(bytes).toString('hex'),
};

/** Says which message an edited one replaces: `notifications/1@113`. */
export const replacesHeader = 'kafka-notify-replaces';

const identityNames = new Set(['ce_id', 'transactionid', 'messageid', 'idempotency-key']);
const tracing = new Set(['traceparent', 'tracestate', 'baggage', 'b3', 'uber-trace-id']);
const ofTools = ['x-b3-', 'kafka_', 'spring_', '__connect.', 'retry_topic-'];

/**
 * The headers of an edited message before a person looks at them: another message must not pass for the first one, so
 * its identity and its trace are new. Identities that were the same stay the same as each other. What stands inside of
 * the value is not touched.
 */
export function republishedHeaders(message: Message, identity: NewIdentity = randomIdentity): DraftHeader[] {
  const renewed = new Map<string, string>();
  const renew = (old: string) => {
    if (!renewed.has(old)) renewed.set(old, identity.uuid());
    return renewed.get(old)!;
  };
  const headers: DraftHeader[] = [];
  const isTraced = message.headers.some(
    ({name, value}) => name.toLowerCase() === 'traceparent' && value?.length,
  );
  for (const header of message.headers) {
    const name = header.name.toLowerCase();
    if (name.startsWith('kafka_dlt-') || name === replacesHeader) continue;
    // A vendor's state belongs to the trace that it came with.
    if (name === 'tracestate' && isTraced) continue;
    const text = header.value?.length ? Buffer.from(header.value).toString('latin1') : null;
    if (text !== null && identityNames.has(name)) headers.push(headerOf(header.name, renew(text)));
    else if (text !== null && name === 'traceparent')
      headers.push(headerOf(header.name, newTrace(text, identity)));
    else headers.push(header);
  }
  headers.push(headerOf(replacesHeader, `${message.topic}/${positionOf(message)}`));
  return headers;
}

/** Those of the headers above that are carried by this choice. */
export function carried(headers: readonly DraftHeader[], carry: Carry): readonly DraftHeader[] {
  if (carry === 'all') return headers;
  return headers.filter(header => {
    const name = header.name.toLowerCase();
    if (name === replacesHeader) return true;
    return carry === 'own' && !tracing.has(name) && !ofTools.some(prefix => name.startsWith(prefix));
  });
}

/** W3C: version, trace, span, flags; whether it is sampled stays as it was. */
function newTrace(before: string, identity: NewIdentity): string {
  const flags = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-([0-9a-f]{2})/.exec(before)?.[1] ?? '01';
  return `00-${notZero(16, identity)}-${notZero(8, identity)}-${flags}`;
}

function notZero(bytes: number, identity: NewIdentity): string {
  const hex = identity.randomHex(bytes);
  return /^0+$/.test(hex) ? `${hex.slice(0, -1)}1` : hex;
}

function headerOf(name: string, text: string): DraftHeader {
  return {name, value: Buffer.from(text)};
}
