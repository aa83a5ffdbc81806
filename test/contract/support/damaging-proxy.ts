import {connect, createServer, type Socket} from 'node:net';
import {eachFrame} from '../../drills/tcp-proxy.ts';

/** Stands before a broker, and damages what it answers to fetches, as a bad way or a bad disk does. */
export type DamagingProxy = {
  /** What a client is to be given as its broker. */
  readonly bootstrap: string;
  /** From now on one bit is flipped wherever a fetch brings `text`, so many times; at first in none. */
  damage(text: string, times?: number): void;
  /** How many answers it has damaged since then. */
  damaged(): number;
  close(): Promise<void>;
};

const fetch = 1;
/** Metadata and FindCoordinator: they name the broker, and here name this proxy instead. */
const naming = [3, 10];

/** `target` is `host:port` as the broker names itself. */
export async function startDamagingProxy(target: string): Promise<DamagingProxy> {
  const at = target.lastIndexOf(':');
  const [host, port] = [target.slice(0, at), Number(target.slice(at + 1))];
  const plan = {text: '', left: 0, damaged: 0};
  const sockets = new Set<Socket>();
  const server = createServer(client => {
    const broker = connect(port, host);
    for (const socket of [client, broker]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        broker.destroy();
      });
    }
    /** API of each request without an answer, by correlation id. */
    const asked = new Map<number, number>();
    eachFrame(client, frame => {
      asked.set(frame.readInt32BE(8), frame.readInt16BE(4));
      broker.write(frame);
    });
    eachFrame(broker, frame => {
      const apiKey = asked.get(frame.readInt32BE(4));
      asked.delete(frame.readInt32BE(4));
      if (apiKey === fetch) flip(frame, plan);
      if (apiKey !== undefined && naming.includes(apiKey)) rename(frame, {host, port}, ownPort());
      client.write(frame);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const ownPort = () => (server.address() as {port: number}).port;
  return {
    bootstrap: `${host}:${ownPort()}`,
    damage(text, times = Number.POSITIVE_INFINITY) {
      Object.assign(plan, {text, left: times, damaged: 0});
    },
    damaged: () => plan.damaged,
    close: () =>
      new Promise(resolve => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function flip(frame: Buffer, plan: {readonly text: string; left: number; damaged: number}): void {
  const found = plan.left > 0 ? frame.indexOf(plan.text) : -1;
  if (found < 0) return;
  plan.left--;
  plan.damaged++;
  frame[found]! ^= 0x20;
}

/** A host is a string with its length before it, in one byte or two, and the port follows in four. */
function rename(frame: Buffer, {host, port}: {host: string; port: number}, ownPort: number): void {
  const named = Buffer.alloc(host.length + 4);
  named.write(host);
  named.writeInt32BE(port, host.length);
  for (let at = frame.indexOf(named); at >= 0; at = frame.indexOf(named, at + 1))
    frame.writeInt32BE(ownPort, at + host.length);
}
