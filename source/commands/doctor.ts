import {lookup} from 'node:dns/promises';
import {checkTopicName} from '../flow/topic-name.ts';
import type {KafkaClient} from '../kafka/client.ts';
import {parseBrokers} from '../kafka/client.ts';
import {type ClusterFound, reachNodes} from '../kafka/cluster-nodes.ts';
import {explainError} from '../kafka/explain-error.ts';
import {describePort, probePort} from '../kafka/probe-port.ts';
import {oldestTried} from '../kafka/server-age.ts';
import {shakeHands} from '../kafka/shake-hands.ts';
import {Topics} from '../kafka/topics.ts';
import {safeText} from '../payload/safe-text.ts';
import {whyNotKept} from '../settings/compile-cache.ts';
import type {Setting, Settings} from '../settings/settings.ts';
import {stateFolder} from '../settings/state-folder.ts';
import type {Command} from './command.ts';
import {clientFor, sentenceFor, tls} from './connection.ts';
import {exitCodes} from './exit-codes.ts';
import {linesTo} from './output.ts';

const command: Command = {
  help: `
  Usage
    $ kafka-notify doctor [options]

  Shows each setting and where it came from (secrets masked), then tries the connection step by step: each address given,
  each node that the cluster names, and what the servers lack of what this tool uses. Nothing is changed.

  Exit codes
    0 all is well; what is only lacking (!) is no fault · 1 something failed (✗) · 2 wrong use

  Example
    $ kafka-notify doctor --brokers localhost:9092 --topic notifications
`,
  async run({settings}) {
    const lines = linesTo();
    const print = (line: string) => lines.writeText(`${safeText(line)}\n`);
    print('Settings');
    for (const [name, setting] of Object.entries(settings) as [keyof Settings, Setting<unknown>][]) {
      const value = setting.value === null ? '–' : String(setting.value);
      print(
        `  ${name.padEnd(17)} ${value.padEnd(28)} ${setting.source}${setting.source === 'default' ? '' : ` (${name === 'topic' && setting.source === 'saved' ? 'the interface alone takes it' : setting.name})`}`,
      );
    }
    const notKept = whyNotKept(stateFolder(process.env));
    if (notKept !== null) print(`  ! ${notKept}`);
    print('Connection');
    const steps = [...brokerSteps(settings), ...topicSteps(settings)];
    let isWell = true;
    for (const {what, attempt, isOneOfSeveral} of steps) {
      try {
        const found = await attempt();
        const {said, noted} = typeof found === 'string' ? {said: found, noted: []} : found;
        print(`  ✓ ${what}: ${said}`);
        for (const note of noted) print(`  ! ${note}`);
      } catch (error) {
        print(`  ✗ ${what}: ${(error as Error).message}`);
        isWell = false;
        if (!isOneOfSeveral) break;
      }
    }
    await lines.end();
    return isWell ? exitCodes.done : exitCodes.failed;
  },
};

export default command;

type Step = {
  readonly what: string;
  /** The next steps are tried also where this one fails. */
  readonly isOneOfSeveral?: boolean;
  /** What is well, and what is to be known beside; rejects with what is not well. */
  attempt(): Promise<string | {readonly said: string; readonly noted: readonly string[]}>;
};

function brokerSteps(settings: Settings): Step[] {
  const protocol = settings.securityProtocol.value.toUpperCase();
  const brokers = parseBrokers(settings.brokers.value);
  const isOneOfSeveral = brokers.length > 1;
  return brokers.flatMap(broker => {
    const at = broker.lastIndexOf(':');
    const host = broker.slice(0, at);
    const port = Number(broker.slice(at + 1));
    const name: Step = {
      what: `name ${host}`,
      isOneOfSeveral,
      attempt: async () => {
        const found = await lookup(host).catch(() => null);
        if (!found) throw new Error('this host is not known here; check its spelling');
        return found.address;
      },
    };
    const answer: Step = {
      what: `port ${port}`,
      isOneOfSeveral,
      attempt: async () => {
        const found = await probePort(host, port, 3000);
        if (found === 'kafka') return 'a Kafka broker answers';
        if (found === 'refused') throw new Error('nothing is listening there');
        throw new Error((await describePort(broker)) ?? 'what answers is no Kafka broker');
      },
    };
    const handshake: Step = {
      what: `TLS ${port}`,
      isOneOfSeveral,
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
    // A topic can be looked at also while a node is away.
    isOneOfSeveral: true,
    async attempt() {
      let cluster: ClusterFound;
      try {
        cluster = await reachNodes(client);
      } catch (error) {
        throw new Error(await sentenceFor(error, client));
      }
      return sayCluster(cluster, client);
    },
  };
  if (!topic) return [signIn];
  const look: Step = {
    what: `topic ${topic}`,
    attempt: () =>
      withAdmin(async topics => {
        checkTopicName(topic);
        const found = await topics.describe(topic);
        if (found.status === 'missing') return 'not there yet; it is created when it is needed';
        if (found.leaderless) throw new Error(found.leaderless.join(' '));
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

/** What is said of the nodes that were gone to; throws where one was not reached. */
function sayCluster(
  {nodes, away}: ClusterFound,
  client: KafkaClient,
): {readonly said: string; readonly noted: readonly string[]} {
  const reached = nodes.filter(each => each.reached);
  const noted = new Set(
    reached.flatMap(each => [
      ...(each.isOlderThanTried
        ? [`the server is older than Kafka ${oldestTried}, the oldest that this tool is tried with`]
        : []),
      ...each.lacks.map(lack => `the server offers ${lack}`),
    ]),
  );
  const missed = [
    ...nodes.flatMap(each => {
      if (each.reached) return [];
      const {sentence} = explainError(each.error, {brokers: client.brokers, servers: client.servers});
      return [`node ${each.node} (${each.address}) was not reached: ${sentence}`];
    }),
    ...away.map(
      ({node, partitions, leaderless}) =>
        `node ${node} is away: it has copies of ${count(partitions, 'partition')}, of which ${leaderless} ${leaderless === 1 ? 'has' : 'have'} no leader now.`,
    ),
  ];
  if (missed.length > 0)
    throw new Error(
      `${reached.length} of ${count(nodes.length + away.length, 'broker')} reached; ${missed.join(' ')}`,
    );
  const names = reached.length === 1 ? 'the name it gives itself' : 'the name that each gives itself';
  return {
    said: `${count(reached.length, 'broker')} reached under ${names}`,
    noted: [...noted],
  };
}

function count(number: number, what: string): string {
  return `${number} ${number === 1 ? what : `${what}s`}`;
}
