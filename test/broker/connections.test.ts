import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {type BrokerOptions, type EmbeddedBroker, startBroker} from '../../source/broker/index.ts';
import {ManualClock} from './support/manual-clock.ts';
import {frame, open, type RawConnection} from './support/raw-client.ts';

const askVersions = frame(18, 0, Buffer.alloc(0));

async function broker(options: BrokerOptions = {}): Promise<EmbeddedBroker> {
  const started = await startBroker(options);
  onTestFinished(() => started.stop());
  return started;
}

async function isServed({socket, next}: RawConnection): Promise<boolean> {
  socket.write(askVersions);
  return (await next()) !== null;
}

/** Opens so many and asks nothing; answers how many are turned away. */
async function idlers(port: number, count: number): Promise<{turnedAway(): number}> {
  let turnedAway = 0;
  for (let left = count; left > 0; left -= 100) {
    const some = await Promise.all(Array.from({length: Math.min(left, 100)}, () => open(port)));
    for (const {socket} of some) {
      socket.on('error', () => {});
      if (socket.destroyed) turnedAway++;
      else socket.once('close', () => turnedAway++);
    }
    onTestFinished(() => {
      for (const {socket} of some) socket.destroy();
    });
  }
  return {turnedAway: () => turnedAway};
}

describe('connections that ask nothing', () => {
  it('do not lock anybody out, and who is at work stays', async () => {
    const clock = new ManualClock();
    const {port, connections} = await broker({clock});
    const worker = await open(port);
    expect(await isServed(worker)).toBe(true);
    const {turnedAway} = await idlers(port, 2000);
    await vi.waitFor(() => expect([connections(), turnedAway()]).toEqual([256, 1745]), 30_000);
    clock.pass(251);
    for (let newcomers = 0; newcomers < 20; newcomers++) expect(await isServed(await open(port))).toBe(true);
    expect(await isServed(worker)).toBe(true);
    expect(connections()).toBe(256);
  });

  it('are closed after ten seconds, also when they send a byte now and then', async () => {
    const clock = new ManualClock();
    const {port, connections} = await broker({clock});
    const [silent, slow, good] = [await open(port), await open(port), await open(port)];
    expect(await isServed(good)).toBe(true);
    for (const byte of askVersions.subarray(0, 10)) {
      slow.socket.write(Buffer.from([byte]));
      clock.pass(999);
    }
    expect(connections()).toBe(3);
    clock.pass(11);
    expect([await silent.next(), await slow.next()]).toEqual([null, null]);
    expect(await isServed(good)).toBe(true);
  });

  it('make room though they asked once, when they have been silent for a minute', async () => {
    const clock = new ManualClock();
    const {port} = await broker({clock, limits: {connections: 2}});
    const [first, second] = [await open(port), await open(port)];
    expect([await isServed(first), await isServed(second)]).toEqual([true, true]);
    expect(await (await open(port)).next()).toBeNull();
    clock.pass(60_001);
    expect(await isServed(second)).toBe(true);
    expect(await isServed(await open(port))).toBe(true);
    expect(await first.next()).toBeNull();
    expect(await isServed(second)).toBe(true);
  });

  it('of one address leave room for the others', async () => {
    const {port, connections} = await broker({limits: {connectionsPerAddress: 3, connections: 100}});
    await idlers(port, 50);
    await vi.waitFor(() => expect(connections()).toBe(3), 30_000);
  });
});
