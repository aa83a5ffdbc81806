import {crc32c} from '../../../source/wire/crc-32c.ts';
import {randomNumbers} from '../../support/random-numbers.ts';

export type Mutated = {
  /** In words and numbers, for the report. */
  readonly what: string;
  /** What is sent instead of the answer. */
  readonly bytes: readonly Buffer[];
};

const lengthSize = 4;
/** Where the content begins: behind the length and the number of the request. */
const contentAt = 8;
const int32s = [0, -1, 1, 2 ** 31 - 1, -(2 ** 31), 65_536, 50_000_000, 1_000_000_000, -2];
const int16s = [0, -1, 32_767, -32_768, 1, 3, 87];
const frameLengths = [0, 1, 2, 3, 4, -1, -(2 ** 31), 2 ** 31 - 1, 2 ** 30, 200 * 1024 * 1024];
const http = Buffer.from('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');

type Mutation = {
  readonly name: string;
  /** How often, beside the others. */
  readonly weight: number;
  make(frame: Buffer, below: (most: number) => number): {where: string; bytes: readonly Buffer[]};
};

const mutations: readonly Mutation[] = [
  {name: 'bits flipped', weight: 20, make: changed((copy, at, below) => flip(copy, at, below))},
  {
    name: 'a byte changed',
    weight: 12,
    make: changed((copy, at, below) => copy.writeUInt8([0, 1, 0x7f, 0x80, 0xff, below(256)][below(6)]!, at)),
  },
  {
    name: 'a length or count changed',
    weight: 22,
    make: changed((copy, at, below) => copy.writeInt32BE(int32s[below(int32s.length)]!, at), 4),
  },
  {
    name: 'a short length or error changed',
    weight: 10,
    make: changed((copy, at, below) => copy.writeInt16BE(int16s[below(int16s.length)]!, at), 2),
  },
  {
    name: 'a varint without end',
    weight: 6,
    make: changed((copy, at, below) => copy.fill(0xff, at, Math.min(copy.length, at + 4 + below(8))), 4),
  },
  {
    name: 'zeros',
    weight: 3,
    make: changed((copy, at, below) => copy.fill(0, at, Math.min(copy.length, at + 1 + below(40)))),
  },
  {
    name: 'two parts swapped',
    weight: 6,
    make: changed((copy, at, below) => {
      const other = contentAt + below(copy.length - contentAt);
      const size = Math.min(1 + below(32), copy.length - Math.max(at, other));
      const kept = Buffer.from(copy.subarray(at, at + size));
      copy.copy(copy, at, other, other + size);
      kept.copy(copy, other);
    }),
  },
  {
    name: 'cut off',
    weight: 10,
    make(frame, below) {
      const size = lengthSize + below(frame.length - lengthSize);
      return {where: `to ${size} of ${frame.length}`, bytes: [withLength(frame.subarray(0, size))]};
    },
  },
  {
    name: 'longer',
    weight: 5,
    make(frame, below) {
      const noise = noiseOf(1 + below(200), below);
      return {where: `by ${noise.length}`, bytes: [withLength(Buffer.concat([frame, noise]))]};
    },
  },
  {
    name: 'something put in between',
    weight: 4,
    make(frame, below) {
      const at = contentAt + below(frame.length - contentAt + 1);
      const whole = Buffer.concat([frame.subarray(0, at), noiseOf(1 + below(20), below), frame.subarray(at)]);
      return {where: `at ${at}`, bytes: [withLength(whole)]};
    },
  },
  {
    name: 'noise instead',
    weight: 4,
    make(frame, below) {
      const noise = noiseOf(frame.length, below);
      frame.copy(noise, 0, 0, contentAt);
      return {where: `${noise.length - contentAt} bytes`, bytes: [noise]};
    },
  },
  {
    name: 'noise without a frame',
    weight: 1,
    make: (_, below) => ({where: '', bytes: [noiseOf(1 + below(300), below)]}),
  },
  {name: 'HTTP', weight: 0.5, make: () => ({where: '', bytes: [http]})},
  {
    name: 'another length of the frame',
    weight: 2,
    make(frame, below) {
      const copy = Buffer.from(frame);
      copy.writeInt32BE(frameLengths[below(frameLengths.length)]!);
      return {where: String(copy.readInt32BE()), bytes: [copy]};
    },
  },
  {
    name: 'another number of the request',
    weight: 2,
    make(frame, below) {
      const copy = Buffer.from(frame);
      copy.writeInt32BE([copy.readInt32BE(4) + 1, copy.readInt32BE(4) - 1, -1, 2 ** 31 - 1][below(4)]!, 4);
      return {where: String(copy.readInt32BE(4)), bytes: [copy]};
    },
  },
  {name: 'twice', weight: 3, make: frame => ({where: '', bytes: [frame, frame]})},
  // Who waits for it waits until the deadline: rare, so that a drill gets on.
  {name: 'dropped', weight: 0.5, make: () => ({where: '', bytes: []})},
];

