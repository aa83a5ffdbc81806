import Decoder from 'kafkajs/src/protocol/decoder.js';
import {MalformedAnswer} from './reader.ts';

/**
 * Checks what KafkaJS's decoder reads against the bytes that are there. By itself it makes room for as many items as an
 * answer claims, goes back where a length is negative (so that a small answer is read for ever), and cuts texts short
 * without a word. What does not fit is a MalformedAnswer, as with our own `Reader`.
 */
export function guardDecoder(): void {
  const {prototype} = Decoder;
  const numbers = {readInt8: 1, readInt16: 2, readInt32: 4, readInt64: 8, readDouble: 8} as const;
  for (const [name, size] of Object.entries(numbers) as [keyof typeof numbers, number][]) {
    const read = prototype[name] as (this: Decoder) => never;
    prototype[name] = function (this: Decoder) {
      if (size > this.buffer.length - this.offset) throw endsTooEarly(this, size);
      return read.call(this);
    };
  }

  prototype.readString = function () {
    return text(this, this.readInt16());
  };
  prototype.readVarIntString = function () {
    return text(this, this.readVarInt());
  };
  prototype.readUVarIntString = function () {
    return text(this, this.readUVarInt() - 1);
  };
  prototype.readBytes = function (this: Decoder, length = this.readInt32()) {
    return bytes(this, length);
  };
  prototype.readVarIntBytes = function () {
    return bytes(this, this.readVarInt());
  };
  prototype.readUVarIntBytes = function () {
    return bytes(this, this.readUVarInt() - 1);
  };

  prototype.readArray = function (read) {
    return array(this, this.readInt32(), read) ?? [];
  };
  prototype.readVarIntArray = function (read) {
    return array(this, this.readVarInt(), read) ?? [];
  };
  prototype.readUVarIntArray = function (read) {
    return array(this, this.readUVarInt() - 1, read);
  };
  prototype.readArrayAsync = async function (read) {
    const count = checkedCount(this, this.readInt32());
    const items = [];
    for (let index = 0; index < count; index++) items.push(await read(this));
    return items;
  };

  for (const name of ['readVarInt', 'readUVarInt', 'readVarLong'] as const) {
    const read = prototype[name] as (this: Decoder) => never;
    prototype[name] = function (this: Decoder) {
      const from = this.offset;
      const value = read.call(this);
      if (this.offset > this.buffer.length || this.offset - from > longestNumber)
        throw endsTooEarly(this, this.offset - from);
      return value;
    };
  }

  const {forward} = prototype;
  prototype.forward = function (size) {
    if (size < 0) throw new MalformedAnswer(`the answer has a part of ${size} bytes`);
    forward.call(this, size);
  };
}

/** Bytes of a 64-bit number in groups of seven bits. */
const longestNumber = 10;

function text(decoder: Decoder, length: number): string | null {
  return bytes(decoder, length)?.toString('utf8') ?? null;
}

/** Not copied; null for the length −1. */
function bytes(decoder: Decoder, length: number): Buffer | null {
  if (length === -1) return null;
  if (length < 0) throw new MalformedAnswer(`the answer has a text of ${length} bytes`);
  if (length > decoder.buffer.length - decoder.offset) throw endsTooEarly(decoder, length);
  const taken = decoder.buffer.subarray(decoder.offset, decoder.offset + length);
  decoder.offset += length;
  return taken;
}

/** null for the count −1. */
function array<Item>(decoder: Decoder, count: number, read: (decoder: Decoder) => Item): Item[] | null {
  if (count === -1) return null;
  const checked = checkedCount(decoder, count);
  const items: Item[] = [];
  for (let index = 0; index < checked; index++) items.push(read(decoder));
  return items;
}

/** Each item takes at least one byte, so that a count cannot be larger than what is left. */
function checkedCount({buffer, offset}: Decoder, count: number): number {
  const left = buffer.length - offset;
  if (count > left || count < -1)
    throw new MalformedAnswer(`the answer counts ${count} items, with ${left} bytes left`);
  return count;
}

function endsTooEarly({buffer, offset}: Decoder, size: number): MalformedAnswer {
  const left = Math.max(0, buffer.length - offset);
  return new MalformedAnswer(`the answer ends too early: ${size} bytes wanted at ${offset}, ${left} left`);
}
