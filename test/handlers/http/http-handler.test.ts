import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from 'node:net';
import {afterEach, describe, expect, it, vi} from 'vitest';
import type {Handler} from '../../../source/flow/handler.ts';
import {createHttpHandler} from '../../../source/handlers/http/http-handler.ts';
import {headersOf} from '../../flow/support/headers.ts';
import {attempt, message} from '../support/programs.ts';
import {runOf} from '../support/runs.ts';

const servers: (Server | TcpServer)[] = [];
const handlers: Handler[] = [];

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

async function listening(server: Server | TcpServer): Promise<number> {
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A server on a port of its own that answers each request, and a handler that posts to it. */
async function forwardingTo(answer: Answer, timeout = 5000, path = '/hook'): Promise<Handler> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(request, response, Buffer.concat(chunks).toString()));
  });
  return handlerFor(`http://127.0.0.1:${await listening(server)}${path}`, timeout);
}

function handlerFor(url: string, timeout = 5000): Handler {
  const handler = createHttpHandler(url, {timeout});
  handlers.push(handler);
  return handler;
}

const answering = (status: number, headers: Record<string, string> = {}, body = ''): Answer => {
  return (_, response) => void response.writeHead(status, headers).end(body);
};

afterEach(async () => {
  await Promise.all(handlers.splice(0).map(handler => handler.close()));
  for (const server of servers.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  }
});

