import {stripVTControlCharacters} from 'node:util';
import {describe, expect, it} from 'vitest';
import type {Message} from '../../../source/flow/message.ts';
import type {Failure, Outcome} from '../../../source/flow/outcome.ts';
import {clockTime} from '../../../source/interface/amounts.ts';
import {row} from '../../../source/interface/cells.ts';
import {deliveryFigures} from '../../../source/interface/panes/delivery-figures.ts';
import {lifeRows} from '../../../source/interface/panes/life.ts';
import {createTheme} from '../../../source/interface/theme.ts';
import {Session} from '../../../source/session/session.ts';
import {ManualClock} from '../../flow/support/manual-clock.ts';
import {message, topic} from '../../flow/support/messages.ts';

const theme = createTheme({NO_COLOR: '1'});
const failure: Failure = {name: 'TypeError', message: 'there is no recipient', permanent: false};
const good = (durationMs: number): Outcome => ({status: 'processed', durationMs});
const bad = (durationMs: number): Outcome => ({status: 'failed', durationMs, failure});
const at = {topic, partition: 0};
/** Where the clock of these tests begins. */
const start = `${clockTime(1_000_000)}.000`;

describe('the life of a message', () => {
  it('is one line from publishing to commit', async () => {
    const {session, clock} = desk();
    publish(session, 1, 42n, 4);
    await clock.turn(6);
    receive(session, 43n);
    await clock.turn(9);
    handle(session, [message(0, 42)], [good(8)]);
    await clock.turn(12);
    commit(session, 43n);
    expect(life(session, 42n)).toEqual([
      `published ${start} → acknowledged 0@42 (4 ms) → received (+2 ms) → processed 8 ms (+1 ms) → committed 43 (+12 ms)`,
      '',
      '27 ms from publishing to commit',
      '8 ms of processing in 1 attempt',
      'delivery 1: P goes there',
    ]);
  });

  it('tells each attempt, and that it is held', async () => {
    const {session, clock} = desk();
    const held = message(0, 7);
    receive(session, 8n);
    await clock.turn(3);
    handle(session, [held], [bad(3)]);
    session.takeEvent({
      type: 'retrying',
      message: held,
      failure,
      attempt: 1,
      attempts: 2,
      nextAttemptAt: clock.now() + 1000,
    });
    expect(life(session, 7n)[0]).toMatch(/→ attempt 1 failed TypeError \(3 ms\) → attempt 2 again in 1 s$/);
    await clock.turn(1005);
    handle(session, [held], [bad(5)], 2);
    session.takeEvent({type: 'held', message: held, failure, attempt: 2, attempts: 2, behind: []});
    await clock.turn(12_000);
    expect(life(session, 7n)[0]).toBe(
      `not published here, its timestamp is ${clockTime(0)}.000 → received ${start} → attempt 1 failed TypeError (3 ms) → attempt 2 after 1.0 s failed TypeError (5 ms) → held for 12.0 s`,
    );
    handle(session, [held], [good(2)], 3);
    expect(life(session, 7n).slice(0, 4)).toEqual([
      expect.stringMatching(/→ processed 2 ms \(\+12\.0 s, attempt 3\) → not committed yet$/),
      '',
      '10 ms of processing in 3 attempts',
    ]);
    await clock.turn(20);
    commit(session, 8n);
    expect(life(session, 7n)[0]).toMatch(/→ committed 8 \(\+20 ms\)$/);
  });

  it('names what became of a message that was given up, and shortens many attempts', async () => {
    const {session, clock} = desk();
    const held = message(0, 7);
    receive(session, 8n);
    for (let attempt = 1; attempt <= 9; attempt++) {
      await clock.turn(10);
      handle(session, [held], [bad(3)], attempt);
    }
    session.takeEvent({
      type: 'finished',
      message: held,
      final: 'skipped',
      attempt: 9,
      failure,
      note: 'sent by\u001b[2J hand',
    });
    const [line] = life(session, 7n, 1000);
    expect(line).toContain('attempt 2 failed TypeError (3 ms) → … 4 more attempts … → attempt 7 failed');
    expect(line).toMatch(/→ skipped sent by␛\[2J hand \(\+0 ms\) → not committed yet$/);
  });

  it('does not say when it was committed where the group was past it before, as in a replay', async () => {
    const {session, clock} = desk();
    commit(session, 100n);
    await clock.turn(1000);
    receive(session, 43n);
    handle(session, [message(0, 42)], [good(1)]);
    expect(life(session, 42n)[0]).toMatch(
      /processed 1 ms \(\+0 ms\) → the group had committed past it before$/,
    );
  });

  it.each([58, 40, 20])('is broken between its steps at %d columns, and no row is wider', async width => {
    const {session, clock} = desk();
    publish(session, 1, 42n, 4);
    await clock.turn(6);
    receive(session, 43n);
    handle(session, [message(0, 42)], [good(8)]);
    commit(session, 43n);
    const rows = life(session, 42n, width);
    expect(rows.every(text => text.length <= width)).toBe(true);
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.join(' ').replaceAll(/\s+/g, ' ')).toContain(
      `published ${start} → acknowledged 0@42 (4 ms) → received (+2 ms) → processed 8 ms`,
    );
  });
});

