import {connect, createServer, type Server, type Socket} from 'node:net';
import {eachFrame} from '../support/frame-proxy.ts';

/** Stands between a client and one broker, and does to the connection what networks do. */
export type TcpProxy = {
  readonly port: number;
  /** Cuts every connection now. */
  cut(): void;
  /** Cuts every connection and takes no new one, until `accept`. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  /** The next request of this API is forwarded; then the connection is cut instead of answering. */
  loseAnswerOf(apiKey: number): void;
  /** Answers to requests of this API are held back until `release`. */
  holdAnswersOf(apiKey: number): void;
  release(): void;
  close(): Promise<void>;
};

type Plan = {lose: number | null; hold: number | null; held: (() => void)[]};

/** Listens on `port` (0: any) and passes everything on to `target`, reading the frames of Kafka's protocol on the way. */
export async function startProxy(target: number, port = 0): Promise<TcpProxy> {
  const plan: Plan = {lose: null, hold: null, held: []};
  const sockets = new Set<Socket>();
  const take = (client: Socket) => {
    const broker = connect(target, '127.0.0.1');
    for (const socket of [client, broker]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        broker.destroy();
      });
    }
    passOn(client, broker, plan);
  };
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  let server: Server | null = await listen(port, take);
  const listensOn = (server.address() as {port: number}).port;
  const refuse = async () => {
    const closing = server;
    server = null;
    const closed = new Promise<void>(resolve => (closing ? closing.close(() => resolve()) : resolve()));
    cut();
    await closed;
  };
  return {
    port: listensOn,
    cut,
    refuse,
    accept: async () => {
      server ??= await listen(listensOn, take);
    },
    loseAnswerOf: apiKey => {
      plan.lose = apiKey;
    },
    holdAnswersOf: apiKey => {
      plan.hold = apiKey;
    },
    release: () => {
      plan.hold = null;
      for (const pass of plan.held.splice(0)) pass();
    },
    close: refuse,
  };
}

function listen(port: number, take: (client: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(take);
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

function passOn(client: Socket, broker: Socket, plan: Plan): void {
  /** API of each request without an answer, by correlation id. */
  const asked = new Map<number, number>();
  eachFrame(client, frame => {
    asked.set(frame.readInt32BE(8), frame.readInt16BE(4));
    broker.write(frame);
  });
  eachFrame(broker, frame => {
    const apiKey = asked.get(frame.readInt32BE(4));
    asked.delete(frame.readInt32BE(4));
    if (apiKey !== undefined && apiKey === plan.lose) {
      plan.lose = null;
      client.destroy();
    } else if (apiKey !== undefined && apiKey === plan.hold) plan.held.push(() => client.write(frame));
    else client.write(frame);
  });
}
