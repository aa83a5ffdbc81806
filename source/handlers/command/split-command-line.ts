/**
 * A command as a person types it, taken apart into a program and its arguments. No shell sees it: `$`, `*`, `|`, `;` and
 * `>` are characters like any other.
 *
 * - Blanks part the words.
 * - 'Single quotes' keep everything as it is.
 * - "Double quotes" keep blanks; within them `\"` and `\\` stand for `"` and `\`.
 * - Outside of quotes a backslash keeps the next character: `my\ file`. (On Windows it is a character like any other.)
 *
 * Throws a sentence when a quote is not closed or nothing is there.
 */
export function splitCommandLine(text: string, windows = process.platform === 'win32'): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: '"' | "'" | null = null;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    const next = text[at + 1];
    if (quote !== null && character === quote) quote = null;
    else if (quote === '"' && character === '\\' && (next === '"' || next === '\\')) {
      word = (word ?? '') + next;
      at++;
    } else if (quote !== null) word = (word ?? '') + character;
    else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (character === '\\' && !windows && next !== undefined) {
      word = (word ?? '') + next;
      at++;
    } else word = (word ?? '') + character;
  }
  if (quote !== null) throw new Error(`The command ${text} has a ${quote} that is not closed.`);
  if (word !== null) words.push(word);
  if (words.length === 0 || words[0] === '') throw new Error('The command is empty; name a program to run.');
  return words;
}
