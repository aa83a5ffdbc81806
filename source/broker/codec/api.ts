import {compileReader, compileWriter} from './compile.ts';
import type {Draft, Fields, Value} from './fields.ts';
import type {Reader} from './reader.ts';
import type {Writer} from './writer.ts';

export type ApiDefinition<Q extends Fields, A extends Fields> = {
  readonly key: number;
  /** First and last version that is served. */
  readonly versions: readonly [number, number];
  /** What ApiVersions says instead, where that must be more than is served. */
  readonly advertised?: readonly [number, number];
  /** Compact types and tagged fields from this version on. */
  readonly flexible: number;
  readonly request: Q;
  readonly response: A;
};

/** One API of Kafka's protocol: its messages in all versions that are served. */
export class Api<Q extends Fields = Fields, A extends Fields = Fields> {
  readonly name: string;
  readonly key: number;
  readonly first: number;
  readonly last: number;
  readonly advertised: readonly [number, number];
  readonly flexibleSince: number;
  readonly request: Q;
  readonly response: A;
  readonly #compiled = new Map<string, unknown>();

  constructor(name: string, definition: ApiDefinition<Q, A>) {
    this.name = name;
    this.key = definition.key;
    [this.first, this.last] = definition.versions;
    this.advertised = definition.advertised ?? definition.versions;
    this.flexibleSince = definition.flexible;
    this.request = definition.request;
    this.response = definition.response;
  }

  serves(version: number): boolean {
    return version >= this.first && version <= this.last;
  }

  isFlexible(version: number): boolean {
    return version >= this.flexibleSince;
  }

  readRequest(reader: Reader, version: number): Value<Q> {
    return this.#once(`read request ${version}`, () =>
      compileReader(this.request, version, this.isFlexible(version)),
    )(reader) as Value<Q>;
  }

  writeResponse(writer: Writer, version: number, value: Draft<Value<A>>): void {
    this.#once(`write response ${version}`, () =>
      compileWriter(this.response, version, this.isFlexible(version)),
    )(writer, value);
  }

  /** The other direction, for tests that speak to the broker byte by byte. */
  writeRequest(writer: Writer, version: number, value: Draft<Value<Q>>): void {
    this.#once(`write request ${version}`, () =>
      compileWriter(this.request, version, this.isFlexible(version)),
    )(writer, value);
  }

  readResponse(reader: Reader, version: number): Value<A> {
    return this.#once(`read response ${version}`, () =>
      compileReader(this.response, version, this.isFlexible(version)),
    )(reader) as Value<A>;
  }

  #once<T>(key: string, make: () => T): T {
    const known = this.#compiled.get(key);
    if (known) return known as T;
    const made = make();
    this.#compiled.set(key, made);
    return made;
  }
}

export type RequestOf<T> = T extends Api<infer Q, Fields> ? Value<Q> : never;
export type ResponseOf<T> = T extends Api<Fields, infer A> ? Draft<Value<A>> : never;
