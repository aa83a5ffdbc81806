import {describe, expect, it} from 'vitest';
import {Memory} from '../../source/broker/log/memory.ts';
import {type LogRules, PartitionLog} from '../../source/broker/log/partition-log.ts';
import {bytesPerProducer} from '../../source/broker/log/producers.ts';
import {ManualClock} from './support/manual-clock.ts';
import {recordBatch} from './support/record-batch.ts';

const kafkaRules: LogRules = {
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

function newLog(rules: Partial<LogRules> = {}, limit = 1_000_000, producers = new Memory(1_000_000)) {
  const clock = new ManualClock();
  const memory = new Memory(limit);
  const log = new PartitionLog(
    memory,
    producers,
    () => ({...kafkaRules, ...rules}),
    () => clock.now(),
  );
  /** A batch of one record that fills most of a segment. */
  const fillSegment = (timestamp = clock.now()) =>
    log.append(recordBatch({timestamps: [timestamp], size: 700}));
  return {clock, memory, log, fillSegment};
}

describe('what a partition retains', () => {
  it('by bytes: the oldest segments go while as much stays as the topic wants', () => {
    const {memory, log, fillSegment} = newLog({retentionBytes: 2000});
    for (let count = 0; count < 6; count++) fillSegment();
    const before = memory.used;
    log.retain();
    // Segments are dropped whole: the least that is not below the limit.
    expect([log.start, log.end]).toEqual([3, 6]);
    expect(log.size).toBeGreaterThanOrEqual(2000);
    expect(memory.used).toBeLessThan(before);
  });

  it('by time: a segment goes when its newest record is too old, not before', () => {
    const {clock, log, fillSegment} = newLog({retentionMs: 1000});
    fillSegment();
    clock.pass(600);
    fillSegment();
    clock.pass(400);
    log.retain();
    expect(log.start).toBe(0);
    clock.pass(1);
    log.retain();
    expect([log.start, log.end]).toEqual([1, 2]);
    clock.pass(10_000);
    log.retain();
    expect([log.start, log.end, log.size]).toEqual([2, 2, 0]);
    // An empty log goes on where it was.
    expect(fillSegment().baseOffset).toBe(2);
  });

  it('all of it where the topic is compacted and not deleted from', () => {
    const {clock, log, fillSegment} = newLog({retentionMs: 1, retentionBytes: 1, deletes: false});
    fillSegment();
    clock.pass(10_000);
    log.retain();
    expect(log.start).toBe(0);
  });

  it('nothing beyond the memory of the broker: the append is refused, and what is there can be read', () => {
    const {log, fillSegment} = newLog({}, 3000);
    fillSegment();
    fillSegment();
    expect(() => {
      for (let count = 0; count < 5; count++) fillSegment();
    }).toThrow('are used up');
    const {end} = log;
    expect(log.read(end - 1, 1, true).length).toBeGreaterThan(700);
    log.deleteBelow(-1);
    expect(fillSegment().baseOffset).toBe(end);
  });
});

describe('a batch of an idempotent producer', () => {
  const send = (log: PartitionLog, sequence: number, {count = 2, epoch = 0, id = 7n} = {}) =>
    log.append(recordBatch({timestamps: new Array(count).fill(0), producer: {id, epoch, sequence}}))
      .baseOffset;

  it('sent again is not appended again, and gets its first offset; up to five batches back', () => {
    const {log} = newLog();
    const offsets = [0, 2, 4, 6, 8].map(sequence => send(log, sequence));
    expect(offsets).toEqual([0, 2, 4, 6, 8]);
    expect([0, 2, 4, 6, 8].map(sequence => send(log, sequence))).toEqual(offsets);
    expect(log.end).toBe(10);
    send(log, 10);
    expect(() => send(log, 0)).toThrow('Sequence 0 where 12 was expected');
    expect(log.end).toBe(12);
  });

  it('out of order is refused, and its right successor still taken', () => {
    const {log} = newLog();
    send(log, 0);
    expect(() => send(log, 4)).toThrow('Sequence 4 where 2 was expected');
    expect(() => send(log, 0, {count: 3})).toThrow('Sequence 0 where 2 was expected');
    expect(send(log, 2)).toBe(2);
  });

  it('counts on from zero after the greatest sequence', () => {
    const {log} = newLog();
    const greatest = 2 ** 31 - 1;
    send(log, greatest - 1);
    expect(send(log, 0)).toBe(2);
    // And within a batch.
    const across = newLog().log;
    send(across, greatest, {count: 3});
    expect(send(across, 2)).toBe(3);
    expect(send(across, greatest, {count: 3})).toBe(0);
  });

  it('of an older epoch is refused; a new epoch begins at zero', () => {
    const {log} = newLog();
    send(log, 0, {epoch: 1});
    expect(() => send(log, 2, {epoch: 0})).toThrow('A newer producer');
    expect(() => send(log, 2, {epoch: 2})).toThrow('Sequence 2 where 0 was expected');
    expect(send(log, 0, {epoch: 2})).toBe(2);
  });

  it('is remembered within bounds: in the place of the one silent for longest, else it is refused', () => {
    const producers = new Memory(2 * bytesPerProducer);
    const {log} = newLog({}, 1_000_000, producers);
    const other = newLog({}, 1_000_000, producers).log;
    for (const id of [1n, 2n, 1n, 3n]) send(log, id === 1n && log.end > 2 ? 2 : 0, {id});
    expect(log.producers().map(({id}) => id)).toEqual([1n, 3n]);
    expect(() => send(other, 0)).toThrow('can remember no more producers');
    expect(other.end).toBe(0);
    // One without idempotence needs none of it, nor does the marker of a transaction.
    other.append(recordBatch({timestamps: [0]}));
    other.decide(7n, 0, true);
    log.close();
    expect(producers.used).toBe(0);
    expect(send(other, 0)).toBe(2);
  });

  it('is held against its own producer only', () => {
    const {log} = newLog();
    send(log, 0);
    expect(send(log, 0, {id: 8n})).toBe(2);
  });
});

describe('an offset by time', () => {
  it('is that of the first record that is not older', () => {
    const {log} = newLog();
    log.append(recordBatch({timestamps: [1000, 1500, 1200]}));
    log.append(recordBatch({timestamps: [2000], size: 700}));
    log.append(recordBatch({timestamps: [3000, 3100], size: 700}));
    const at = (timestamp: number) => log.findTimestamp(timestamp);
    expect(at(0)).toEqual({offset: 0, timestamp: 1000});
    expect(at(1001)).toEqual({offset: 1, timestamp: 1500});
    expect(at(1501)).toEqual({offset: 3, timestamp: 2000});
    expect(at(3100)).toEqual({offset: 5, timestamp: 3100});
    expect(at(3101)).toBeNull();
    expect(log.newest()).toEqual({offset: 5, timestamp: 3100});
  });

  it('is never one that was deleted', () => {
    const {log} = newLog();
    log.append(recordBatch({timestamps: [1000, 2000, 3000]}));
    log.deleteBelow(2);
    expect(log.findTimestamp(0)!.offset).toBe(2);
  });

  it("is the broker's time where the topic says so", () => {
    const {clock, log} = newLog({appendTime: true});
    clock.pass(5000);
    expect(log.append(recordBatch({timestamps: [1, 2]})).appendTime).toBe(5000);
    expect(log.findTimestamp(3)).toEqual({offset: 0, timestamp: 5000});
  });
});