describe('what the deliveries take', () => {
  it('is the median and the slow end of acknowledgement, processing and the way to the commit', async () => {
    const {session, clock} = desk();
    publish(session, 1, 42n, 4);
    await clock.turn(10);
    receive(session, 43n);
    handle(session, [message(0, 42)], [good(8)]);
    await clock.turn(14);
    commit(session, 43n);
    expect(deliveryFigures(session, 100)).toBe(
      'acknowledged p50 4 ms p95 4 ms · processed p50 8 ms p95 8 ms · to commit p50 24 ms p95 24 ms',
    );
    expect(deliveryFigures(session, 60)).toBe('p50/p95  ack 4/4 ms  process 8/8 ms  commit 24/24 ms');
    expect(deliveryFigures(session, 40)).toBe('p50/p95  ack 4/4 ms  commit 24/24 ms');
    expect(deliveryFigures(session, 20)).toBe('p50 4 ms  p95 4 ms');
  });

  it('counts the way to the commit also where the commit is quicker than the acknowledgement', async () => {
    const {session, clock} = desk();
    session.takeDelivery(delivery(1, {status: 'pending'}, clock.now()));
    receive(session, 43n);
    handle(session, [message(0, 42)], [good(1)]);
    await clock.turn(5);
    commit(session, 43n);
    await clock.turn(2);
    const state = {status: 'acknowledged', partition: 0, offset: 42n, timestamp: 0, latencyMs: 7} as const;
    session.takeDelivery(delivery(1, state, clock.now() - 7));
    expect(session.timeline.wholeWay.latency).toEqual({p50: 5, p95: 5});
  });

  it('leaves out messages that were published here and passed over, not consumed', () => {
    const {session} = desk();
    publish(session, 1, 42n, 4);
    commit(session, 43n);
    expect(session.timeline.wholeWay.latency).toBeNull();
  });

  it('keeps its memory bounded over 100,000 messages that are published, handled and committed', () => {
    const {session} = desk();
    for (let offset = 0; offset < 100_000; offset++) {
      publish(session, offset + 1, BigInt(offset), 1);
      receive(session, BigInt(offset + 1));
      handle(session, [message(0, offset)], [good(1)]);
      if (offset % 5 === 4) commit(session, BigInt(offset + 1));
      if (offset % 100 === 0) session.tick();
    }
    expect(session.timeline.committed.size).toBeLessThanOrEqual(1250);
    expect(session.stream.received.size).toBeLessThanOrEqual(1250);
    expect(session.timeline.waiting).toBeLessThanOrEqual(1000);
    expect(session.stream.rows.length).toBeLessThanOrEqual(2000);
  });
});

function desk() {
  const clock = new ManualClock();
  const place = {topic, group: 'g', brokers: 'b:1', handler: 'JSON', embedded: false};
  const session = new Session(place, clock);
  session.takeTopicState({
    status: 'there',
    createdAt: null,
    partitions: [{partition: 0, leader: 1, replicas: [1], inSync: [1], first: 0n, end: 100n}],
  });
  return {session, clock};
}

function delivery(id: number, state: Parameters<Session['takeDelivery']>[0]['state'], sentAt: number) {
  return {id, draft: {topic, key: null, value: null, headers: []}, sentAt, state};
}

function publish(session: Session, id: number, offset: bigint, latencyMs: number): void {
  const state = {status: 'acknowledged', partition: 0, offset, timestamp: 0, latencyMs} as const;
  session.takeDelivery(delivery(id, state, session.now));
}

function receive(session: Session, next: bigint): void {
  session.takeEvent({type: 'received', at, count: 1, next});
}

function handle(
  session: Session,
  messages: readonly Message[],
  outcomes: readonly Outcome[],
  attempt = 1,
): void {
  session.takeEvent({type: 'handled', at, attempt, messages, outcomes});
}

function commit(session: Session, offset: bigint): void {
  session.takeEvent({type: 'committed', offsets: [{...at, offset}]});
}

/** The life view's rows, as they are read. */
function life(session: Session, offset: bigint, width = 300): string[] {
  session.touch();
  const found = session.stream.rowAt(0, offset)!;
  return lifeRows(found, session, width, theme).map(pieces =>
    stripVTControlCharacters(row(pieces, width)).trimEnd(),
  );
}
