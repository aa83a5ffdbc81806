import process from 'node:process';
import {startBroker} from '../broker/index.ts';
import type {Command} from './command.ts';
import {CommandError, exitCodes} from './exit-codes.ts';
import {linesTo, say} from './output.ts';

const kafkaPort = 9092;
const loopback = new Set(['127.0.0.1', 'localhost', '::1']);

const command: Command = {
  help: `
  Usage
    $ kafka-notify broker [options]

  Runs the embedded broker alone, until Ctrl+C: one node, in memory, for a first look, demonstrations and tests. Any Kafka
  client can use it, in groups and in transactions. It is not Apache Kafka, and its data ends with it. Prints its address as
  one JSON line.

  Options
    --port N      where it listens (9092); 0: a free port
    --host HOST   127.0.0.1, so that only this machine reaches it; another address opens it to the network
    --auto-create a topic that a client asks for is made, as with Apache Kafka's auto.create.topics.enable=true

  Examples
    $ kafka-notify broker
    $ kafka-notify broker --port 0 | jq -r .bootstrap
`,
  async run({flags}) {
    const port = (flags.port as number | undefined) ?? kafkaPort;
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw new CommandError('--port takes a number from 0 to 65535.', exitCodes.wrongUse);
    }
    const host = (flags.host as string | undefined) ?? '127.0.0.1';
    const ended = endAsked();
    const defaults = {autoCreateTopics: flags.autoCreate === true};
    const broker = await startBroker({port, host, defaults}).catch((error: NodeJS.ErrnoException) => {
      throw new CommandError(sentenceFor(error, host, port));
    });
    say('EMBEDDED BROKER – NOT APACHE KAFKA; ITS DATA ENDS WITH IT');
    if (!loopback.has(host)) {
      say(
        `Warning: it listens on ${host}; whoever reaches this address can read and write everything, unasked.`,
      );
    }
    say(`Listening on ${broker.bootstrap}; Ctrl+C ends it.`);
    const lines = linesTo();
    const {bootstrap} = broker;
    lines.write({status: 'listening', bootstrap, host: broker.host, port: broker.port});
    try {
      // Whoever started it could not know where it listens.
      await lines.end();
      await ended;
    } finally {
      await broker.stop();
    }
    return exitCodes.done;
  },
};

export default command;

/** Resolves at the first signal that asks for the end; with the broker stopped there is nothing to force. */
function endAsked(): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}

function sentenceFor(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === 'EADDRINUSE') return `Port ${port} of ${host} is taken. --port 0 takes a free one.`;
  if (error.code === 'EACCES') return `Port ${port} may not be opened by this user.`;
  if (error.code === 'EADDRNOTAVAIL') return `${host} is no address of this machine.`;
  return `It cannot listen on ${host}:${port}: ${error.message}`;
}
