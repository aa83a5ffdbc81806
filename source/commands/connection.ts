import {readFileSync} from 'node:fs';
import {type ConnectionSettings, createClient, type KafkaClient, parseBrokers} from '../kafka/client.ts';
import {explainError} from '../kafka/explain-error.ts';
import {describePort} from '../kafka/probe-port.ts';
import type {Settings} from '../settings/settings.ts';
import {CommandError, exitCodes} from './exit-codes.ts';
import {say} from './output.ts';

/** A client for these settings; nothing is connected yet. What cannot be used is a CommandError of wrong use. */
export function clientFor(settings: Settings, onLog?: ConnectionSettings['onLog']): KafkaClient {
  let brokers: string[];
  try {
    brokers = parseBrokers(settings.brokers.value);
  } catch (error) {
    throw new CommandError(`${(error as Error).message} (${settings.brokers.name})`, exitCodes.wrongUse);
  }
  return createClient({
    brokers,
    ...security(settings),
    unpackedLimit: settings.unpackedLimit.value * 1024 * 1024,
    ...(onLog && {onLog}),
    // With a screen, stderr is not for words.
    onNotice: text => (onLog ? onLog({level: 'warn', from: 'Server', text}) : say(text)),
  });
}

/**
 * The topic that a command works on. What the interface only remembered is for the interface: a script would publish to
 * whatever somebody looked at last.
 */
export function topicOf({topic: {value, source}}: Settings, word?: string): string {
  const topic = word ?? (source === 'saved' ? null : value);
  if (topic) return topic;
  const remembered =
    source === 'saved' ? ` The interface remembers ${value}, and is alone in taking it.` : '';
  throw new CommandError(
    `No topic is named; give --topic NAME, or set TOPIC_NAME in the environment or in .env.${remembered}`,
    exitCodes.wrongUse,
  );
}

/** One sentence for an error of the broker; where it is about the connection, what the port really answers is added. */
export async function sentenceFor(error: unknown, client: KafkaClient, topic?: string): Promise<string> {
  const {brokers, servers} = client;
  const {sentence} = explainError(error, {brokers, servers, ...(topic && {topic})});
  if (
    !/(closed|cut) the connection|did not answer|No answer within|did not take the connection/.test(sentence)
  )
    return sentence;
  // What has answered in Kafka's protocol is a Kafka broker, whatever its port says at this moment.
  if (brokers.some(broker => servers.hasSpoken(broker))) return sentence;
  for (const broker of brokers) {
    const found = await describePort(broker, {speaksTls: client.speaksTls});
    if (found) return `${broker} is not usable as a Kafka broker: ${found}.`;
  }
  return sentence;
}

function security(settings: Settings): Pick<ConnectionSettings, 'ssl' | 'sasl'> {
  const protocol = settings.securityProtocol.value.toUpperCase();
  if (!['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'].includes(protocol)) {
    throw new CommandError(
      `${settings.securityProtocol.name} is "${protocol}"; it can be PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL.`,
      exitCodes.wrongUse,
    );
  }
  return {
    ...(protocol.endsWith('SSL') && {ssl: tls(settings)}),
    ...(protocol.startsWith('SASL') && {sasl: sasl(settings)}),
  };
}

/** What TLS is to trust beside the system's certificates. */
export function tls({sslCaLocation}: Settings): true | {ca: string[]} {
  const path = sslCaLocation.value;
  if (!path) return true;
  try {
    return {ca: [readFileSync(path, 'utf8')]};
  } catch (error) {
    throw new CommandError(
      `The CA file ${path} cannot be read: ${(error as Error).message}`,
      exitCodes.wrongUse,
    );
  }
}

function sasl({saslMechanism, saslUsername, saslPassword}: Settings): ConnectionSettings['sasl'] {
  const mechanism = (saslMechanism.value ?? 'PLAIN').toLowerCase();
  if (mechanism !== 'plain' && mechanism !== 'scram-sha-256' && mechanism !== 'scram-sha-512') {
    throw new CommandError(
      `${saslMechanism.name} is "${mechanism}"; it can be PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512.`,
      exitCodes.wrongUse,
    );
  }
  if (!saslUsername.value || !saslPassword.value) {
    throw new CommandError('SASL needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD.', exitCodes.wrongUse);
  }
  return {
    mechanism,
    username: saslUsername.value,
    password: saslPassword.value.reveal(),
  } as ConnectionSettings['sasl'];
}
