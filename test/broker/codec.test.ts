import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Fields, Kind} from '../../source/broker/codec/fields.ts';
import {Reader} from '../../source/broker/codec/reader.ts';
import {Writer} from '../../source/broker/codec/writer.ts';
import {apis} from '../../source/broker/messages/index.ts';

/** Any message of these fields in this version, with nothing that the version does not have. */
function anyMessage(fields: Fields, version: number): fc.Arbitrary<unknown> {
  const present = Object.entries(fields).filter(
    ([, field]) => version >= field.since && version <= field.until && field.tag === undefined,
  );
  return fc.record(
    Object.fromEntries(
      present.map(([name, field]) => [
        name,
        version >= field.nullable ? fc.option(any(field.kind, version)) : any(field.kind, version),
      ]),
    ),
    {noNullPrototype: true},
  );
}

function any(kind: Kind, version: number): fc.Arbitrary<unknown> {
  const bytes = fc.uint8Array({maxLength: 40}).map(each => Buffer.from(each));
  switch (kind.name) {
    case 'bool':
      return fc.boolean();
    case 'int8':
      return fc.integer({min: -128, max: 127});
    case 'int16':
      return fc.integer({min: -32_768, max: 32_767});
    case 'uint16':
      return fc.integer({min: 0, max: 65_535});
    case 'int32':
      return fc.integer();
    case 'int64':
      return fc.bigInt({min: -(2n ** 63n), max: 2n ** 63n - 1n});
    case 'float64':
      return fc.double({noNaN: true});
    case 'text':
      return fc.string({unit: 'grapheme', maxLength: 12});
    case 'bytes':
    case 'records':
      return bytes;
    case 'uuid':
      return fc.uint8Array({minLength: 16, maxLength: 16}).map(each => Buffer.from(each));
    case 'list':
      return fc.array(any(kind.of, version), {maxLength: 3});
    case 'struct':
      return anyMessage(kind.fields, version);
  }
}

describe('the table of messages', () => {
  for (const api of Object.values(apis)) {
    it(`${api.name}: what is written is read again, in every version`, () => {
      for (let version = api.first; version <= api.last; version++) {
        for (const side of ['request', 'response'] as const) {
          fc.assert(
            fc.property(anyMessage(api[side], version), message => {
              const writer = new Writer();
              if (side === 'request') api.writeRequest(writer, version, message as never);
              else api.writeResponse(writer, version, message as never);
              const reader = new Reader(Buffer.concat(writer.finish()));
              const read =
                side === 'request' ? api.readRequest(reader, version) : api.readResponse(reader, version);
              expect(read).toMatchObject(message as object);
              expect(reader.left).toBe(0);
            }),
            {numRuns: 20},
          );
        }
      }
    });
  }
});
