import type {Flag} from './command.ts';
import {CommandError, exitCodes} from './exit-codes.ts';
import {type CommandName, commandFlags, commandWords, flagsFor, isCommandName} from './flags.ts';

export type CommandLine = {
  /** null: the interface. */
  readonly command: CommandName | null;
  /** `--help` or `--version` stands somewhere: the rest is not looked at, and nothing is done. */
  readonly asks: 'help' | 'version' | null;
  /** Flags so that no parser has to guess (`--name=value`, `--name`, `--no-name`), then `--` and the words, if there are any. */
  readonly argv: readonly string[];
};

/** A flag as it stands there; `value` undefined: none. */
type Given = {readonly name: string; readonly isNo: boolean; readonly value: string | undefined};

/**
 * Reads a command line (without node and script), the flags on either side of the command, and checks each flag and word by
 * the command's table, in one place for all: what is unknown, has no value or an empty one, is no number, or is given twice
 * is a CommandError of wrong use. A word that begins with two dashes is never a value (`--key=--x` is one); one with a
 * single dash can be (`--from -1h`). Behind `--` stand words only.
 */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const {given, words} = takeApart(argv);
  const [first] = words;
  const command = first !== undefined && isCommandName(first) ? first : null;
  const asks = given.some(({name}) => name === 'help')
    ? 'help'
    : given.some(({name}) => name === 'version')
      ? 'version'
      : null;
  if (asks === null && first !== undefined && command === null)
    throw wrong(`There is no command "${first}". kafka-notify --help lists the commands.`);
  const rest = command === null ? words : words.slice(1);
  if (asks === null) check(command, given, rest);
  return {
    command,
    asks,
    argv: [...given.map(write), ...(rest.length > 0 ? ['--', ...rest] : [])],
  };
}

/** Flags that take a value, by their names: in one command or another, before it is known which. */
const withValue = new Set(
  [null, ...(Object.keys(commandFlags) as CommandName[])].flatMap(command =>
    Object.entries(flagsFor(command))
      .filter(([, {type}]) => type !== 'boolean')
      .map(([name]) => name),
  ),
);

function takeApart(argv: readonly string[]): {given: Given[]; words: string[]} {
  const given: Given[] = [];
  const words: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!;
    if (word === '--') {
      words.push(...argv.slice(at + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      words.push(word);
      continue;
    }
    const [, dashes, written, value] = /^(--?)([^=]*)(?:=(.*))?$/s.exec(word)!;
    const name = dashes === '--' ? camelCase(written!) : `-${written}`;
    const no = /^no([A-Z].*)$/.exec(name)?.[1];
    const isNo = no !== undefined && !withValue.has(name);
    const plain = isNo ? no.charAt(0).toLowerCase() + no.slice(1) : name;
    const next = argv[at + 1];
    if (value === undefined && withValue.has(name) && next !== undefined && !next.startsWith('--')) {
      given.push({name, isNo: false, value: next});
      at++;
    } else given.push({name: plain, isNo, value});
  }
  return {given, words};
}

function check(command: CommandName | null, given: readonly Given[], words: readonly string[]): void {
  const flags = flagsFor(command);
  const flagOf = ({name, isNo}: Given) => {
    const flag = Object.hasOwn(flags, name) ? flags[name]! : null;
    return flag && isNo && flag.type !== 'boolean' ? null : flag;
  };
  const unknown = given.filter(each => flagOf(each) === null);
  if (unknown.length > 0)
    throw wrong(`There is no flag ${unknown.map(shownName).join(', ')}; --help lists them.`);
  const seen = new Set<string>();
  for (const each of given) {
    const flag = flagOf(each)!;
    checkValue(each, flag);
    if (seen.has(each.name) && !flag.isMultiple)
      throw wrong(`${dashed(each.name)} is given twice; it may stand here once.`);
    seen.add(each.name);
  }
  if (command === null) return;
  const {most, what} = commandWords[command];
  if (words.includes('')) throw wrong(`An empty word stands beside the flags; ${command} takes ${what}.`);
  if (words.length > most) throw wrong(`"${words[most]}" is one word too many: ${command} takes ${what}.`);
}

function checkValue({name, isNo, value}: Given, {type, mayBeEmpty}: Flag): void {
  const flag = dashed(name);
  if (type === 'boolean') {
    if (value !== undefined && (isNo || (value !== 'true' && value !== 'false')))
      throw wrong(`${isNo ? `--no-${flag.slice(2)}` : flag} takes no value.`);
    return;
  }
  if (value === undefined) throw wrong(`${flag} needs a value behind it.`);
  if (value.trim() === '' && !mayBeEmpty) {
    const end = 'leave it out for what is the default';
    throw wrong(`The value of ${flag} is empty; ${end}.`);
  }
  // As a person writes a number: no 0x10, no 1e3, no Infinity, which a number's parser would take.
  if (type === 'number' && !/^-?\d+(\.\d+)?$/.test(value))
    throw wrong(`${flag} takes a number, written in digits.`);
}

/** The name only: what stands behind = may be meant for another flag, and secret. */
function shownName(each: Given): string {
  return write({...each, value: undefined})
    .slice(0, 100)
    .replaceAll('\n', '␊');
}

function write({name, isNo, value}: Given): string {
  const flag = isNo ? `--no-${dashed(name).slice(2)}` : dashed(name);
  return value === undefined ? flag : `${flag}=${keepingQuotes(value)}`;
}

/** Behind `=` meow takes a pair of quotes off, which a shell has done already: those that are left belong to the value. */
function keepingQuotes(value: string): string {
  const quote = value.charAt(0);
  return (quote === '"' || quote === "'") && value.endsWith(quote) ? `"${value}"` : value;
}

/** `skipToEnd` → `--skip-to-end` */
function dashed(name: string): string {
  if (name.startsWith('-')) return name;
  return `--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;
}

function camelCase(written: string): string {
  return written.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function wrong(sentence: string): CommandError {
  return new CommandError(sentence, exitCodes.wrongUse);
}
