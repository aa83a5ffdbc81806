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
