import {createServer, type Socket} from 'node:net';

/** One request of Kafka's protocol, as far as a stranger looks at it. */
export type Asked = {readonly apiKey: number; readonly version: number; readonly correlationId: number};

/** What a stranger does: with a connection before anything is asked, and with each request. */
export type Face = {
  connected?(socket: Socket): void;
  asked?(request: Asked, socket: Socket): void;
};

export type Stranger = {readonly address: string; stop(): Promise<void>};

/** A server that is no Kafka broker. */
export async function startStranger(face: Face): Promise<Stranger> {
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    let buffered = Buffer.alloc(0);
    socket.on('data', bytes => {
      buffered = Buffer.concat([buffered, bytes]);
      while (buffered.length >= 12 && buffered.length >= 4 + buffered.readInt32BE(0)) {
        const [apiKey, version] = [buffered.readInt16BE(4), buffered.readInt16BE(6)];
        const correlationId = buffered.readInt32BE(8);
        buffered = buffered.subarray(4 + buffered.readInt32BE(0));
        face.asked?.({apiKey, version, correlationId}, socket);
      }
    });
    face.connected?.(socket);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as {port: number};
  return {
    address: `127.0.0.1:${port}`,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A frame that claims this many bytes; `bytes` are what it has of them. */
export function claim(length: number, bytes: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(4);
  head.writeInt32BE(length);
  return Buffer.concat([head, bytes]);
}

/** An answer in a right frame. */
export function answer({correlationId}: Pick<Asked, 'correlationId'>, body: Buffer): Buffer {
  const id = Buffer.alloc(4);
  id.writeInt32BE(correlationId);
  return claim(4 + body.length, Buffer.concat([id, body]));
}

/** A right answer to ApiVersions 2 that offers the APIs that are used here. */
export function offers(asked: Asked): Buffer {
  const versions = [0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 32, 36, 37];
  const newest: Readonly<Record<number, number>> = {0: 7, 1: 10, 2: 4, 3: 7, 18: 2};
  const body = Buffer.alloc(2 + 4 + versions.length * 6 + 4);
  body.writeInt32BE(versions.length, 2);
  for (const [at, key] of versions.entries()) {
    body.writeInt16BE(key, 6 + at * 6);
    body.writeInt16BE(newest[key] ?? 1, 6 + at * 6 + 4);
  }
  return answer(asked, body);
}