describe('forwarding by HTTP', () => {
  it('keeps the request and what is worth showing of the answer, without what is secret', async () => {
    const handler = await forwardingTo(
      answering(202, {'X-Request-Id': 'r-1', 'Set-Cookie': 'session=secret', 'Retry-After': '3'}, 'queued'),
      5000,
      '/hook?token=secret',
    );
    const {exchange} = await attempt(handler, message());
    expect(exchange).toMatchObject({
      request: {method: 'POST', bytes: 2, headers: {'Kafka-Offset': '42', 'Kafka-Attempt': '1'}},
      response: {status: 202, headers: {'x-request-id': 'r-1', 'retry-after': '3'}},
    });
    expect(exchange!.request.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/hook$/);
    expect(JSON.stringify(exchange)).not.toContain('secret');
  });

  it('keeps the request that got no answer', async () => {
    const handler = handlerFor('http://127.0.0.1:1/hook');
    expect(await attempt(handler, message())).toMatchObject({
      status: 'failed',
      exchange: {request: {url: 'http://127.0.0.1:1/hook'}, response: null},
    });
  });

  it('posts the bytes as they are, with the metadata in headers; the answer is kept', async () => {
    let seen: {method?: string; url?: string; body: string; headers: IncomingMessage['headers']} | undefined;
    const handler = await forwardingTo(
      (request, response, body) => {
        seen = {method: request.method!, url: request.url!, body, headers: request.headers};
        response.end('queued as 17');
      },
      5000,
      '/hook?token=t',
    );
    const value = Buffer.from('{"n": 9007199254740993, "n": 1.10}');
    const headers = headersOf(['trace-id', 't1']);
    expect(await attempt(handler, message({value, headers, key: Buffer.from('u-17')}), 2)).toMatchObject({
      status: 'processed',
      output: 'queued as 17',
    });
    expect(seen).toMatchObject({
      method: 'POST',
      url: '/hook?token=t',
      body: value.toString(),
      headers: {
        'content-type': 'application/json',
        'kafka-topic': 'notifications',
        'kafka-partition': '0',
        'kafka-offset': '42',
        'kafka-timestamp': '1000',
        'kafka-attempt': '2',
        'kafka-key': 'u-17',
        'kafka-header-trace-id': 't1',
      },
    });
  });

  it('keeps its connection open', async () => {
    const ports = new Set<number>();
    const handler = await forwardingTo((request, response) => {
      ports.add(request.socket.remotePort!);
      response.end();
    });
    expect(await handler.handle(runOf(Array(20).fill('1')))).toHaveLength(20);
    expect(ports.size).toBe(1);
  });

  it('says what a tombstone is, and does not post what is not JSON', async () => {
    const seen: string[] = [];
    const handler = await forwardingTo((request, response, body) => {
      seen.push(`${request.headers['kafka-tombstone']} ${body.length}`);
      response.end();
    });
    expect(await handler.handle(runOf([null, 'nope', '1']))).toMatchObject([
      {status: 'processed'},
      {status: 'failed', failure: {name: 'undecodable', permanent: true}},
    ]);
    expect(seen).toEqual(['true 0']);
  });

  it.each([
    [200, null],
    [202, null],
    [204, null],
    [301, true],
    [304, true],
    [400, true],
    [404, true],
    [408, false],
    [422, true],
    [429, false],
    [500, false],
    [503, false],
  ])('answered by %i: permanent %s', async (status, permanent) => {
    const handler = await forwardingTo(answering(status));
    expect(await attempt(handler, message())).toMatchObject(
      permanent === null
        ? {status: 'processed'}
        : {status: 'failed', failure: {name: `HTTP ${status}`, permanent}},
    );
  });

  it('keeps the body of a refusal, and says where a redirect would have led', async () => {
    const refusing = await forwardingTo(answering(400, {}, 'no such user'));
    expect(await attempt(refusing, message())).toMatchObject({output: 'no such user'});
    const redirecting = await forwardingTo(answering(302, {location: '/elsewhere'}));
    expect(await attempt(redirecting, message())).toMatchObject({
      failure: {message: 'the server answered 302 Found; redirects are not followed (to /elsewhere)'},
    });
  });

  it.each(['https://user:secret@there/in?token=secret', '//user:secret@there/in#secret', '/in?token=secret'])(
    'shows of a redirect to %s no secret',
    async location => {
      const outcome = await attempt(await forwardingTo(answering(307, {location})), message());
      expect(JSON.stringify(outcome)).toContain('/in');
      expect(JSON.stringify(outcome)).not.toContain('secret');
    },
  );

  it.each([
    ['7', 7000],
    ['99999999999', 3_600_000],
    ['Wed, 21 Oct 2015 07:28:00 GMT', 0],
    ['nonsense', undefined],
  ])('waits as long as Retry-After %s asks', async (header, retryAfterMs) => {
    const handler = await forwardingTo(answering(429, {'retry-after': header}));
    const outcome = await attempt(handler, message());
    expect(outcome.status === 'failed' && outcome.failure.retryAfterMs).toBe(retryAfterMs);
  });

  it('waits until the date that Retry-After names', async () => {
    const date = new Date(Date.now() + 60_000).toUTCString();
    const handler = await forwardingTo(answering(503, {'retry-after': date}));
    const outcome = await attempt(handler, message());
    const wait = outcome.status === 'failed' && outcome.failure.retryAfterMs;
    expect(wait).toBeGreaterThan(50_000);
    expect(wait).toBeLessThanOrEqual(60_000);
  });

  it('stops at the first failure', async () => {
    let count = 0;
    const handler = await forwardingTo(
      (_, response) => void response.writeHead(++count === 2 ? 500 : 200).end(),
    );
    expect(await handler.handle(runOf(['1', '2', '3']))).toMatchObject([
      {status: 'processed'},
      {status: 'failed'},
    ]);
    expect(count).toBe(2);
  });

  it('shows neither password nor query in its name', () => {
    expect(handlerFor('http://user:secret@localhost:3000/hook?token=t').name).toBe(
      'http://localhost:3000/hook',
    );
  });

  it('sends user and password', async () => {
    let authorization: string | undefined;
    const server = createServer((request, response) => {
      authorization = request.headers.authorization;
      response.end();
    });
    await attempt(handlerFor(`http://user:p%40ss@127.0.0.1:${await listening(server)}/`), message());
    expect(authorization).toBe(`Basic ${Buffer.from('user:p@ss').toString('base64')}`);
  });

  it.each(['localhost:3000', 'nonsense', 'ftp://localhost/', 'secret:secret@there'])(
    'refuses %s as an address, without showing it',
    address => {
      expect(() => createHttpHandler(address, {timeout: 1000})).toThrow(/http:\/\//);
      expect(() => createHttpHandler(address, {timeout: 1000})).not.toThrow(/secret|ftp/);
    },
  );

  it.each(['http://user:100%@there/', 'http://us%zzer@there/', 'http://user:%ff@there/'])(
    'says what is wrong in %s',
    address => {
      expect(() => createHttpHandler(address, {timeout: 1000})).toThrow(/write the sign itself as %25/);
    },
  );
});

describe('a hostile server', () => {
  it('that is not there: retryable', async () => {
    const server = createTcpServer();
    const port = await listening(server);
    await new Promise(resolve => server.close(resolve));
    expect(await attempt(handlerFor(`http://127.0.0.1:${port}/`), message())).toMatchObject({
      failure: {name: 'ECONNREFUSED', message: `127.0.0.1:${port}: nothing listens there`, permanent: false},
    });
  });

  it('that never answers: a timeout, retryable', async () => {
    const handler = await forwardingTo(() => {}, 300);
    expect(await attempt(handler, message())).toMatchObject({
      failure: {
        name: 'timeout',
        message: expect.stringContaining('no answer within 300 ms'),
        permanent: false,
      },
    });
  });

  it('that never ends its answer: a timeout, and what came is kept', async () => {
    const handler = await forwardingTo((_, response) => void response.write('well …'), 300);
    expect(await attempt(handler, message())).toMatchObject({output: 'well …', failure: {name: 'timeout'}});
  });

  it('that answers 10 MB: the beginning is kept', async () => {
    const handler = await forwardingTo((_, response) => void response.end('x'.repeat(10_000_000)));
    const {status, output} = await attempt(handler, message());
    expect(status).toBe('processed');
    expect(output!.length).toBeLessThan(66_000);
    expect(await attempt(handler, message())).toMatchObject({status: 'processed'});
  });

  it.each([
    ['closes the connection', ''],
    ['does not speak HTTP', 'SSH-2.0-OpenSSH\r\n'],
    ['stops in the middle of its answer', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'],
  ])('that %s: retryable', async (_, answer) => {
    const server = createTcpServer(socket => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(answer));
    });
    const handler = handlerFor(`http://127.0.0.1:${await listening(server)}/`);
    expect(await attempt(handler, message())).toMatchObject({status: 'failed', failure: {permanent: false}});
  });

  const whole = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
  /** What it does with the second request of a connection, and what becomes of the message then. */
  const closings: readonly [
    string,
    (socket: Socket, part: 'head' | 'body') => void,
    'processed' | 'failed',
  ][] = [
    ['at the first byte of a request', socket => socket.destroy(), 'failed'],
    ['after a request', (socket, part) => part === 'body' && socket.destroy(), 'failed'],
    ['after a request, in order', (socket, part) => part === 'body' && socket.end(), 'failed'],
    [
      'in the middle of its answer',
      (socket, part) => part === 'body' && socket.end(whole.slice(0, -1)),
      'failed',
    ],
    ['with its answer', (socket, part) => part === 'body' && socket.end(whole), 'processed'],
  ];

  it.each(closings)(
    'that closes a kept connection %s has got each message once an attempt',
    async (how, close, expected) => {
      const got: string[] = [];
      const server = createTcpServer(socket => {
        let text = '';
        let onThis = 0;
        socket.on('error', () => {});
        socket.on('data', bytes => {
          if (text === '') {
            onThis++;
            got.push(/Kafka-Offset: (\d+)/.exec(bytes.toString())?.[1] ?? '?');
            if (onThis > 1) close(socket, 'head');
          }
          text += bytes;
          if (socket.destroyed || !text.includes('\r\n\r\n')) return;
          const [head, body] = text.split('\r\n\r\n');
          if (body!.length < Number(/Content-Length: (\d+)/.exec(head!)![1])) return;
          text = '';
          if (onThis === 1) socket.write(whole);
          else close(socket, 'body');
        });
      });
      const handler = handlerFor(`http://127.0.0.1:${await listening(server)}/`);
      const outcomes = [];
      for (let offset = 0n; offset < 4n; offset++) outcomes.push(await attempt(handler, message({offset})));
      expect(got).toEqual(['0', '1', '2', '3']);
      const [first, second, ...others] = outcomes;
      expect(first).toMatchObject({status: 'processed'});
      if (expected === 'failed') expect(second).toMatchObject({failure: {permanent: false}});
      else expect(second).toMatchObject({status: 'processed'});
      // A server that closes without a word costs one failure: what follows goes over new connections.
      if (how.startsWith('in the middle')) return;
      expect(outcomes.filter(({status}) => status === 'failed').length).toBeLessThanOrEqual(1);
      expect(others.at(-1)).toMatchObject({status: 'processed'});
    },
  );

  it('that closes idle connections gets the next message on a new one', async () => {
    let connections = 0;
    let closed = 0;
    const server = createTcpServer(socket => {
      connections++;
      socket.on('error', () => {});
      socket.on('close', () => closed++);
      socket.on('data', () => {
        socket.write(whole);
        setTimeout(() => socket.end(), 20);
      });
    });
    const handler = handlerFor(`http://127.0.0.1:${await listening(server)}/`);
    expect(await attempt(handler, message())).toMatchObject({status: 'processed'});
    await vi.waitFor(() => expect(closed).toBe(1), 30_000);
    expect(await attempt(handler, message())).toMatchObject({status: 'processed'});
    expect(connections).toBe(2);
  });

  it('that is waited for while the handler is closed: no failure of the message', async () => {
    let began = false;
    const handler = await forwardingTo(() => {
      began = true;
    });
    const outcomes = handler.handle(runOf(['1', '2']));
    await vi.waitFor(() => expect(began).toBe(true), 30_000);
    await handler.close();
    expect(await outcomes).toEqual([]);
  });
});
