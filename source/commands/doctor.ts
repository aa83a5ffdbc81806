import {lookup} from 'node:dns/promises';
import process from 'node:process';
import {checkTopicName} from '../flow/topic-name.ts';
import {parseBrokers} from '../kafka/client.ts';
import {describePort, probePort} from '../kafka/probe-port.ts';
import {shakeHands} from '../kafka/shake-hands.ts';
import {Topics} from '../kafka/topics.ts';
import {safeText} from '../payload/safe-text.ts';
import type {Setting, Settings} from '../settings/settings.ts';
import type {Command} from './command.ts';
import {clientFor, sentenceFor, tls} from './connection.ts';
import {exitCodes} from './exit-codes.ts';

const command: Command = {
  help: `
  Usage
    $ kafka-notify doctor [options]

  Shows each setting and where it came from (secrets masked), then tries the connection step by step.

  Example
    $ kafka-notify doctor --brokers localhost:9092 --topic notifications
`,
  flags: {},
  async run({settings}) {
    print('Settings');
    for (const [name, setting] of Object.entries(settings) as [keyof Settings, Setting<unknown>][]) {
      const value = setting.value === null ? '–' : String(setting.value);
      print(
        `  ${name.padEnd(17)} ${value.padEnd(28)} ${setting.source}${setting.source === 'default' ? '' : ` (${setting.name})`}`,
      );
    }
    print('Connection');
    const steps = [...brokerSteps(settings), ...topicSteps(settings)];
    for (const {what, attempt} of steps) {
      try {
        print(`  ✓ ${what}: ${await attempt()}`);
      } catch (error) {
        print(`  ✗ ${what}: ${(error as Error).message}`);
        return exitCodes.failed;
      }
    }
    return exitCodes.done;
  },
};

export default command;

type Step = {readonly what: string; attempt(): Promise<string>};

function brokerSteps(settings: Settings): Step[] {
  const protocol = settings.securityProtocol.value.toUpperCase();
  return parseBrokers(settings.brokers.value).flatMap(broker => {
    const at = broker.lastIndexOf(':');
    const host = broker.slice(0, at);
    const port = Number(broker.slice(at + 1));
    const name: Step = {
      what: `name ${host}`,
      attempt: async () => {
        const found = await lookup(host).catch(() => null);
        if (!found) throw new Error('this host is not known here; check its spelling');
        return found.address;
      },
    };
    const answer: Step = {
      what: `port ${port}`,
      attempt: async () => {
        const found = await probePort(host, port, 3000);
        if (found === 'kafka') return 'a Kafka broker answers';
        if (found === 'refused') throw new Error('nothing is listening there');
        throw new Error((await describePort(broker)) ?? 'what answers is no Kafka broker');
      },
    };
    const handshake: Step = {
      what: `TLS ${port}`,
      attempt: async () => {
        const trust = tls(settings);
        const {subject, validTo} = await shakeHands(host, port, trust === true ? {} : trust, 5000);
        return `the certificate of ${subject} is trusted, and valid until ${validTo}`;
      },
    };
    return [name, protocol.endsWith('SSL') ? handshake : answer];
  });
}

function topicSteps(settings: Settings): Step[] {
  const client = clientFor(settings);
  const topic = settings.topic.value;
  const signIn: Step = {
    what: settings.securityProtocol.value.toUpperCase().startsWith('SASL')
      ? `cluster, signed in as ${settings.saslUsername.value}`
      : 'cluster',
    attempt: () =>
      withAdmin(async topics => {
        const cluster = await topics.describeCluster();
        return `${cluster.brokers} ${cluster.brokers === 1 ? 'broker' : 'brokers'}, each reachable under the name it gives itself`;
      }),
  };
  if (!topic) return [signIn];
  const look: Step = {
    what: `topic ${topic}`,
    attempt: () =>
      withAdmin(async topics => {
        checkTopicName(topic);
        const found = await topics.describe(topic);
        if (found.status === 'missing') return 'not there yet; it is created when it is needed';
        return `${found.partitions.length} partitions`;
      }),
  };
  return [signIn, look];

  async function withAdmin(act: (topics: Topics) => Promise<string>): Promise<string> {
    const topics = new Topics(client);
    try {
      return await act(topics);
    } catch (error) {
      throw new Error(await sentenceFor(error, client, topic ?? undefined));
    } finally {
      await topics.close();
    }
  }
}

function print(line: string): void {
  process.stdout.write(`${safeText(line)}\n`);
}
