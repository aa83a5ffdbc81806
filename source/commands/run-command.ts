import process from 'node:process';
import meow from 'meow';
import {weakerWay} from '../settings/credentials-way.ts';
import {readDotEnv} from '../settings/dot-env.ts';
import {resolveSettings} from '../settings/resolve.ts';
import {readSaved} from '../settings/saved.ts';
import {SettingsError} from '../settings/settings.ts';
import type {Command, FlagValues} from './command.ts';
import {readCommandLine} from './command-line.ts';
import {CommandError, exitCodes} from './exit-codes.ts';
import {type CommandName, flagsFor} from './flags.ts';
import {say} from './output.ts';
import {holdYoungGeneration} from './young-generation.ts';

/** Loaded when asked for: a command does not wait for what another needs. */
const commands: Record<CommandName, () => Promise<{default: Command}>> = {
  topic: () => import('./topic.ts'),
  publish: () => import('./publish.ts'),
  consume: () => import('./consume.ts'),
  redrive: () => import('./redrive.ts'),
  rewind: () => import('./rewind.ts'),
  groups: () => import('./groups.ts'),
  peek: () => import('./peek.ts'),
  doctor: () => import('./doctor.ts'),
  broker: () => import('./broker.ts'),
};

const generalHelp = `
  Usage
    $ kafka-notify [options]            open the interface
    $ kafka-notify COMMAND [options]    options may stand before the command too

  Commands
    topic NAME    ensure a topic: look, create it when it is missing, say how it stands
    publish       publish JSON (a file or stdin), and say what the broker acknowledged
    consume       process messages with your own code, and commit only what is finished
    broker        run the embedded broker (not Apache Kafka; its data ends with it)
    groups [NAME] consumer groups: state, members, committed offsets, lag
    rewind        set a group's committed offsets back, with a count of what comes again
    redrive       publish dead letters to the topic that they came from
    peek          look at retained messages, without a group
    doctor        each setting and where it came from, and the connection step by step

  Options that every command takes
    --brokers host:port,…   KAFKA_BOOTSTRAP_SERVERS   (localhost:9092)
    --topic NAME            TOPIC_NAME
    --group NAME            KAFKA_GROUP_ID            (a private group of yours)
    --unpacked-limit MiB    KAFKA_NOTIFY_UNPACKED_LIMIT (64)   a batch that is more when unpacked is not read
    --trust-env-file        let .env here say where credentials from the environment go (refused otherwise; the
                            interface asks once)
    --help, --version       wherever they stand, nothing else is done

  Settings come from flags, else the environment, else .env in this folder, else config.json in the configuration folder,
  else the default. The topic that the interface remembered counts for the interface only.

  Examples
    $ kafka-notify --handler ./notify.ts
    $ kafka-notify topic notifications --partitions 3
    $ echo '{"type":"email","to":"user@example.org"}' | kafka-notify publish --topic notifications
    $ kafka-notify consume --topic notifications --from beginning --handler ./notify.ts
`;

/** Runs one command line (without node and script) and answers the exit code. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  // Whoever writes hears of it where it writes: see `output`.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  endWithASentence();
  holdYoungGeneration();
  try {
    if (argv.length === 1 && argv[0] === 'help') return await help();
    const {command: name, asks, argv: read} = readCommandLine(argv);
    if (asks === 'help' && name === null) return await help();
    if (asks === 'version') return sayVersion();
    const {default: command} = await (name === null ? openTheInterface() : commands[name]());
    const cli = meow(command.help, {
      importMeta: import.meta,
      argv: asks === 'help' ? ['--help'] : read,
      flags: flagsForMeow(name) as never,
      allowUnknownFlags: false,
      description: false,
      version: version(),
    });
    const flags = cli.flags as FlagValues;
    const {settings, file} = settingsFor(flags);
    // The broker connects to nobody.
    if (name !== 'broker' && flags.trustEnvFile !== true && weakerWay(settings).length > 0) {
      const {checkEnvFile} = await import('./env-file-consent.ts');
      await checkEnvFile(settings, file, {mayAsk: name === null && isTerminal()});
    }
    return await command.run({words: cli.input.map(String), flags, settings});
  } catch (error) {
    return explain(error);
  }
}

/** What nobody has caught would be a stack trace on the terminal. The interface has a report of its own for it. */
function endWithASentence(): void {
  process.on('uncaughtException', error => {
    if (process.listenerCount('uncaughtException') === 1) process.exit(explain(error));
  });
}

const openTheInterface = () => import('./open/open.ts');

/** What is ours alone meow does not take. */
function flagsForMeow(name: CommandName | null): object {
  const all = Object.entries(flagsFor(name));
  return Object.fromEntries(all.map(([flag, {mayBeEmpty: _, ...rest}]) => [flag, rest]));
}

/** What there is, and then the interface's own: no command names it. */
async function help(): Promise<number> {
  const {default: itself} = await openTheInterface();
  const own = itself.help.replace(/^\n {2}Usage\n.*\n\n/, '');
  process.stdout.write(`${generalHelp}\n  The interface\n\n${own}`);
  return exitCodes.done;
}

function sayVersion(): number {
  process.stdout.write(`${version()}\n`);
  return exitCodes.done;
}

function settingsFor(flags: FlagValues) {
  const file = readDotEnv(process.cwd());
  for (const warning of file.warnings) say(warning);
  const {saved, problem} = readSaved(process.env);
  if (problem !== null) say(problem);
  const settings = resolveSettings({
    flags: textsOf(flags),
    environment: process.env,
    dotEnv: file.values,
    saved,
  });
  return {settings, file};
}

function isTerminal(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

function textsOf(flags: FlagValues): Record<string, string | undefined> {
  const texts = Object.entries(flags).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}

function explain(error: unknown): number {
  if (error instanceof CommandError) {
    if (error.message !== '') say(error.message);
    return error.exitCode;
  }
  if (error instanceof SettingsError) {
    say(error.message);
    return exitCodes.wrongUse;
  }
  say(`Something went wrong that should not: ${(error as Error).message}`);
  if (process.env.KAFKA_NOTIFY_DEBUG) say(String((error as Error).stack));
  else say('Set KAFKA_NOTIFY_DEBUG=1 to see where.');
  return exitCodes.failed;
}

function version(): string {
  return process.env.KAFKA_NOTIFY_VERSION ?? '0.1.0';
}
