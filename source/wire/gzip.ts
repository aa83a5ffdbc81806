import zlib from 'node:zlib';

/** Bits of a member's flags (RFC 1952): what stands in its head. */
const flags = {checksum: 0x02, extra: 0x04, name: 0x08, comment: 0x10};
const fixedHead = 10;
/** Checksum and length behind each member. */
const tail = 8;

/**
 * The members of gzip that `bytes` begin with, without what else is behind them: Java and librdkafka pass over that, and
 * Node refuses all because of it. null: there is nothing behind, or no member. Throws where one of them is cut off.
 */
export function membersOnly(bytes: Buffer, most: number): Buffer | null {
  let at = 0;
  for (let head = endOfHead(bytes, at); head !== null; head = endOfHead(bytes, at)) {
    const options = {maxOutputLength: most, info: true};
    const {engine} = zlib.inflateRawSync(bytes.subarray(head), options) as unknown as {
      engine: {bytesWritten: number};
    };
    at = head + engine.bytesWritten + tail;
  }
  return at === 0 || at >= bytes.length ? null : bytes.subarray(0, at);
}

/** Where what is compressed begins; null: no member begins at `start`. */
function endOfHead(bytes: Buffer, start: number): number | null {
  const isMember = bytes[start] === 0x1f && bytes[start + 1] === 0x8b && bytes[start + 2] === 8;
  if (!isMember || start + fixedHead > bytes.length) return null;
  const set = bytes[start + 3]!;
  let at = start + fixedHead;
  if (set & flags.extra) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
  for (const text of [flags.name, flags.comment]) {
    if ((set & text) === 0) continue;
    const end = bytes.indexOf(0, at);
    if (end < 0) return null;
    at = end + 1;
  }
  if (set & flags.checksum) at += 2;
  return at < bytes.length ? at : null;
}
