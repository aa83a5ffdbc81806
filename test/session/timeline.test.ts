import {describe, expect, it} from 'vitest';
import type {FlowEvent} from '../../source/flow/events.ts';
import {OffsetTimes} from '../../source/session/offset-times.ts';
import {Timeline} from '../../source/session/timeline.ts';
import {message, topic} from '../flow/support/messages.ts';

const failure = {name: 'TypeError', message: 'there is no recipient', permanent: false};

/** A timeline of messages that we publish to partition 0, and receive at once. */
function newTimeline() {
  const received = new OffsetTimes();
  const timeline = new Timeline(received);
  return {
    take: (event: FlowEvent, at: number) => timeline.take(event, at),
    publish(offset: bigint, at: number) {
      received.take(0, offset + 1n, at);
      const draft = {topic, key: null, value: null, headers: []};
      const state = {status: 'acknowledged', partition: 0, offset, timestamp: at, latencyMs: 1} as const;
      timeline.takeDelivery({id: Number(offset) + 1, draft, sentAt: at, state}, at);
    },
    commit: (offset: bigint, at: number) =>
      timeline.take({type: 'committed', offsets: [{topic, partition: 0, offset}]}, at),
    wholeWay: () => timeline.wholeWay.latency,
  };
}

describe('the way from publishing to commit', () => {
  it('is measured for what went through', () => {
    const {publish, commit, wholeWay} = newTimeline();
    publish(0n, 1000);
    commit(1n, 1040);
    expect(wholeWay()).toMatchObject({p50: 40});
  });

  it('leaves out what waited for a person: a message that was held, and those behind it', () => {
    const {publish, commit, take, wholeWay} = newTimeline();
    publish(0n, 1000);
    const held = {message: message(0, 0), failure, attempt: 1, attempts: 1, behind: []};
    take({type: 'held', ...held}, 1010);
    publish(1n, 2000);
    take({type: 'finished', message: held.message, final: 'skipped', attempt: 1, failure, note: ''}, 60_000);
    commit(2n, 60_010);
    expect(wholeWay()).toBeNull();
    publish(2n, 61_000);
    commit(3n, 61_030);
    expect(wholeWay()).toMatchObject({p50: 30, p95: 30});
  });

  it('leaves out what waited behind a batch that could not be read', () => {
    const {publish, commit, take, wholeWay} = newTimeline();
    const at = {topic, partition: 0};
    const batch = {from: 0n, next: 1n, reason: 'CRC mismatch', bytes: Buffer.alloc(0)};
    take({type: 'batch-unreadable', at, batch, onFailure: 'hold'}, 1000);
    publish(1n, 1010);
    take({type: 'batch-skipped', at, from: 0n, next: 1n, note: 'damaged'}, 60_000);
    commit(2n, 60_010);
    expect(wholeWay()).toBeNull();
  });

  it('knows nothing of a topic that is gone', () => {
    const {publish, commit, take, wholeWay} = newTimeline();
    publish(0n, 1000);
    take({type: 'topic-recreated', topic}, 2000);
    commit(1n, 3000);
    expect(wholeWay()).toBeNull();
  });
});
