import type {Run} from '../../flow/handler.ts';
import {type Message, nameBytes} from '../../flow/message.ts';
import type {PackedHeaders, PackedRun, Progress} from './protocol.ts';

/** All of a run in a few arrays: the thread is handed bytes, and no object by object that would have to be cloned. */
export function packRun(id: number, {messages, attempt, highWatermark}: Run, progress: Progress): PackedRun {
  const count = messages.length;
  const {topic, partition} = messages[0]!;
  const offsets = new BigInt64Array(count);
  const timestamps = new Float64Array(count);
  const keyLengths = new Int32Array(count);
  const valueLengths = new Int32Array(count);
  const headers = roomForHeaders(messages);
  const parts: Uint8Array[] = [];
  const names = new Names();
  let size = 0;
  let header = 0;
  const lengthOf = (part: Uint8Array | null) => {
    if (part === null) return -1;
    parts.push(part);
    size += part.length;
    return part.length;
  };
  for (let index = 0; index < count; index++) {
    const message = messages[index]!;
    offsets[index] = message.offset;
    timestamps[index] = message.timestamp;
    keyLengths[index] = lengthOf(message.key);
    valueLengths[index] = lengthOf(message.value);
    if (!headers) continue;
    headers.counts[index] = message.headers.length;
    for (const each of message.headers) {
      headers.lengths[header++] = lengthOf(each.rawName ?? names.bytesOf(each.name));
      headers.lengths[header++] = lengthOf(each.value);
    }
  }
  return {
    type: 'run',
    id,
    attempt,
    topic,
    partition,
    highWatermark,
    offsets,
    timestamps,
    keyLengths,
    valueLengths,
    bytes: joined(parts, size),
    headers,
    progress: progress.shared,
  };
}

function roomForHeaders(messages: readonly Message[]): PackedHeaders | null {
  let count = 0;
  for (const {headers} of messages) count += headers.length;
  if (count === 0) return null;
  return {counts: new Int32Array(messages.length), lengths: new Int32Array(2 * count)};
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The messages of a run mostly have headers of the same names. */
class Names {
  readonly #known = new Map<string, Uint8Array>();

  bytesOf(name: string): Uint8Array {
    let bytes = this.#known.get(name);
    if (!bytes) {
      bytes = nameBytes({name, value: null});
      this.#known.set(name, bytes);
    }
    return bytes;
  }
}
