/**
 * The vocabulary of the message table: a message is an object of fields, a field one line. Versions are those of the
 * API; `since` and `until` include. A field that its version does not have is read as its default and not written.
 */
export type FieldOptions<T> = {
  readonly since?: number;
  readonly until?: number;
  /** Written as a tagged field (KIP-482), only where a value was given. */
  readonly tag?: number;
  /** What stands for a value that is not there; without it 0, '', false, an empty list, or null where that may be. */
  readonly default?: T;
};

export type Kind =
  | {
      readonly name:
        | 'bool'
        | 'int8'
        | 'int16'
        | 'uint16'
        | 'int32'
        | 'int64'
        | 'float64'
        | 'text'
        | 'bytes'
        | 'records'
        | 'uuid';
    }
  | {readonly name: 'list'; readonly of: Kind}
  | {readonly name: 'struct'; readonly fields: Fields};

export type Field<T> = {
  readonly kind: Kind;
  /** Null may stand for the value from this version on. */
  readonly nullable: number;
  readonly since: number;
  readonly until: number;
  readonly tag: number | undefined;
  readonly fallback: T;
};

// biome-ignore lint/suspicious/noExplicitAny: a field of any type
export type Fields = {readonly [name: string]: Field<any>};

/** What reading gives: every field. */
export type Value<F extends Fields> = {[K in keyof F]: F[K] extends Field<infer T> ? T : never};

/** What writing takes: what is left out has its default. */
export type Draft<T> = T extends Buffer | null
  ? T
  : T extends readonly (infer E)[]
    ? readonly Draft<E>[]
    : T extends object
      ? {readonly [K in keyof T]?: Draft<T[K]>}
      : T;

const noUuid = Buffer.alloc(16);
const noBytes = Buffer.alloc(0);

function field<T>(kind: Kind, fallback: T, options: FieldOptions<T>, nullable = Infinity): Field<T> {
  return {
    kind,
    nullable,
    since: options.since ?? 0,
    until: options.until ?? Infinity,
    tag: options.tag,
    fallback: 'default' in options ? (options.default as T) : fallback,
  };
}

type Options<T> = FieldOptions<T>;

export const bool = (options: Options<boolean> = {}) => field<boolean>({name: 'bool'}, false, options);
export const int8 = (options: Options<number> = {}) => field<number>({name: 'int8'}, 0, options);
export const int16 = (options: Options<number> = {}) => field<number>({name: 'int16'}, 0, options);
export const uint16 = (options: Options<number> = {}) => field<number>({name: 'uint16'}, 0, options);
export const int32 = (options: Options<number> = {}) => field<number>({name: 'int32'}, 0, options);
export const int64 = (options: Options<bigint> = {}) => field<bigint>({name: 'int64'}, 0n, options);
export const float64 = (options: Options<number> = {}) => field<number>({name: 'float64'}, 0, options);
export const text = (options: Options<string> = {}) => field<string>({name: 'text'}, '', options);
export const bytes = (options: Options<Buffer> = {}) => field<Buffer>({name: 'bytes'}, noBytes, options);
export const uuid = (options: Options<Buffer> = {}) => field<Buffer>({name: 'uuid'}, noUuid, options);

/** Null is allowed from version `nullable` on; before, an empty text stands for it. */
export const textOrNull = (nullable: number, options: Options<string | null> = {}) =>
  field<string | null>({name: 'text'}, null, options, nullable);
export const bytesOrNull = (nullable: number, options: Options<Buffer | null> = {}) =>
  field<Buffer | null>({name: 'bytes'}, null, options, nullable);
/** Record batches as they are. */
export const records = (nullable: number, options: Options<Buffer | null> = {}) =>
  field<Buffer | null>({name: 'records'}, null, options, nullable);

/** A list of primitives: `listOf(int32())`. */
export const listOf = <T>(of: Field<T>, options: Options<T[]> = {}) =>
  field<T[]>({name: 'list', of: of.kind}, [], options);
export const listOfOrNull = <T>(nullable: number, of: Field<T>, options: Options<T[] | null> = {}) =>
  field<T[] | null>({name: 'list', of: of.kind}, null, options, nullable);

export const list = <F extends Fields>(fields: F, options: Options<Value<F>[]> = {}) =>
  field<Value<F>[]>({name: 'list', of: {name: 'struct', fields}}, [], options);
export const listOrNull = <F extends Fields>(
  nullable: number,
  fields: F,
  options: Options<Value<F>[] | null> = {},
) => field<Value<F>[] | null>({name: 'list', of: {name: 'struct', fields}}, null, options, nullable);

/** Only ever a tagged field here. */
export const struct = <F extends Fields>(fields: F, options: Options<Value<F> | undefined> = {}) =>
  field<Value<F> | undefined>({name: 'struct', fields}, undefined, options);
