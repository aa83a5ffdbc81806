import {connect} from 'node:net';
import type {EmbeddedBroker} from '../../broker/index.ts';
import type {Settings} from '../../settings/settings.ts';

const kafkaPort = 9092;
const lookDeadline = 500;
/** As many as show what partitions are for. */
const partitions = 3;

/**
 * Whether to bring a broker along: where the person asked for it, or named no broker at all and nothing listens where
 * one would be by default.
 */
export async function needsEmbeddedBroker({brokers}: Settings, asked: boolean): Promise<boolean> {
  if (asked) return true;
  if (brokers.source !== 'default') return false;
  return !(await isListening('127.0.0.1', kafkaPort)) && !(await isListening('::1', kafkaPort));
}

/** Starts it where a broker is looked for by default, so that a second terminal joins without being told; else anywhere. */
export async function startEmbeddedBroker(): Promise<EmbeddedBroker> {
  const {startBroker} = await import('../../broker/index.ts');
  const options = {defaults: {partitions}};
  try {
    return await startBroker({...options, port: kafkaPort});
  } catch {
    return startBroker(options);
  }
}

function isListening(host: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({host, port, timeout: lookDeadline});
    const answer = (listening: boolean) => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
    socket.once('timeout', () => answer(false));
  });
}
