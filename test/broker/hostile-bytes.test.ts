import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {Writer} from '../../source/broker/codec/writer.ts';
import {type EmbeddedBroker, startBroker} from '../../source/broker/index.ts';
import {apis} from '../../source/broker/messages/index.ts';
import {randomNumbers} from '../support/random-numbers.ts';
import {frame, open} from './support/raw-client.ts';

const cases = 100_000;
/** Cases that share a connection while the broker keeps it. */
const perConnection = 5;
const seed = 20_261_124;

const served = Object.values(apis);
const askVersions = frame(18, 0, Buffer.alloc(0));

function hostileBytes(random: () => number): Buffer {
  const below = (most: number) => Math.floor(random() * most);
  const noise = (length: number) => Buffer.from(Array.from({length}, () => below(256)));
  const api = served[below(served.length)]!;
  const version = api.first + below(api.last - api.first + 1);
  const flexible = api.isFlexible(version);
  switch (below(5)) {
    case 0:
      return noise(1 + below(60));
    case 1: {
      const huge = Buffer.alloc(8);
      huge.writeInt32BE([2 ** 31 - 1, -1, -(2 ** 31), 200 * 1024 * 1024][below(4)]!, 0);
      return huge;
    }
    case 2:
      return frame(api.key, version, noise(below(80)), flexible);
    default: {
      const writer = new Writer();
      api.writeRequest(writer, version, {} as never);
      const content = Buffer.concat([...writer.finish(), noise(below(8))]);
      for (let wrong = below(4); wrong > 0 && content.length > 0; wrong--) {
        content[below(content.length)] = [0, 0xff, 0x7f, below(256)][below(4)]!;
      }
      // Nothing here may make the broker wait: that is no hostility, and would only make the test slow.
      const cut = random() < 0.2 ? content.subarray(0, below(content.length)) : content;
      return frame(api.key, version, cut, flexible);
    }
  }
}

describe('hostile bytes on the port', () => {
  let broker: EmbeddedBroker;
  beforeAll(async () => {
    broker = await startBroker({limits: {retained: 8 * 1024 * 1024, partitions: 1000, groups: 100}});
  });
  afterAll(() => broker.stop());

  it(`${cases.toLocaleString('en')} cases neither end it nor its limits, and a good client beside them goes on`, async () => {
    const random = randomNumbers(seed);
    const good = await open(broker.port);
    let sent = 0;
    const attacker = async () => {
      while (sent < cases) {
        const {socket} = await open(broker.port);
        const closed = new Promise(resolve => socket.once('close', resolve));
        socket.on('error', () => {});
        for (let index = 0; index < perConnection && sent < cases; index++) {
          sent++;
          socket.write(hostileBytes(random));
        }
        if (random() < 0.5) socket.end();
        else setImmediate(() => socket.destroy());
        await closed;
      }
    };
    const attack = Promise.all(Array.from({length: 8}, attacker));
    let answers = 0;
    const beside = (async () => {
      while (sent < cases) {
        good.socket.write(askVersions);
        const answer = await good.next();
        expect(answer!.readInt32BE(4)).toBe(7);
        answers++;
      }
    })();
    await Promise.all([attack, beside]);
    expect(answers).toBeGreaterThan(100);
    expect(broker.retainedBytes()).toBeLessThanOrEqual(8 * 1024 * 1024);
    good.socket.destroy();
    await expect.poll(() => broker.connections()).toBe(0);
  }, 60_000);

  it('closes the connection that announces more than a request may have, without waiting for it', async () => {
    const {socket, next} = await open(broker.port);
    socket.write(Buffer.from([0x7f, 0xff, 0xff, 0xff]));
    expect(await next()).toBeNull();
  });

  it('takes a request byte by byte', async () => {
    const {socket, next} = await open(broker.port);
    for (const byte of askVersions) socket.write(Buffer.from([byte]));
    expect((await next())!.readInt32BE(4)).toBe(7);
    socket.destroy();
  });

  it('turns away one connection more than it may have', async () => {
    const small = await startBroker({limits: {connections: 2}});
    const first = await open(small.port);
    const second = await open(small.port);
    const third = await open(small.port);
    expect(await third.next()).toBeNull();
    first.socket.write(askVersions);
    expect(await first.next()).not.toBeNull();
    second.socket.destroy();
    await small.stop();
  });
});
