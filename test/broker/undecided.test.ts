import fc from 'fast-check';
import {expect, it} from 'vitest';
import {offsetBehind} from '../../source/broker/log/batch.ts';
import {Memory} from '../../source/broker/log/memory.ts';
import {type LogRules, PartitionLog} from '../../source/broker/log/partition-log.ts';
import {recordBatch} from './support/record-batch.ts';

const rules: LogRules = {
  maxMessageBytes: 1_048_588,
  segmentBytes: 1024,
  segmentMs: 604_800_000,
  retentionMs: -1,
  retentionBytes: -1,
  appendTime: false,
  mostBefore: Infinity,
  mostAfter: Infinity,
  compacted: false,
  deletes: true,
};

type Step =
  | {readonly does: 'write' | 'commit' | 'abort'; readonly producer: number}
  | {readonly does: 'plain'}
  | {readonly does: 'delete'; readonly share: number};

const steps = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        does: fc.constantFrom('write', 'commit', 'abort'),
        producer: fc.nat(3),
      }) as fc.Arbitrary<Step>,
    },
    {weight: 2, arbitrary: fc.constant<Step>({does: 'plain'})},
    {weight: 1, arbitrary: fc.record({does: fc.constant('delete' as const), share: fc.nat(100)})},
  ),
  {maxLength: 60, size: 'max'},
);

/** What a plain reading of the history says of each record. */
type Written = {
  readonly offset: number;
  readonly producer: number | null;
  state: 'open' | 'commit' | 'abort';
};

function tell(history: readonly Step[], limit = 1_000_000) {
  const memory = new Memory(limit);
  const log = new PartitionLog(
    memory,
    new Memory(1_000_000),
    () => rules,
    () => 0,
  );
  const written: Written[] = [];
  const sequences = [0, 0, 0, 0];
  for (const step of history) {
    if (step.does === 'plain') {
      const {baseOffset: offset} = log.append(recordBatch({timestamps: [0]}));
      written.push({offset, producer: null, state: 'commit'});
    } else if (step.does === 'delete') {
      log.deleteBelow(log.start + Math.floor(((log.end - log.start) * step.share) / 100));
    } else if (step.does === 'write') {
      const {producer} = step;
      const {baseOffset: offset} = log.append(
        recordBatch({
          timestamps: [0, 0],
          producer: {id: BigInt(producer), epoch: 0, sequence: sequences[producer]!},
          transactional: true,
          size: 100,
        }),
      );
      sequences[producer]! += 2;
      for (const each of [offset, offset + 1]) written.push({offset: each, producer, state: 'open'});
    } else {
      log.decide(BigInt(step.producer), 0, step.does === 'commit');
      for (const each of written) {
        if (each.producer === step.producer && each.state === 'open') each.state = step.does;
      }
    }
  }
  return {log, memory, written};
}

/** What a client makes of what it reads: it drops the records of a producer from an aborted one's first to its marker. */
function seenBy(log: PartitionLog, from: number, maxBytes: number): number[] {
  const seen: number[] = [];
  const markers = new Set<bigint>();
  for (let at = from; ; ) {
    const batches = log.read(at, maxBytes, true, log.stable);
    if (batches.length === 0) return seen;
    const aborted = log.abortedIn(at, batches);
    let waiting = [...aborted];
    markers.clear();
    for (let position = 0; position < batches.length; ) {
      const base = Number(batches.readBigInt64BE(position));
      const attributes = batches.readInt16BE(position + 21);
      const producer = batches.readBigInt64BE(position + 43);
      const last = base + batches.readInt32BE(position + 23);
      for (const each of waiting) if (each.firstOffset <= last) markers.add(each.producerId);
      waiting = waiting.filter(each => each.firstOffset > last);
      if (attributes & 0x20) markers.delete(producer);
      else if (!(attributes & 0x10 && markers.has(producer))) {
        for (let offset = base; offset <= last; offset++) if (offset >= from) seen.push(offset);
      }
      position += 12 + batches.readInt32BE(position + 8);
    }
    at = offsetBehind(batches, at);
  }
}

it('whoever reads committed records sees those before the first open transaction, in any history, from anywhere', () => {
  fc.assert(
    fc.property(
      steps,
      fc.oneof(fc.constant(0), fc.nat(100)),
      fc.constantFrom(1, 300, 100_000),
      (history, share, maxBytes) => {
        const {log, written} = tell(history);
        const open = written.filter(({state}) => state === 'open').map(({offset}) => offset);
        const stable = Math.max(log.start, Math.min(log.end, ...open));
        expect(log.stable).toBe(stable);
        const from = log.start + Math.floor(((log.end - log.start) * share) / 100);
        const wanted = written.filter(
          ({offset, state}) => offset >= from && offset < stable && state === 'commit',
        );
        expect(seenBy(log, from, maxBytes)).toEqual(wanted.map(({offset}) => offset));
        let bytes = 0;
        for (let at = from, read = log.read(at, Infinity, false, stable); read.length > 0; ) {
          bytes += read.length;
          at = offsetBehind(read, at);
          read = log.read(at, Infinity, false, stable);
        }
        expect(log.bytesFrom(from, stable)).toBe(bytes);
      },
    ),
    {numRuns: 500},
  );
});

it('a transaction that was begun can always be ended, also where the memory of the broker is used up', () => {
  fc.assert(
    fc.property(fc.integer({min: 200, max: 4000}), fc.nat(3), (limit, extra) => {
      const memory = new Memory(limit);
      const log = new PartitionLog(
        memory,
        new Memory(1_000_000),
        () => rules,
        () => 0,
      );
      const begin = (producer: number) =>
        log.append(
          recordBatch({
            timestamps: [0],
            producer: {id: BigInt(producer), epoch: 0, sequence: 0},
            transactional: true,
            size: 10 + extra,
          }),
        );
      let begun = 0;
      try {
        for (; begun < 1000; begun++) begin(begun);
      } catch (error) {
        expect(String(error)).toContain('used up');
      }
      for (let producer = 0; producer < begun; producer++)
        log.decide(BigInt(producer), 0, producer % 2 === 0);
      expect(memory.used).toBeLessThanOrEqual(limit);
      expect(log.stable).toBe(log.end);
      expect(log.end).toBe(begun * 2);
      // Where there is nothing to decide and no room either, nothing is written.
      log.decide(99_999n, 0, true);
      expect(memory.used).toBeLessThanOrEqual(limit);
      log.close();
      expect(memory.used).toBe(0);
    }),
  );
});

it('the memory kept for markers is given back with the topic', () => {
  const {log, memory} = tell([
    {does: 'write', producer: 0},
    {does: 'write', producer: 1},
  ]);
  log.close();
  expect(memory.used).toBe(0);
});
