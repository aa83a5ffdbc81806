import {type ParseError, parse, printParseErrorCode} from 'jsonc-parser';

export type JsonCheck =
  | {readonly valid: true}
  | {
      readonly valid: false;
      /** From 1, in characters. */
      readonly line: number;
      readonly column: number;
      /** From 0, in UTF-16 units. */
      readonly offset: number;
      readonly reason: string;
      /** It stands at the very beginning: its bytes (EF BB BF) are what is wrong, and no editor shows them. */
      readonly isByteOrderMark?: true;
    };

const reasons: Record<string, string> = {
  InvalidSymbol: 'this is no JSON value; text stands in double quotes',
  InvalidNumberFormat: 'this is no JSON number',
  PropertyNameExpected: 'expected a property name in double quotes',
  ValueExpected: 'expected a value',
  ColonExpected: 'expected a colon after the property name',
  CommaExpected: 'expected a comma',
  CloseBraceExpected: 'expected a closing }',
  CloseBracketExpected: 'expected a closing ]',
  EndOfFileExpected: 'expected the end; only one value may stand here',
  InvalidCommentToken: 'JSON has no comments',
  UnexpectedEndOfComment: 'JSON has no comments',
  UnexpectedEndOfString: 'this text is not closed with a double quote',
  UnexpectedEndOfNumber: 'this number is not complete',
  InvalidUnicode: 'after \\u stand four hexadecimal digits',
  InvalidEscapeCharacter: 'no such escape; a backslash itself is written \\\\',
  InvalidCharacter: 'a control character (a line end or tab) stands here; write it as \\n or \\t',
};

const byteOrderMark = '\uFEFF';

/**
 * Whether the text is JSON, exactly as JSON.parse sees it (RFC 8259), and if not, where and why. The text is only looked
 * at: numbers beyond what JavaScript holds and repeated names stay as they are.
 */
export function checkJson(text: string): JsonCheck {
  let engine: string;
  try {
    JSON.parse(text);
    return {valid: true};
  } catch (error) {
    if (error instanceof RangeError) return {...place(text, 0), valid: false, reason: 'nested too deeply'};
    engine = (error as Error).message;
  }
  if (text.startsWith(byteOrderMark)) {
    const reason = 'a byte order mark (EF BB BF) stands before the value; JSON begins without one (RFC 8259)';
    return {...place(text, 0), valid: false, reason, isByteOrderMark: true};
  }
  if (text.trim() === '') return {...place(text, text.length), valid: false, reason: 'there is nothing here'};
  const first = firstError(text);
  const told = Number(/at position (\d+)/.exec(engine)?.[1] ?? Number.NaN);
  // The engine's verdict counts; the other parser only knows more of the reason.
  const offset = first?.offset ?? (Number.isNaN(told) ? text.length : told);
  const reason = first
    ? reasons[printParseErrorCode(first.error)]!
    : engine.replace(/ in JSON.*| \(line.*/, '');
  return {...place(text, offset), valid: false, reason};
}

/** Nesting that the recursive parser below would not survive. */
const deep = 5000;

function firstError(text: string): ParseError | undefined {
  if (depthOf(text) > deep) return undefined;
  const errors: ParseError[] = [];
  parse(text, errors, {disallowComments: true, allowTrailingComma: false, allowEmptyContent: false});
  return errors.sort((left, right) => left.offset - right.offset)[0];
}

/** An upper bound: brackets inside of text count too. */
function depthOf(text: string): number {
  let depth = 0;
  let most = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5b || code === 0x7b) most = Math.max(most, ++depth);
    else if (code === 0x5d || code === 0x7d) depth--;
  }
  return most;
}

function place(text: string, offset: number): {line: number; column: number; offset: number} {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return {line: before.split('\n').length, column: [...before.slice(lineStart)].length + 1, offset};
}
