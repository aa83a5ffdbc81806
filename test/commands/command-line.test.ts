import {describe, expect, it} from 'vitest';
import {readCommandLine} from '../../source/commands/command-line.ts';
import {CommandError, exitCodes} from '../../source/commands/exit-codes.ts';
import {
  type CommandName,
  commandFlags,
  commandWords,
  flagsFor,
  interfaceFlags,
} from '../../source/commands/flags.ts';

const names: readonly (CommandName | null)[] = [null, ...(Object.keys(commandFlags) as CommandName[])];
const dashed = (name: string) => `--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;
const every = names.flatMap(command =>
  Object.entries(flagsFor(command)).map(([name, flag]) => ({command, flag: dashed(name), ...flag})),
);
const valued = every.filter(({type}) => type !== 'boolean');
const named = (command: CommandName | null) => (command === null ? [] : [command]);

/** The sentence that refuses it; a wrong use, whatever it is. */
function refusal(argv: readonly string[]): string {
  try {
    return `taken: ${readCommandLine(argv).argv.join(' ')}`;
  } catch (error) {
    expect(error).toBeInstanceOf(CommandError);
    expect((error as CommandError).exitCode).toBe(exitCodes.wrongUse);
    return (error as CommandError).message;
  }
}

describe('each flag of each command', () => {
  it.each(valued)('$command $flag needs a value', ({command, flag}) => {
    expect(refusal([...named(command), flag])).toBe(`${flag} needs a value behind it.`);
    expect(refusal([...named(command), flag, '--topic=t'])).toBe(`${flag} needs a value behind it.`);
  });

  it.each(valued.filter(({mayBeEmpty}) => !mayBeEmpty))(
    '$command $flag takes no empty value',
    ({command, flag}) => {
      for (const empty of [[flag, ''], [`${flag}=`], [flag, ' ']])
        expect(refusal([...named(command), ...empty])).toContain(`The value of ${flag} is empty`);
    },
  );

  it.each(every.filter(({isMultiple}) => !isMultiple))(
    '$command $flag stands there once',
    ({command, flag, type}) => {
      const once = type === 'boolean' ? [flag] : [flag, '1'];
      expect(refusal([...named(command), ...once])).toMatch(/^taken/);
      expect(refusal([...once, ...named(command), ...once])).toBe(
        `${flag} is given twice; it may stand here once.`,
      );
    },
  );

  it.each(every.filter(({type}) => type === 'number'))('$command $flag takes digits', ({command, flag}) => {
    for (const text of ['x', '0x10', '1e3', 'Infinity', '1 2', '٣'])
      expect(refusal([...named(command), flag, text])).toBe(`${flag} takes a number, written in digits.`);
  });

  it.each(every.filter(({type}) => type === 'boolean'))(
    '$command $flag takes no value',
    ({command, flag}) => {
      expect(refusal([...named(command), `${flag}=maybe`])).toBe(`${flag} takes no value.`);
    },
  );
});

describe('a command line', () => {
  it('may have its flags before the command', () => {
    expect(readCommandLine(['--brokers', 'X', 'groups', 'mailer', '--topic', 'dev'])).toEqual({
      command: 'groups',
      asks: null,
      argv: ['--brokers=X', '--topic=dev', '--', 'mailer'],
    });
    expect(readCommandLine(['--no-create', '--topic', 'peek', 'publish', '-'])).toMatchObject({
      command: 'publish',
      argv: ['--no-create', '--topic=peek', '--', '-'],
    });
    expect(readCommandLine(['--handler', 'topic'])).toMatchObject({command: null, argv: ['--handler=topic']});
  });

  it('keeps what is a value as it is: empty where that means something, with dashes, with =', () => {
    const {argv} = readCommandLine([
      'publish',
      '--key',
      '',
      '--header',
      'a=b=',
      '--header=--x',
      '--',
      '--file',
    ]);
    expect(argv).toEqual(['--key=', '--header=a=b=', '--header=--x', '--', '--file']);
    expect(readCommandLine(['consume', '--from', '-1h']).argv).toEqual(['--from=-1h']);
  });

  it('asks for help or the version wherever that stands, and then for nothing else', () => {
    expect(readCommandLine(['publish', '--topic', 't', '--help'])).toMatchObject({
      asks: 'help',
      command: 'publish',
    });
    expect(readCommandLine(['--help', '--nonsense'])).toMatchObject({asks: 'help', command: null});
    expect(readCommandLine(['consume', '--version'])).toMatchObject({asks: 'version'});
  });

  it.each([
    [['nonsense'], 'There is no command "nonsense"'],
    [['constructor'], 'There is no command "constructor"'],
    [[''], 'There is no command ""'],
    [['consume', '--nonsense=secret'], 'There is no flag --nonsense; --help lists them.'],
    [['--nonsense'], 'There is no flag --nonsense; --help lists them.'],
    [['consume', '-h'], 'There is no flag -h;'],
    [['consume', '--__proto__'], 'There is no flag --__proto__;'],
    [['publish', '--no-key'], 'There is no flag --no-key;'],
    [['peek', '--key', 'a'], 'There is no flag --key;'],
    [['consume', 'topic-name'], '"topic-name" is one word too many: consume takes flags only.'],
    [['publish', 'a', 'b'], '"b" is one word too many: publish takes one FILE.'],
    [['publish', ''], 'An empty word stands beside the flags'],
    [['publish', '--key', '--null'], '--key needs a value behind it.'],
  ])('%j is refused', (argv, sentence) => {
    expect(refusal(argv)).toContain(sentence);
  });

  it('never tells what stands behind an unknown flag', () => {
    expect(refusal(['consume', '--password=hunter2'])).not.toContain('hunter2');
  });

  it('is read by one table: a name takes a value everywhere or nowhere, and each command says what words it takes', () => {
    for (const {flag, type} of every)
      expect(
        every.filter(each => each.flag === flag && (each.type === 'boolean') !== (type === 'boolean')),
      ).toEqual([]);
    expect(Object.keys(commandWords)).toEqual(Object.keys(commandFlags));
    expect(Object.keys(interfaceFlags)).not.toEqual([]);
  });
});
