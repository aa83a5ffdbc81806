import {describe, expect, it} from 'vitest';
import {SimulatedGroup} from './support/simulated-group.ts';

const policy = {onFailure: 'hold', retries: 0} as const;

/** One partition of ten messages, and a reader who takes what is told only when the test says so. */
async function withReader() {
  const offsets = Array.from({length: 10}, (_, at) => at);
  const group = new SimulatedGroup([{offsets, fates: new Map(), first: 0, end: 10}], policy);
  const taking: {resolve(): void; reject(error: Error): void}[] = [];
  group.told = () => new Promise<void>((resolve, reject) => taking.push({resolve, reject}));
  group.meet([0]);
  await group.clock.turn(1000);
  // Where the group starts is committed too, and told of to nobody.
  for (const each of taking.splice(0)) each.resolve();
  await group.clock.turn(1000);
  const started = group.committed.get(0);
  group.fetch(4);
  await group.clock.turn(1000);
  return {group, taking, started};
}

describe('what is told of', () => {
  it('is committed only once it is told', async () => {
    const {group, taking, started} = await withReader();
    expect([...group.final.get(0)!].length).toBe(4);
    expect(group.committed.get(0)).toBe(started);
    taking.shift()!.resolve();
    await group.clock.turn(10);
    expect(group.committed.get(0)).toBe(4n);
  });

  it('is never committed where nobody will read of it, and nothing that comes later is', async () => {
    const {group, taking, started} = await withReader();
    taking.shift()!.reject(new Error('the reader has gone'));
    await group.clock.turn(1000);
    group.fetch(4);
    await group.clock.turn(5000);
    expect(group.committed.get(0)).toBe(started);
    expect(await group.clock.whileWaitingFor(group.processing.stop(1000), 100)).toBe(0);
    expect(group.committed.get(0)).toBe(started);
  });

  it('is not committed from before a meeting, in which another member may have gone on', async () => {
    const {group, taking} = await withReader();
    group.processing.beginMeeting();
    group.processing.joined();
    group.meet([]);
    group.otherMemberWorks(0, 8);
    group.meet([0], false);
    for (const each of taking.splice(0)) each.resolve();
    await group.clock.turn(1000);
    expect(group.committed.get(0)).toBe(8n);
  });

  it('begins no run while whoever reads is behind, and goes on where it was', async () => {
    const {group, taking} = await withReader();
    taking.shift()!.resolve();
    group.told = () => null;
    group.processing.waitForReader();
    group.fetch(4);
    await group.clock.turn(60_000);
    expect(group.committed.get(0)).toBe(4n);
    group.processing.readerCaughtUp();
    await group.clock.turn(1000);
    expect(group.committed.get(0)).toBe(8n);
  });
});
