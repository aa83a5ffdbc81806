import {connect, createServer, type Socket} from 'node:net';

/** What a client asked. */
export type Asked = {readonly apiKey: number; readonly version: number; readonly correlationId: number};

/** What is done on one connection with each frame: what is to be passed on instead, in order; null cuts the connection. */
export type Way = {
  /** ms that every frame takes, each way; left out: none. */
  readonly delay?: number;
  request?(frame: Buffer, asked: Asked): readonly Buffer[] | null;
  /** `asked` is null where nothing like it was asked. */
  answer?(frame: Buffer, asked: Asked | null): readonly Buffer[] | null;
};

/** Stands between clients and one broker, and reads the frames of Kafka's protocol on the way. */
export type FrameProxy = {
  /** What a client is to be given as its broker. */
  readonly bootstrap: string;
  close(): Promise<void>;
};

/** Metadata and FindCoordinator: they name the broker. */
const naming = [3, 10];

/**
 * Listens on `port` (0: any). `target` is `host:port` as the broker names itself; where it does so in an answer, this
 * proxy is named instead. `meet` is asked for each new connection.
 */
export async function startFrameProxy(target: string, meet: () => Way, port = 0): Promise<FrameProxy> {
  const at = target.lastIndexOf(':');
  const broker = {host: target.slice(0, at), port: Number(target.slice(at + 1))};
  const sockets = new Set<Socket>();
  const server = createServer(client => {
    const leader = connect(broker.port, broker.host);
    for (const socket of [client, leader]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        leader.destroy();
      });
    }
    passOn(client, leader, meet(), frame => nameInstead(frame, broker, ownPort()));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, broker.host, resolve);
  });
  const ownPort = () => (server.address() as {port: number}).port;
  return {
    bootstrap: `${broker.host}:${ownPort()}`,
    close: () =>
      new Promise(resolve => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function passOn(client: Socket, leader: Socket, way: Way, rename: (frame: Buffer) => void): void {
  /** Requests without an answer, by correlation id. */
  const waiting = new Map<number, Asked>();
  const write = (socket: Socket, frames: readonly Buffer[] | null) => {
    const pass = () => {
      if (frames === null) client.destroy();
      else for (const frame of frames) socket.write(frame);
    };
    // Timers of the same time keep their order.
    if (way.delay === undefined) pass();
    else setTimeout(pass, way.delay);
  };
  eachFrame(client, frame => {
    const asked = {
      apiKey: frame.readInt16BE(4),
      version: frame.readInt16BE(6),
      correlationId: frame.readInt32BE(8),
    };
    waiting.set(asked.correlationId, asked);
    write(leader, way.request ? way.request(frame, asked) : [frame]);
  });
  eachFrame(leader, frame => {
    const asked = waiting.get(frame.readInt32BE(4)) ?? null;
    if (asked) waiting.delete(asked.correlationId);
    if (asked && naming.includes(asked.apiKey)) rename(frame);
    write(client, way.answer ? way.answer(frame, asked) : [frame]);
  });
}

/** A host is a string with its length before it, in one byte or two, and the port follows in four. */
function nameInstead(frame: Buffer, {host, port}: {host: string; port: number}, ownPort: number): void {
  const named = Buffer.alloc(host.length + 4);
  named.write(host);
  named.writeInt32BE(port, host.length);
  for (let at = frame.indexOf(named); at >= 0; at = frame.indexOf(named, at + 1))
    frame.writeInt32BE(ownPort, at + host.length);
}

/** Frames with their length before them, whole. */
export function eachFrame(socket: Socket, take: (frame: Buffer) => void): void {
  let rest = Buffer.alloc(0);
  socket.on('data', data => {
    rest = rest.length > 0 ? Buffer.concat([rest, data]) : data;
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const size = 4 + rest.readInt32BE(0);
      take(rest.subarray(0, size));
      rest = rest.subarray(size);
    }
  });
}
