import type {Known} from '../../flow/delivery.ts';
import {tenths} from './result-record.ts';
import type {Results} from './results-in-order.ts';

type Acknowledged = Extract<Known, {status: 'acknowledged'}>;
/** What all lines of records that went together have in common: before the offset, and after it. */
type Common = {readonly state: Acknowledged; readonly start: Buffer; readonly middle: Buffer};

const blockBytes = 64 * 1024;
/** More than the rest of a line takes: three numbers of up to 19 digits and `,"line":`. */
const mostOfRest = 80;

/**
 * The lines of JSON that `resultRecord` makes of acknowledged results, collected in bytes that are used again and written
 * block by block: made as texts each would take a dozen short-lived objects, and there may be millions of them.
 */
export class AcknowledgedLines {
  readonly #start: string;
  /** By partition, of the records of which some were told last. */
  readonly #common: Common[] = [];
  readonly #write: (lines: Buffer) => void;
  readonly #bytes = Buffer.allocUnsafe(blockBytes);
  #at = 0;

  /** `write` takes lines, whose bytes are written over afterwards. */
  constructor(topic: string, write: (lines: Buffer) => void) {
    this.#write = write;
    this.#start = `{"status":"acknowledged","topic":${JSON.stringify(topic)},"partition":`;
  }

  add({number, count, from, lineOf}: Results, state: Acknowledged): void {
    const {start, middle} = this.#commonOf(state);
    const length = start.length + middle.length + mostOfRest;
    const first = state.offset + BigInt(from);
    const isNear = first <= mostInInteger - count;
    const near = Number(first);
    for (let index = 0; index < count; index++) {
      if (this.#at + length > this.#bytes.length) this.flush();
      this.#copy(start);
      this.#digits(isNear ? near + index : first + BigInt(index));
      this.#copy(middle);
      this.#digits(number + index);
      const line = lineOf(number + index);
      if (line !== undefined) {
        this.#copy(beforeLine);
        this.#digits(line);
      }
      this.#copy(end);
    }
  }

  /** Writes what was added and is not written yet. */
  flush(): void {
    if (this.#at === 0) return;
    const lines = this.#bytes.subarray(0, this.#at);
    this.#at = 0;
    this.#write(lines);
  }

  #commonOf(state: Acknowledged): Common {
    const {partition, timestamp, latencyMs} = state;
    let common = this.#common[partition];
    if (common?.state !== state) {
      common = {
        state,
        start: Buffer.from(`${this.#start}${partition},"offset":"`),
        middle: Buffer.from(`","timestamp":${timestamp},"latencyMs":${tenths(latencyMs)},"number":`),
      };
      this.#common[partition] = common;
    }
    return common;
  }

  #copy(bytes: Buffer): void {
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** A whole number from 0 on in decimal digits. */
  #digits(value: number | bigint): void {
    if (typeof value === 'bigint' || value > mostInInteger) {
      this.#at += this.#bytes.write(String(value), this.#at, 'latin1');
      return;
    }
    let digits = 1;
    for (let power = 10; power <= value; power *= 10) digits++;
    this.#at += digits;
    let left = value;
    for (let at = this.#at - 1; digits > 0; digits--, at--) {
      const tens = (left / 10) | 0;
      this.#bytes[at] = zero + left - tens * 10;
      left = tens;
    }
  }
}

const zero = 0x30;
/** What is quickest to divide. */
const mostInInteger = 2 ** 31 - 1;
const beforeLine = Buffer.from(',"line":');
const end = Buffer.from('}\n');
