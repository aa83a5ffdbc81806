import {describe, expect, it} from 'vitest';
import {alikeOf} from '../../../source/flow/outcome.ts';
import {failureFromProgram} from '../../../source/handlers/command/failure-from-program.ts';
import {answerOf} from '../../../source/handlers/command/line-protocol.ts';
import {message} from '../../flow/support/messages.ts';

const python = (last: string) =>
  `Traceback (most recent call last):\n  File "process.py", line 3, in <module>\n${last}\n`;
const node = `/app/notify.js:3
throw new TypeError('there is no recipient');
^

TypeError: there is no recipient
    at Object.<anonymous> (/app/notify.js:3:7)
    at Module._compile (node:internal/modules/cjs/loader:1554:14)

Node.js v24.4.1
`;
const java =
  'Exception in thread "main" java.io.IOException: no way\n\tat Main.main(Main.java:3)\n\t... 3 more\n';

function failureOf(stderr: string) {
  return failureFromProgram({end: {by: 'exit', code: 1}, lastErrors: stderr}, 1000)!;
}

describe('failures of a program', () => {
  it('are alike by what the last line on stderr says, not by the exit', () => {
    const key = failureOf(python("KeyError: 'to'"));
    const values = ['no user u-17', 'no user u-18'].map(why => failureOf(python(`ValueError: ${why}`)));
    expect([key, ...values].map(alikeOf)).toEqual(['KeyError', 'ValueError', 'ValueError']);
    expect(key).toMatchObject({name: 'exit 1', message: "KeyError: 'to'"});
  });

  it.each([
    [
      'Python, an error of a module',
      python('json.decoder.JSONDecodeError: Expecting value'),
      'JSONDecodeError',
    ],
    ['Python, without a reason', python('KeyboardInterrupt'), 'KeyboardInterrupt'],
    ['Node, above the way to it and its version', node, 'TypeError'],
    ['Java', java, 'IOException'],
    ['one whose class says nothing', 'Error: no such user\n', 'Error: no such user'],
    ['a sentence', 'no such user: u-17\n', 'no such user: u-17'],
    ['nothing', '', 'exit 1'],
  ])('%s', (_, stderr, alike) => {
    expect(alikeOf(failureOf(stderr))).toBe(alike);
  });

  it('tell the reason, not the way to it', () => {
    expect(failureOf(node).message).toBe('TypeError: there is no recipient');
    expect(failureOf(java).message).toContain('java.io.IOException: no way');
    expect(failureOf('at 12:30: no\n').message).toBe('at 12:30: no');
  });

  it('by lines are alike in the same way, unless the program names them', () => {
    const alike = (answer: object) => {
      const read = answerOf(JSON.stringify({status: 'failed', ...answer}), message(0, 1, '{}'));
      return read.answer === 'failed' ? alikeOf(read.failure) : read.answer;
    };
    expect(alike({error: 'ValueError: no'})).toBe('ValueError');
    expect(alike({error: 'no such user'})).toBe('no such user');
    expect(alike({error: 'ValueError: no', name: 'NoUser'})).toBe('NoUser');
    expect(alike({})).toBe('failed');
  });
});
