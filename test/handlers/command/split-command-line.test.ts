import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {splitCommandLine} from '../../../source/handlers/command/split-command-line.ts';

describe('a command as a person types it', () => {
  it.each([
    ['python process.py', ['python', 'process.py']],
    ['  node   a.ts\t--flag  ', ['node', 'a.ts', '--flag']],
    [`python -c 'print("a b")'`, ['python', '-c', 'print("a b")']],
    [`say "a \\"b\\" \\\\ \\n" ''`, ['say', 'a "b" \\ \\n', '']],
    ['cat my\\ file', ['cat', 'my file']],
    [`a"b"'c'd`, ['abcd']],
    ['echo $HOME *.ts; rm -rf ~ | cat > x `id`', 'echo $HOME *.ts; rm -rf ~ | cat > x `id`'.split(' ')],
  ])('%s', (text, words) => {
    expect(splitCommandLine(text, false)).toEqual(words);
  });

  it('keeps the backslashes of Windows paths', () => {
    expect(splitCommandLine('C:\\Python\\python.exe a.py', true)).toEqual(['C:\\Python\\python.exe', 'a.py']);
  });

  it.each([`python 'a`, `python "a`, '', '  ', `''`])('%s is refused', text => {
    expect(() => splitCommandLine(text, false)).toThrow(/^The command /);
  });

  it('gives back any words that were quoted', () => {
    const quoted = (word: string) => `'${word.replaceAll("'", `'"'"'`)}'`;
    fc.assert(
      fc.property(fc.string({minLength: 1}), fc.array(fc.string()), (program, rest) => {
        const words = [program, ...rest];
        expect(splitCommandLine(words.map(quoted).join(' '), false)).toEqual(words);
      }),
      {seed: 3},
    );
  });
});
