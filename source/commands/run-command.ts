import process from 'node:process';
import meow from 'meow';
import {readDotEnv} from '../settings/dot-env.ts';
import {resolveSettings} from '../settings/resolve.ts';
import {readSaved} from '../settings/saved.ts';
import {SettingsError} from '../settings/settings.ts';
import {type Command, commonFlags, type FlagValues} from './command.ts';
import {CommandError, exitCodes} from './exit-codes.ts';
import {say} from './output.ts';

/** Loaded when asked for: a command does not wait for what another needs. */
const commands: Record<string, () => Promise<{default: Command}>> = {
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
    $ kafka-notify COMMAND [options]

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
    --help, --version

  Settings come from flags, else the environment, else .env in this folder, else what was saved, else the default.

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
  try {
    const name = argv.find(each => !each.startsWith('-'));
    const isNamed = name !== undefined && argv[0] === name;
    const load = isNamed ? commands[name] : undefined;
    if (!load && (isNamed || asksGenerally(argv))) return general(argv);
    const {default: command} = await (load ?? openTheInterface)();
    const cli = meow(command.help, {
      importMeta: import.meta,
      argv: load ? argv.slice(1) : argv,
      flags: {...commonFlags, ...command.flags} as never,
      allowUnknownFlags: false,
      description: false,
      version: version(),
    });
    const flags = cli.flags as FlagValues;
    return await command.run({words: cli.input.map(String), flags, settings: settingsFor(flags)});
  } catch (error) {
    return explain(error);
  }
}

const openTheInterface = () => import('./open/open.ts');

function asksGenerally([first]: readonly string[]): boolean {
  return first === '--version' || first === '--help' || first === 'help';
}

function general(argv: readonly string[]): number {
  const [first] = argv;
  if (first === '--version') {
    process.stdout.write(`${version()}\n`);
    return exitCodes.done;
  }
  if (first === '--help' || first === 'help') {
    process.stdout.write(generalHelp);
    return exitCodes.done;
  }
  say(`There is no command "${first}". kafka-notify --help lists the commands.`);
  return exitCodes.wrongUse;
}

function settingsFor(flags: FlagValues) {
  const {values: dotEnv, warnings} = readDotEnv(process.cwd());
  for (const warning of warnings) say(warning);
  return resolveSettings({
    flags: textsOf(flags),
    environment: process.env,
    dotEnv,
    saved: readSaved(process.env),
  });
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
