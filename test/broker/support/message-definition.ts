import {parse} from 'jsonc-parser';
import type {Field, Fields, Kind} from '../../../source/broker/codec/fields.ts';

/** A message's definition as Apache Kafka's jar holds it; versions are `3`, `3+`, `1-4` or `none`. */
export type Definition = {
  readonly name: string;
  readonly apiKey: number;
  readonly validVersions: string;
  readonly flexibleVersions: string;
  readonly fields: readonly DefinedField[];
  readonly commonStructs?: readonly {readonly name: string; readonly fields: readonly DefinedField[]}[];
};

type DefinedField = {
  readonly name: string;
  readonly type: string;
  readonly versions: string;
  readonly nullableVersions?: string;
  readonly taggedVersions?: string;
  readonly tag?: number;
  readonly fields?: readonly DefinedField[];
};

export function definitionOf(text: string): Definition {
  return parse(text) as Definition;
}

export function isIn(version: number, range: string | undefined): boolean {
  if (range === undefined || range === 'none') return false;
  const [, first, more, last] = /^(\d+)(?:(\+)|-(\d+))?$/.exec(range)!;
  return version >= Number(first) && (more !== undefined || version <= Number(last ?? first));
}

/** One line a field, in the order on the wire; what is inside a field stands indented below it, tagged fields last. */
export type Shape = readonly string[];

/** What the definition says that a message of this version is. */
export function shapeDefined(definition: Definition, version: number): Shape {
  const shape = (fields: readonly DefinedField[]): Shape =>
    inOrder(
      fields
        .filter(field => isIn(version, field.versions))
        .map(field => {
          const element = field.type.replace(/^\[\]/, '');
          const inner =
            field.fields ?? definition.commonStructs?.find(({name}) => name === element)?.fields ?? null;
          return {
            name: field.name,
            type: field.type.replace(element, inner ? 'struct' : (ours[element] ?? element)),
            isNullable: isIn(version, field.nullableVersions),
            tag: isIn(version, field.taggedVersions) ? field.tag : undefined,
            inner: inner ? shape(inner) : [],
          };
        }),
    );
  return shape(definition.fields);
}

/** What the broker's table says that it is. */
export function shapeInTable(fields: Fields, version: number): Shape {
  return inOrder(
    Object.entries(fields)
      .filter(([, field]) => version >= field.since && version <= field.until)
      .map(([name, field]: [string, Field<unknown>]) => {
        const {kind} = field;
        const element = kind.name === 'list' ? kind.of : kind;
        return {
          name,
          type: typeOf(kind),
          isNullable: version >= field.nullable,
          tag: field.tag,
          inner: element.name === 'struct' ? shapeInTable(element.fields, version) : [],
        };
      }),
  );
}

const ours: Readonly<Record<string, string>> = {string: 'text'};

type Line = {
  readonly name: string;
  readonly type: string;
  readonly isNullable: boolean;
  readonly tag: number | undefined;
  readonly inner: Shape;
};

function inOrder(lines: readonly Line[]): Shape {
  return [...lines]
    .sort((left, right) => (left.tag ?? -1) - (right.tag ?? -1))
    .flatMap(({name, type, isNullable, tag, inner}) => [
      `${name.toLowerCase()}: ${type}${isNullable ? ' or null' : ''}${tag === undefined ? '' : `, tag ${tag}`}`,
      ...inner.map(line => `  ${line}`),
    ]);
}

function typeOf(kind: Kind): string {
  return kind.name === 'list' ? `[]${typeOf(kind.of)}` : kind.name;
}
