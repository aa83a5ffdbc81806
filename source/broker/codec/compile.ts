import type {Field, Fields, Kind} from './fields.ts';
import {MalformedError, Reader} from './reader.ts';
import {Writer} from './writer.ts';

type Read = (reader: Reader) => unknown;
type Write = (writer: Writer, value: unknown) => void;
type Shape = Record<string, unknown>;

/** Makes one closure that reads a message in one version. `flexible`: compact lengths and tagged fields. */
export function compileReader(fields: Fields, version: number, flexible: boolean): Read {
  const absent: [string, unknown][] = [];
  const plain: [string, Read][] = [];
  const tagged = new Map<number, [string, Read]>();
  for (const [name, field] of Object.entries(fields)) {
    const present = version >= field.since && version <= field.until;
    if (present && field.tag === undefined) plain.push([name, readerOf(field, version, flexible)]);
    else {
      absent.push([name, field.fallback]);
      if (present) tagged.set(field.tag!, [name, readerOf(field, version, flexible)]);
    }
  }
  return reader => {
    const value: Shape = {};
    for (const [name, fallback] of absent) value[name] = fallback;
    for (const [name, read] of plain) value[name] = read(reader);
    if (flexible) {
      for (let tags = reader.unsignedVarInt(); tags > 0; tags--) {
        const known = tagged.get(reader.unsignedVarInt());
        const own = reader.take(reader.unsignedVarInt());
        if (known) value[known[0]] = known[1](new Reader(own));
      }
    }
    return value;
  };
}

/** Makes one closure that writes a message in one version. */
export function compileWriter(fields: Fields, version: number, flexible: boolean): Write {
  const plain: [string, Write, unknown][] = [];
  const tagged: [string, Write, number][] = [];
  for (const [name, field] of Object.entries(fields)) {
    if (version < field.since || version > field.until) continue;
    const write = writerOf(field, version, flexible);
    if (field.tag === undefined) plain.push([name, write, field.fallback]);
    else tagged.push([name, write, field.tag]);
  }
  tagged.sort((left, right) => left[2] - right[2]);
  return (writer, given) => {
    const value = given as Shape;
    for (const [name, write, fallback] of plain) {
      const own = value[name];
      write(writer, own === undefined ? fallback : own);
    }
    if (!flexible) return;
    const present = tagged.filter(([name]) => value[name] !== undefined);
    writer.unsignedVarInt(present.length);
    for (const [name, write, tag] of present) {
      const inner = new Writer();
      write(inner, value[name]);
      writer.unsignedVarInt(tag);
      writer.unsignedVarInt(inner.length);
      for (const piece of inner.finish()) writer.raw(piece);
    }
  };
}

function readerOf({kind, nullable}: Field<unknown>, version: number, flexible: boolean): Read {
  return readKind(kind, version, flexible, version >= nullable);
}

function readKind(kind: Kind, version: number, flexible: boolean, nullable: boolean): Read {
  const orNull = (length: number, read: (length: number) => unknown) => {
    if (length >= 0) return read(length);
    if (length === -1 && nullable) return null;
    throw new MalformedError(`a length of ${length}`);
  };
  const shortLength: (reader: Reader) => number = flexible
    ? reader => reader.unsignedVarInt() - 1
    : reader => reader.int16();
  const longLength: (reader: Reader) => number = flexible
    ? reader => reader.unsignedVarInt() - 1
    : reader => reader.int32();
  switch (kind.name) {
    case 'bool':
      return reader => reader.int8() !== 0;
    case 'int8':
    case 'int16':
    case 'uint16':
    case 'int32':
    case 'int64':
    case 'float64': {
      const {name} = kind;
      return reader => reader[name]();
    }
    case 'uuid':
      return reader => reader.take(16);
    case 'text':
      return reader => orNull(shortLength(reader), length => reader.text(length));
    case 'bytes':
    case 'records':
      return reader => orNull(longLength(reader), length => reader.take(length));
    case 'struct':
      return compileReader(kind.fields, version, flexible);
    case 'list': {
      const read = readKind(kind.of, version, flexible, false);
      return reader =>
        orNull(longLength(reader), length => {
          reader.elements(length);
          const values: unknown[] = [];
          for (let index = 0; index < length; index++) values.push(read(reader));
          return values;
        });
    }
  }
}

function writerOf({kind, nullable}: Field<unknown>, version: number, flexible: boolean): Write {
  return writeKind(kind, version, flexible, version >= nullable);
}

function writeKind(kind: Kind, version: number, flexible: boolean, nullable: boolean): Write {
  const shortLength: (writer: Writer, length: number) => void = flexible
    ? (writer, length) => writer.unsignedVarInt(length + 1)
    : (writer, length) => writer.int16(length);
  const longLength: (writer: Writer, length: number) => void = flexible
    ? (writer, length) => writer.unsignedVarInt(length + 1)
    : (writer, length) => writer.int32(length);
  const nothing = nullable ? -1 : 0;
  switch (kind.name) {
    case 'bool':
      return (writer, value) => writer.int8(value ? 1 : 0);
    case 'int8':
    case 'int16':
    case 'uint16':
    case 'int32':
    case 'float64': {
      const {name} = kind;
      return (writer, value) => writer[name](value as number);
    }
    case 'int64':
      return (writer, value) => writer.int64(value as bigint);
    case 'uuid':
      return (writer, value) => writer.raw(value as Buffer);
    case 'text':
      return (writer, value) => {
        if (value === null) return shortLength(writer, nothing);
        const length = Buffer.byteLength(value as string);
        shortLength(writer, length);
        writer.text(value as string, length);
      };
    case 'bytes':
    case 'records':
      return (writer, value) => {
        if (value === null) return longLength(writer, nothing);
        longLength(writer, (value as Buffer).length);
        writer.raw(value as Buffer);
      };
    case 'struct':
      return compileWriter(kind.fields, version, flexible);
    case 'list': {
      const write = writeKind(kind.of, version, flexible, false);
      return (writer, value) => {
        if (value === null) return longLength(writer, nothing);
        const values = value as unknown[];
        longLength(writer, values.length);
        for (const each of values) write(writer, each);
      };
    }
  }
}
