/** Deeply nested text would grow by its indentation beyond all use; it is then left as it is. In UTF-16 units. */
const mostGrown = 32_000_000;

/**
 * JSON in lines, by token: numbers, strings, escapes, repeated names and their order stay letter by letter, only the
 * white space between them is made anew. What is not JSON (or would grow without measure) comes back unchanged.
 */
export function formatJson(text: string, {indent = 2}: {readonly indent?: number} = {}): string {
  return isJson(text) ? (rewritten(text, indent) ?? text) : text;
}

/** JSON on one line without white space between its tokens, which stay letter by letter. Else unchanged. */
export function compactJson(text: string): string {
  return isJson(text) ? (rewritten(text, null) ?? text) : text;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function rewritten(json: string, indent: number | null): string | null {
  const parts: string[] = [];
  const lineStarts: string[] = [];
  let depth = 0;
  let length = 0;
  const lineStart = () => {
    if (indent === null) return '';
    lineStarts[depth] ??= `\n${' '.repeat(depth * indent)}`;
    return lineStarts[depth]!;
  };
  for (let at = skipSpace(json, 0); at < json.length; ) {
    const end = tokenEnd(json, at);
    const token = json[at]!;
    const next = skipSpace(json, end);
    let part = json.slice(at, end);
    if (token === '{' || token === '[') {
      const closing = json[next]!;
      if (closing === '}' || closing === ']') {
        parts.push(part, closing);
        at = skipSpace(json, next + 1);
        continue;
      }
      depth++;
      part += lineStart();
    } else if (token === '}' || token === ']') {
      depth--;
      part = lineStart() + part;
    } else if (token === ',') part += lineStart();
    else if (token === ':' && indent !== null) part += ' ';
    length += part.length;
    if (length > mostGrown + json.length) return null;
    parts.push(part);
    at = next;
  }
  return parts.join('');
}

function skipSpace(json: string, from: number): number {
  let at = from;
  while (isSpace(json.charCodeAt(at))) at++;
  return at;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** The end of the token at `at`, in text that is known to be JSON. */
function tokenEnd(json: string, at: number): number {
  const token = json[at]!;
  if (token === '"') return stringEnd(json, at);
  if ('{}[],:'.includes(token)) return at + 1;
  let end = at + 1;
  while (end < json.length && !isSpace(json.charCodeAt(end)) && !',]}'.includes(json[end]!)) end++;
  return end;
}

/** Behind the closing quote of the string that opens at `at`; the text's end where it is not closed. */
export function stringEnd(text: string, at: number): number {
  for (let quote = text.indexOf('"', at + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let before = quote - 1;
    while (before > at && text.charCodeAt(before) === 0x5c) before--;
    if ((quote - before) % 2 === 1) return quote + 1;
  }
  return text.length;
}
