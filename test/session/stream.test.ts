import {describe, expect, it} from 'vitest';
import type {Message} from '../../source/flow/message.ts';
import type {Failure, Outcome} from '../../source/flow/outcome.ts';
import {Stream} from '../../source/session/stream.ts';
import {message, topic} from '../flow/support/messages.ts';

const good: Outcome = {status: 'processed', durationMs: 1};
const failure: Failure = {name: 'TypeError', message: 'there is no recipient', permanent: false};
const bad: Outcome = {status: 'failed', durationMs: 2, failure, output: 'tried'};

const newStream = () => new Stream(() => 1_000_000);
const run = (partition: number, from: number, count: number) =>
  Array.from({length: count}, (_, at) => message(partition, from + at));

function handle(stream: Stream, messages: readonly Message[], outcomes?: readonly Outcome[], attempt = 1) {
  const at = {topic, partition: messages[0]!.partition};
  stream.take({type: 'handled', at, attempt, messages, outcomes: outcomes ?? messages.map(() => good)});
}

function hold(stream: Stream, held: Message, behind: readonly Message[] = []) {
  handle(stream, [held], [bad]);
  stream.take({type: 'held', message: held, failure, attempt: 1, attempts: 1, behind});
}

const shown = (stream: Stream) =>
  stream.rows.map(({partition, offset, state}) => `${partition}@${offset} ${state.status}`);

