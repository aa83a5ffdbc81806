import {commonFlags, type Flag} from './command.ts';

type Flags = Readonly<Record<string, Flag>>;

/** Flags that say how messages are processed, wherever that happens. */
const processing = {
  handler: {type: 'string'},
  exec: {type: 'string'},
  execLines: {type: 'string'},
  forward: {type: 'string'},
  schema: {type: 'string'},
  from: {type: 'string', isMultiple: true},
  partition: {type: 'number', isMultiple: true},
  skipToEnd: {type: 'boolean'},
  retries: {type: 'number'},
  onFailure: {type: 'string'},
  onLost: {type: 'string'},
  timeout: {type: 'string'},
  fault: {type: 'string', isMultiple: true},
  joinForeignGroup: {type: 'boolean'},
} as const satisfies Flags;

/**
 * The flags of each command, beside those that every command takes. Here and not with the commands, for a command line is
 * read before it is known which command is to be loaded. A name takes a value everywhere, or nowhere.
 */
export const commandFlags = {
  topic: {
    partitions: {type: 'number'},
    replicationFactor: {type: 'number'},
    create: {type: 'boolean', default: true},
  },
  publish: {
    // An empty key is a key: it is not null, and is placed like any other.
    key: {type: 'string', mayBeEmpty: true},
    header: {type: 'string', isMultiple: true},
    partition: {type: 'number'},
    lines: {type: 'boolean'},
    raw: {type: 'boolean'},
    null: {type: 'boolean'},
    template: {type: 'string'},
    listTemplates: {type: 'boolean'},
    templates: {type: 'string'},
    placeholders: {type: 'boolean'},
    times: {type: 'number'},
    rate: {type: 'number'},
    create: {type: 'boolean', default: true},
    deadline: {type: 'number'},
  },
  consume: {
    ...processing,
    max: {type: 'number'},
    untilEnd: {type: 'boolean'},
    acts: {type: 'boolean'},
    step: {type: 'boolean'},
    withValue: {type: 'boolean'},
    create: {type: 'boolean', default: true},
  },
  redrive: {
    to: {type: 'string'},
    count: {type: 'boolean'},
    max: {type: 'number'},
    rate: {type: 'number'},
    retries: {type: 'number'},
    joinForeignGroup: {type: 'boolean'},
  },
  rewind: {
    to: {type: 'string', isMultiple: true},
    partition: {type: 'number', isMultiple: true},
    count: {type: 'boolean'},
    yes: {type: 'boolean'},
    skipUnprocessed: {type: 'boolean'},
  },
  groups: {},
  peek: {
    from: {type: 'string', isMultiple: true},
    partition: {type: 'number', isMultiple: true},
    filter: {type: 'string'},
    values: {type: 'boolean'},
    max: {type: 'number'},
  },
  doctor: {},
  broker: {
    port: {type: 'number'},
    host: {type: 'string'},
    autoCreate: {type: 'boolean'},
  },
} as const satisfies Readonly<Record<string, Flags>>;

/** The flags of the interface, which opens where no command is named. */
export const interfaceFlags = {
  ...processing,
  partitions: {type: 'number'},
  replicationFactor: {type: 'number'},
  typePath: {type: 'string'},
  recipientPath: {type: 'string'},
  templates: {type: 'string'},
  embedded: {type: 'boolean'},
} as const satisfies Flags;

export type CommandName = keyof typeof commandFlags;

/** What may stand beside the flags of a command, and how many of it at most. */
export const commandWords: Readonly<Record<CommandName, {readonly most: number; readonly what: string}>> = {
  topic: {most: 1, what: 'one NAME'},
  publish: {most: 1, what: 'one FILE'},
  consume: {most: 0, what: 'flags only'},
  redrive: {most: 0, what: 'flags only'},
  rewind: {most: 0, what: 'flags only'},
  groups: {most: 1, what: 'one NAME'},
  peek: {most: 0, what: 'flags only'},
  doctor: {most: 0, what: 'flags only'},
  broker: {most: 0, what: 'flags only'},
};

/** All flags that a command knows; null: the interface. */
export function flagsFor(command: CommandName | null): Flags {
  return {...commonFlags, ...(command === null ? interfaceFlags : commandFlags[command])};
}

export function isCommandName(word: string): word is CommandName {
  return Object.hasOwn(commandFlags, word);
}
