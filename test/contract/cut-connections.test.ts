import {createServer, type Server} from 'node:net';
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import {startBroker} from '../../source/broker/index.ts';
import {sentenceFor} from '../../source/commands/connection.ts';
import type {Draft} from '../../source/flow/delivery.ts';
import {createClient, type KafkaClient} from '../../source/kafka/client.ts';
import {createPartitioner} from '../../source/kafka/partitioners.ts';
import {KafkaPublisher} from '../../source/kafka/publisher.ts';
import {Topics} from '../../source/kafka/topics.ts';
import {startProxy, type TcpProxy} from '../drills/tcp-proxy.ts';
import {freePorts} from '../kafka/start-kafka.ts';
import {run} from '../support/program.ts';

/**
 * A broker that is restarting behind something that still takes connections and cuts them (a load balancer, Docker's
 * proxy): before it has answered once, it may be no Kafka broker; after that it is one.
 */
describe('a connection that is cut', () => {
  let broker: Awaited<ReturnType<typeof startBroker>>;
  let port: number;
  let proxy: TcpProxy | null = null;
  let cutting: Server | null = null;
  const draft: Draft = {topic: 't', key: null, value: Buffer.from('{}'), headers: []};
  const address = () => `127.0.0.1:${port}`;
  const guess = /may want TLS/;

  beforeAll(async () => {
    [port] = (await freePorts(1)) as [number];
    broker = await startBroker({advertised: {host: '127.0.0.1', port}});
  });

  afterEach(async () => {
    await proxy?.close();
    await new Promise<void>(resolve => (cutting ? cutting.close(() => resolve()) : resolve()));
    proxy = null;
    cutting = null;
  });

  afterAll(async () => {
    await broker.stop();
  });

  async function serve(): Promise<void> {
    proxy = await startProxy(broker.port, port);
  }

  async function cutAll(): Promise<void> {
    await proxy?.close();
    proxy = null;
    cutting = createServer(socket => socket.destroy());
    await new Promise<void>(resolve => cutting!.listen(port, '127.0.0.1', resolve));
  }

  async function failureOf(client: KafkaClient): Promise<string> {
    const topics = new Topics(client);
    const error = await topics.describe('t').then(
      () => null,
      reason => reason,
    );
    await topics.close();
    expect(error).not.toBeNull();
    return sentenceFor(error, client);
  }

  it('may mean TLS, or no Kafka at all, while nothing has answered there', async () => {
    await cutAll();
    expect(await failureOf(createClient({brokers: [address()]}))).toMatch(guess);
  });

  it('means a restart once the address has answered in Kafka’s protocol', async () => {
    await serve();
    const client = createClient({brokers: [address()]});
    const topics = new Topics(client);
    expect((await topics.ensure('t', {partitions: 1})).topic.partitions).toHaveLength(1);
    await topics.close();
    await cutAll();
    const sentence = await failureOf(client);
    expect(sentence).not.toMatch(guess);
    expect(sentence).toContain(`${address()} cut the connection`);
  });

  it('does not end a member that starts at such a moment: it waits for the broker', async () => {
    await serve();
    // The answer to its first request for metadata is lost with the connection.
    proxy!.loseAnswerOf(3);
    const where = ['--brokers', address(), '--topic', 't', '--group', 'starts-at-a-cut'];
    const {code, stderr} = await run(['consume', ...where, '--from', 'beginning', '--until-end']);
    expect(stderr).not.toMatch(guess);
    expect(code).toBe(0);
  });

  it('is told so in the row of a record that was being published', async () => {
    await serve();
    const client = createClient({brokers: [address()]});
    const publisher = new KafkaPublisher({client, partitioner: createPartitioner('java')});
    expect((await publisher.publish(draft)).state.status).toBe('acknowledged');
    // Cut when it was sent, it is unknown; cut before anything was sent, it has failed.
    proxy!.loseAnswerOf(0);
    const sent = await publisher.publish(draft);
    await cutAll();
    const unsent = await publisher.publish(draft);
    await publisher.close();
    expect([sent.state.status, unsent.state.status]).toEqual(['unknown', 'failed']);
    for (const {state} of [sent, unsent])
      expect(state).toMatchObject({reason: expect.not.stringMatching(guess)});
  });
});