describe('the stream of messages in view', () => {
  it('shows a row for each message, in the order of arrival, with ids without gaps', () => {
    const stream = newStream();
    handle(stream, run(0, 0, 2));
    handle(stream, run(1, 7, 1));
    stream.flush();
    expect(shown(stream)).toEqual(['0@0 processed', '0@1 processed', '1@7 processed']);
    expect(stream.rows.map(({id}) => id)).toEqual([0, 1, 2]);
    expect(stream.counts.processed).toBe(3);
  });

  it('makes rows of the newest only when more come than anybody can read, and counts the others', () => {
    const stream = newStream();
    for (let at = 0; at < 100; at++) handle(stream, run(0, at * 100, 100));
    stream.flush();
    expect(stream.rows).toHaveLength(200);
    expect(stream.rows.at(-1)).toMatchObject({offset: 9999n});
    expect(stream.dropped).toBe(9800);
    expect(stream.counts.processed).toBe(10_000);
  });

  it('is bounded by rows, and what went is counted', () => {
    const stream = newStream();
    for (let at = 0; at < 100; at++) {
      handle(stream, run(0, at * 100, 100));
      stream.flush();
    }
    expect(stream.rows.length).toBeLessThanOrEqual(2000);
    expect(stream.rows.length + stream.dropped).toBe(10_000);
    expect(stream.row(stream.rows[0]!.id)).toBe(stream.rows[0]);
    expect(stream.row(0)).toBeNull();
    expect(stream.rowAt(0, 0n)).toBeNull();
    expect(stream.rowAt(0, 9999n)).toBe(stream.rows.at(-1));
  });

  it('is bounded by bytes, and keeps the beginning of a large value and how long it is', () => {
    const stream = newStream();
    const value = JSON.stringify('x'.repeat(100_000));
    for (let at = 0; at < 1500; at++) {
      handle(stream, [message(0, at, value)]);
      stream.flush();
    }
    const kept = stream.rows.reduce((sum, row) => sum + row.value!.length, 0);
    expect(kept).toBeLessThan(16 * 1024 * 1024);
    expect(stream.rows.at(-1)).toMatchObject({valueBytes: 100_002});
    expect(stream.rows.length + stream.dropped).toBe(1500);
  });

  it('shows the newest, also where its headers alone are more than all rows may take', () => {
    const stream = newStream();
    const headers = Array.from({length: 200_000}, (_, at) => ({name: `h${at}`, value: Buffer.from('x')}));
    for (let at = 0; at < 3; at++) handle(stream, [{...message(0, at), headers}]);
    stream.flush();
    expect(shown(stream)).toEqual(['0@2 processed']);
    expect(stream.dropped).toBe(2);
  });

  it('keeps copies, so that no row keeps a whole fetch in memory', () => {
    const stream = newStream();
    const fetch = Buffer.alloc(1_000_000, 'a');
    handle(stream, [{...message(0, 0), key: fetch.subarray(0, 3), value: fetch.subarray(3, 10)}]);
    stream.flush();
    const [row] = stream.rows;
    fetch.fill('b');
    expect(row!.key!.toString() + row!.value!.toString()).toBe('a'.repeat(10));
  });

  it('gives a failed message its row at once, with each attempt and what it printed', () => {
    const stream = newStream();
    const held = message(0, 5);
    handle(stream, [message(0, 4), held], [good, bad]);
    stream.take({
      type: 'retrying',
      message: held,
      failure,
      attempt: 1,
      attempts: 3,
      nextAttemptAt: 1_002_000,
    });
    expect(shown(stream)).toEqual(['0@4 processed', '0@5 retrying']);
    handle(stream, [held], [good], 2);
    expect(shown(stream)).toEqual(['0@4 processed', '0@5 processed']);
    const {attempts} = stream.rows[1]!;
    expect(attempts.map(each => [each.number, each.failure?.name ?? null, each.output])).toEqual([
      [1, 'TypeError', 'tried'],
      [2, null, undefined],
    ]);
    expect(stream.counts).toMatchObject({processed: 2, failed: 1});
  });

  it('shows what waits behind a held message, and turns both into what becomes of them', () => {
    const stream = newStream();
    const held = message(0, 5);
    hold(stream, held, run(0, 6, 2));
    expect(shown(stream)).toEqual(['0@5 held', '0@6 behind', '0@7 behind']);
    expect(stream.openRows().map(({offset}) => offset)).toEqual([5n]);
    expect(stream.rows[0]!.message).toBe(held);
    stream.take({type: 'finished', message: held, final: 'skipped', attempt: 1, failure, note: 'by hand'});
    handle(stream, run(0, 6, 3));
    expect(shown(stream)).toEqual(['0@5 skipped', '0@6 processed', '0@7 processed', '0@8 processed']);
    expect(stream.openRows()).toEqual([]);
    expect(stream.rows.every(({message: whole}) => whole === null)).toBe(true);
    expect(stream.counts).toMatchObject({processed: 3, failed: 1, skipped: 1});
  });

  it('never loses a held message from view, however much streams past it', () => {
    const stream = newStream();
    hold(stream, message(0, 5));
    const {id} = stream.openRows()[0]!;
    for (let at = 0; at < 100; at++) {
      handle(stream, run(1, at * 100, 100));
      stream.flush();
    }
    expect(stream.openRows()).toHaveLength(1);
    expect(stream.rowAt(0, 5n)).toMatchObject({state: {status: 'held'}});
    expect(stream.row(id)).toMatchObject({offset: 5n, state: {status: 'held'}});
  });

  it('gives a message that comes again a row of its own', () => {
    const stream = newStream();
    handle(stream, run(0, 0, 1));
    stream.flush();
    stream.take({type: 'moved', isGone: false, message: message(0, 1)});
    stream.take({type: 'revoked', partitions: [{topic, partition: 0}]});
    handle(stream, run(0, 0, 2));
    stream.flush();
    expect(shown(stream)).toEqual(['0@0 processed', '0@1 moved', '0@0 processed', '0@1 processed']);
  });

  describe('a message that is redelivered', () => {
    /** Three were finished, one of them committed, when the partition went away and came back. */
    const redelivered = () => {
      const stream = newStream();
      handle(stream, run(0, 0, 3));
      stream.take({type: 'revoked', partitions: [{topic, partition: 0}]});
      const assigned = {topic, partition: 0, position: 1n, committed: 1n, first: 0n, end: 4n};
      stream.take({type: 'assigned', partitions: [assigned]});
      handle(stream, run(0, 1, 3));
      stream.flush();
      return stream;
    };

    it('is told apart from its first delivery, which was not committed', () => {
      const stream = redelivered();
      expect(
        stream.rows.map(({offset, isRedelivered, isCommitted}) => [offset, isRedelivered, isCommitted]),
      ).toEqual([
        [0n, false, null],
        [1n, false, false],
        [2n, false, false],
        [1n, true, null],
        [2n, true, null],
        [3n, false, null],
      ]);
    });

    it('is counted apart', () => {
      expect(redelivered().counts).toMatchObject({processed: 4, redelivered: 2});
    });

    it('is none in a replay of what was committed', () => {
      const stream = newStream();
      handle(stream, run(0, 0, 3));
      const assigned = {topic, partition: 0, position: 0n, committed: 3n, first: 0n, end: 3n};
      stream.take({type: 'assigned', partitions: [assigned]});
      handle(stream, run(0, 0, 3));
      stream.flush();
      expect(stream.counts).toMatchObject({processed: 6, redelivered: 0});
      expect(stream.rows.every(({isCommitted}) => isCommitted === null)).toBe(true);
    });
  });

  it('counts a message that fails once, however often it is tried', () => {
    const stream = newStream();
    for (const attempt of [1, 2, 3, 4]) handle(stream, [message(0, 0)], [bad], attempt);
    expect(stream.counts.failed).toBe(1);
  });

  describe('when the topic is made again', () => {
    it('closes what was open, and takes nothing of the new topic for it', () => {
      const stream = newStream();
      handle(stream, run(0, 0, 3));
      hold(stream, message(0, 3), run(0, 4, 1));
      stream.take({type: 'topic-recreated', topic}, ({offset}) => offset < 2n);
      expect(stream.openRows()).toEqual([]);
      hold(stream, message(0, 3));
      expect(shown(stream)).toEqual([
        '0@0 processed',
        '0@1 processed',
        '0@2 processed',
        '0@3 gone',
        '0@4 gone',
        '0@3 held',
      ]);
      expect(stream.rows.map(({isCommitted}) => isCommitted)).toEqual([
        true,
        true,
        false,
        false,
        false,
        null,
      ]);
    });

    it('closes what was open in a partition whose log became shorter', () => {
      const stream = newStream();
      hold(stream, message(0, 3));
      hold(stream, message(1, 0));
      const lost = {topic, partition: 0, position: 3n, first: 0n, end: 1n, cause: 'beyond-end'} as const;
      stream.take({type: 'position-lost', lost});
      expect(shown(stream)).toEqual(['0@3 gone', '1@0 held']);
    });
  });

  it('tells of a held partition that went away that its messages come again', () => {
    const stream = newStream();
    hold(stream, message(0, 5), run(0, 6, 1));
    stream.take({type: 'revoked', partitions: [{topic, partition: 0}]});
    expect(shown(stream)).toEqual(['0@5 moved', '0@6 moved']);
    expect(stream.openRows()).toEqual([]);
  });
});
