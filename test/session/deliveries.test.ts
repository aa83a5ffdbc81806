import {describe, expect, it} from 'vitest';
import type {Delivery, DeliveryState} from '../../source/flow/delivery.ts';
import {Deliveries} from '../../source/session/deliveries.ts';

const delivery = (id: number, state: DeliveryState): Delivery => ({
  id,
  draft: {topic: 'notifications', key: null, value: Buffer.from('{}'), headers: []},
  sentAt: 0,
  state,
});
const acknowledged = (latencyMs: number): DeliveryState => ({
  status: 'acknowledged',
  partition: 0,
  offset: 1n,
  timestamp: 0,
  latencyMs,
});
const unknown: DeliveryState = {status: 'unknown', reason: 'no answer'};
const failed: DeliveryState = {status: 'failed', reason: 'too large', retryable: false};

describe('deliveries', () => {
  it('keep one row for each publish, with its newest state', () => {
    const deliveries = new Deliveries();
    deliveries.take(delivery(1, {status: 'pending'}));
    deliveries.take(delivery(2, {status: 'pending'}));
    expect(deliveries.counts).toEqual({pending: 2, acknowledged: 0, failed: 0, unknown: 0});
    deliveries.take(delivery(1, acknowledged(4)));
    deliveries.take(delivery(2, failed));
    expect(deliveries.items.map(({id, state}) => [id, state.status])).toEqual([
      [1, 'acknowledged'],
      [2, 'failed'],
    ]);
    expect(deliveries.counts).toEqual({pending: 0, acknowledged: 1, failed: 1, unknown: 0});
  });

  it('turn unknown into acknowledged when the answer comes late', () => {
    const deliveries = new Deliveries();
    deliveries.take(delivery(1, {status: 'pending'}));
    deliveries.take(delivery(1, unknown));
    expect(deliveries.counts).toMatchObject({pending: 0, unknown: 1});
    deliveries.take(delivery(1, acknowledged(31_000)));
    expect(deliveries.counts).toMatchObject({unknown: 0, acknowledged: 1});
    expect(deliveries.items).toHaveLength(1);
  });

  it('tell the median and the slow ones of the last 200', () => {
    const deliveries = new Deliveries();
    expect(deliveries.latency).toBeNull();
    for (let id = 1; id <= 100; id++) deliveries.take(delivery(id, acknowledged(id)));
    expect(deliveries.latency).toEqual({p50: 51, p95: 96});
    for (let id = 101; id <= 300; id++) deliveries.take(delivery(id, acknowledged(7)));
    expect(deliveries.latency).toEqual({p50: 7, p95: 7});
  });

  it('are bounded, and their counts go on', () => {
    const deliveries = new Deliveries();
    for (let id = 1; id <= 5000; id++) {
      deliveries.take(delivery(id, {status: 'pending'}));
      deliveries.take(delivery(id, acknowledged(1)));
    }
    expect(deliveries.items.length).toBeLessThanOrEqual(625);
    expect(deliveries.items.at(-1)!.id).toBe(5000);
    expect(deliveries.counts).toEqual({pending: 0, acknowledged: 5000, failed: 0, unknown: 0});
  });

  it('count thousands that are pending at once, and bring none back into view when its answer comes', () => {
    const deliveries = new Deliveries();
    for (let id = 1; id <= 5000; id++) deliveries.take(delivery(id, {status: 'pending'}));
    expect(deliveries.counts.pending).toBe(5000);
    for (let id = 1; id <= 5000; id++) deliveries.take(delivery(id, id === 1 ? unknown : acknowledged(1)));
    expect(deliveries.counts).toEqual({pending: 0, acknowledged: 4999, failed: 0, unknown: 1});
    deliveries.take(delivery(1, acknowledged(1)));
    expect(deliveries.counts).toEqual({pending: 0, acknowledged: 5000, failed: 0, unknown: 0});
    const ids = deliveries.items.map(({id}) => id);
    expect(ids).toEqual(ids.toSorted((left, right) => left - right));
    expect(ids.at(-1)).toBe(5000);
  });
});
