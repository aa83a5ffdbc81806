import type {Settings} from '../settings/settings.ts';

export type Flag = {
  readonly type: 'string' | 'number' | 'boolean';
  readonly isMultiple?: boolean;
  readonly default?: boolean;
  /** An empty value has a meaning of its own. */
  readonly mayBeEmpty?: boolean;
};

export type FlagValues = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export type CommandInput = {
  /** What stands beside the flags. */
  readonly words: readonly string[];
  readonly flags: FlagValues;
  readonly settings: Settings;
};

/** One subcommand of the program. */
export type Command = {
  /** Everything after `kafka-notify NAME`: usage, options, examples. */
  readonly help: string;
  /** Answers the exit code; a CommandError says why not. */
  run(input: CommandInput): Promise<number>;
};

/** Flags that every command takes. */
export const commonFlags = {
  brokers: {type: 'string'},
  topic: {type: 'string'},
  group: {type: 'string'},
  partitioner: {type: 'string'},
  unpackedLimit: {type: 'string'},
  trustEnvFile: {type: 'boolean'},
} as const satisfies Record<string, Flag>;
