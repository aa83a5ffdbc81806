import {connect, type Socket} from 'node:net';

/** A connection on which a test writes what it likes. */
export type RawConnection = {
  readonly socket: Socket;
  /** The next bytes that come, or null when the broker hangs up. */
  next(): Promise<Buffer | null>;
};

export function open(port: number): Promise<RawConnection> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let wake = () => {};
    let closed = false;
    const socket = connect(port, '127.0.0.1');
    socket.on('data', chunk => {
      chunks.push(chunk as Buffer);
      wake();
    });
    socket.on('close', () => {
      closed = true;
      wake();
    });
    socket.on('error', error => reject(error));
    socket.on('connect', () =>
      resolve({
        socket,
        async next() {
          while (chunks.length === 0 && !closed) {
            await new Promise<void>(woken => {
              wake = woken;
            });
          }
          return chunks.shift() ?? null;
        },
      }),
    );
  });
}

/** A whole request: size, header (v1, or v2 with `flexible`), content. */
export function frame(key: number, version: number, content: Buffer, flexible = false): Buffer {
  const head = Buffer.alloc(4 + 2 + 2 + 4 + 2 + (flexible ? 1 : 0));
  head.writeInt32BE(head.length - 4 + content.length, 0);
  head.writeInt16BE(key, 4);
  head.writeInt16BE(version, 6);
  head.writeInt32BE(7, 8);
  head.writeInt16BE(-1, 12);
  return Buffer.concat([head, content]);
}
