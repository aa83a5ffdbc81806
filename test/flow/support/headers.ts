import type {Headers} from '../../../source/flow/message.ts';

export type HeaderPair = readonly [name: string, value: string | Uint8Array | null];

/** Headers in this order; text for its bytes. */
export function headersOf(...pairs: readonly HeaderPair[]): Headers {
  return pairs.map(([name, value]) => ({
    name,
    value: typeof value === 'string' ? Buffer.from(value) : value,
  }));
}
