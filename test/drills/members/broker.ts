import {connect} from 'node:net';
import kafkajs, {type Kafka} from 'kafkajs';
import {startBroker} from '../../../source/broker/index.ts';
import {createClient} from '../../../source/kafka/client.ts';
import {freePorts, startKafka} from '../../kafka/start-kafka.ts';
import {startProxy, type TcpProxy} from '../tcp-proxy.ts';

/** A broker whose members come to it through a proxy, while the judge goes straight to it. */
export type BrokerUnderDrill = {
  readonly kind: 'apache' | 'embedded';
  /** `host:port` for the members. */
  readonly bootstrap: string;
  readonly proxy: TcpProxy;
  /** For the judge: KafkaJS as it is. */
  readonly kafka: Kafka;
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** Apache Kafka is killed with its data kept. */
export async function startApacheUnderDrill(): Promise<BrokerUnderDrill> {
  const [port, proxyPort] = (await freePorts(2)) as [number, number];
  const cluster = await startKafka({
    port,
    properties: {'advertised.listeners': `PLAINTEXT://127.0.0.1:${proxyPort}`},
  });
  return behindProxy('apache', port, proxyPort, {
    kill: () => cluster.kill(),
    start: () => cluster.start(),
    stop: () => cluster.stop(),
  });
}

/**
 * The embedded broker in this process. It cannot be killed without its data: instead its port is closed and every
 * connection cut at once, which for a client is the same.
 */
export async function startEmbeddedUnderDrill(): Promise<BrokerUnderDrill> {
  const [proxyPort] = (await freePorts(1)) as [number];
  const broker = await startBroker({advertised: {host: '127.0.0.1', port: proxyPort}});
  return behindProxy('embedded', broker.port, proxyPort, {
    kill: () => broker.stopListening(),
    start: () => broker.listen(),
    stop: () => broker.stop(),
  });
}

async function behindProxy(
  kind: BrokerUnderDrill['kind'],
  port: number,
  proxyPort: number,
  broker: Pick<BrokerUnderDrill, 'kill' | 'start' | 'stop'>,
): Promise<BrokerUnderDrill> {
  const proxy = await startProxy(port, proxyPort);
  // Takes a timer of KafkaJS's away, once for the process, that newer Node warns of.
  createClient({brokers: [`127.0.0.1:${port}`]});
  return {
    ...broker,
    kind,
    bootstrap: `127.0.0.1:${proxyPort}`,
    proxy,
    kafka: new kafkajs.Kafka({
      clientId: 'drill',
      brokers: [`127.0.0.1:${port}`],
      logLevel: kafkajs.logLevel.NOTHING,
      connectionTimeout: 3000,
      requestTimeout: 5000,
      retry: {initialRetryTime: 100, retries: 1},
      // The broker names the proxy as its address; the judge must not depend on what the drill does there.
      socketFactory: ({onConnect}) => connect({host: '127.0.0.1', port}, onConnect),
    }),
    async stop() {
      await proxy.close();
      await broker.stop();
    },
  };
}
