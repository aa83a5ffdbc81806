import type {RawRequest} from 'kafkajs/src/consumer/offsetManager/index.js';
import Connection from 'kafkajs/src/network/connection.js';

/**
 * Requests of our own go out as they are: KafkaJS copies each twice, into buffers of a power of two, which under a stream of
 * batches costs more than all else that publishing does. Here is done what its `send` does, but for the copies.
 */
export function sendOwnRequests(): void {
  const {send} = Connection.prototype;
  Connection.prototype.send = function (this: Connection, raw) {
    return 'pieces' in raw.request ? sendPieces(this, raw) : send.call(this, raw);
  };
}

async function sendPieces(
  connection: Connection,
  {request, response, requestTimeout}: RawRequest,
): Promise<unknown> {
  if (!connection.isAuthenticated()) await connection.authenticate();
  connection.failIfNotConnected();
  const correlationId = connection.nextCorrelationId();
  const {apiKey, apiName, apiVersion} = request;
  const pieces = request.pieces();
  const head = headOf(request, correlationId, connection.clientId, pieces);
  const {payload} = await new Promise<{readonly payload: Buffer}>((resolve, reject) => {
    connection.requestQueue.push({
      entry: {apiKey, apiName, apiVersion, correlationId, resolve, reject},
      expectResponse: true,
      requestTimeout: requestTimeout ?? null,
      sendRequest() {
        request.onWriting?.();
        const socket = connection.socket!;
        // Together: a small piece alone would wait for the other side's acknowledgement (Nagle).
        socket.cork();
        socket.write(head);
        for (const piece of pieces) socket.write(piece);
        socket.uncork();
      },
    });
  });
  return response.parse(await response.decode(payload));
}

/** The length and request header v1. */
function headOf(
  {apiKey, apiVersion}: RawRequest['request'],
  correlationId: number,
  clientId: string,
  pieces: readonly Buffer[],
): Buffer {
  const name = Buffer.from(clientId);
  const head = Buffer.alloc(14 + name.length);
  const length = pieces.reduce((sum, piece) => sum + piece.length, head.length - 4);
  head.writeInt32BE(length, 0);
  head.writeInt16BE(apiKey, 4);
  head.writeInt16BE(apiVersion, 6);
  head.writeInt32BE(correlationId, 8);
  head.writeInt16BE(name.length, 12);
  head.set(name, 14);
  return head;
}