const weights = mutations.reduce((sum, {weight}) => sum + weight, 0);

/** The answer as a stranger, or a bad way, could make it; always the same for the same frame and seed. */
export function mutated(frame: Buffer, seed: number): Mutated {
  const random = randomNumbers(seed);
  const below = (most: number) => Math.floor(random() * most);
  const {name, make} = chosen(random() * weights);
  const {where, bytes} = make(frame, below);
  return {what: where === '' ? name : `${name} ${where}`, bytes};
}

/** The same for the records of a partition: one or several changes in them; every second time the checksum is made right. */
export function mutatedRecords(records: Buffer, seed: number): {what: string; records: Buffer} {
  const random = randomNumbers(seed);
  const below = (most: number) => Math.floor(random() * most);
  const copy = Buffer.from(records);
  const places: number[] = [];
  for (let changes = 1 + below(4); changes > 0; changes--) {
    // The offset of a batch and its epoch are under no checksum: with another one the batch is another one.
    const at = 16 + below(Math.max(1, copy.length - 16));
    places.push(at);
    if (below(3) === 0 && at + 4 <= copy.length) copy.writeInt32BE(int32s[below(int32s.length)]!, at);
    else flip(copy, at, below);
  }
  const isSealed = below(2) === 0 && copy.length > 61;
  if (isSealed) {
    const size = Math.min(copy.length, Math.max(61, 12 + copy.readInt32BE(8)));
    copy.writeUInt32BE(crc32c(copy, 21, size), 17);
  }
  const cut = below(10) === 0 ? copy.subarray(0, below(copy.length)) : copy;
  return {
    what: `records at ${places.join(', ')}${isSealed ? ', sealed' : ''}, ${cut.length} bytes`,
    records: cut,
  };
}

function chosen(weight: number): Mutation {
  let left = weight;
  for (const each of mutations) {
    left -= each.weight;
    if (left < 0) return each;
  }
  return mutations[0]!;
}

function changed(
  change: (copy: Buffer, at: number, below: (most: number) => number) => unknown,
  size = 1,
): Mutation['make'] {
  return (frame, below) => {
    const copy = Buffer.from(frame);
    if (copy.length < contentAt + size) return {where: 'nowhere', bytes: [copy]};
    const at = contentAt + below(copy.length - contentAt - size + 1);
    change(copy, at, below);
    return {where: `at ${at}`, bytes: [copy]};
  };
}

function flip(copy: Buffer, at: number, below: (most: number) => number): void {
  copy[at]! ^= 1 << below(8);
}

function withLength(frame: Buffer): Buffer {
  const copy = Buffer.from(frame);
  copy.writeInt32BE(copy.length - lengthSize);
  return copy;
}

function noiseOf(length: number, below: (most: number) => number): Buffer {
  return Buffer.from(Array.from({length}, () => below(256)));
}
