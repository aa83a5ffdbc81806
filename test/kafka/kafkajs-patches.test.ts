import type {Broker} from 'kafkajs/src/consumer/offsetManager/index.js';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {type EmbeddedBroker, startBroker} from '../../source/broker/index.ts';
import {createClient} from '../../source/kafka/client.ts';
import {askMetadata} from '../../source/kafka/protocol/metadata.ts';

let broker: EmbeddedBroker;

beforeEach(async () => {
  broker = await startBroker();
});

afterEach(() => broker.stop());

it('a connection that is being opened is waited for, also by who comes while versions are asked for', async () => {
  const cluster = createClient({brokers: [`localhost:${broker.port}`]}).newCluster();
  await cluster.connect();
  await cluster.refreshMetadata();
  const [nodeId] = cluster.getNodeIds();
  broker.faults.add({api: 'ApiVersions', times: Number.POSITIVE_INFINITY}, {delay: 300});
  const connections = broker.connections();
  const first = cluster.findBroker({nodeId: nodeId!});
  // The socket is open, and what the server offers is not known yet.
  await expect.poll(() => broker.connections(), {interval: 5}).toBe(connections + 1);
  const second = await cluster.findBroker({nodeId: nodeId!});
  expect((await askMetadata(second, [])).brokers).toHaveLength(1);
  expect(await first).toBe(second);
  await cluster.disconnect();
});

it('a connection whose broker does not answer can be given up by many at once, without a warning of Node', async () => {
  const warnings: Error[] = [];
  const hear = (warning: Error) => warnings.push(warning);
  process.on('warning', hear);
  const cluster = createClient({brokers: [`localhost:${broker.port}`]}).newCluster();
  await cluster.connect();
  await cluster.refreshMetadata();
  const node = (await cluster.findBroker({nodeId: cluster.getNodeIds()[0]!})) as Broker & {
    disconnect(): Promise<void>;
  };
  broker.faults.add({api: 'Metadata', times: 1}, {delay: 300});
  const asked = askMetadata(node, []);
  // The request is on its way.
  await new Promise(resolve => setImmediate(resolve));
  const given = Array.from({length: 30}, () => node.disconnect());
  await Promise.all([asked.catch(() => {}), ...given]);
  await new Promise(resolve => setImmediate(resolve));
  process.off('warning', hear);
  expect(warnings).toEqual([]);
  await cluster.disconnect();
});
