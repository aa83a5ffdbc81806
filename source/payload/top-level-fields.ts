/**
 * The fields of a JSON object, each value letter by letter as it stands there: `JSON.parse` would round numbers and drop
 * repeated names. The text must be valid JSON; null: it is no object.
 */
export function topLevelFields(
  json: string,
): readonly {readonly name: string; readonly text: string}[] | null {
  let at = skipSpace(json, 0);
  if (json[at] !== '{') return null;
  const fields: {name: string; text: string}[] = [];
  at = skipSpace(json, at + 1);
  while (json[at] === '"') {
    const nameEnd = stringEnd(json, at);
    const name = JSON.parse(json.slice(at, nameEnd)) as string;
    const from = skipSpace(json, skipSpace(json, nameEnd) + 1);
    const to = valueEnd(json, from);
    fields.push({name, text: json.slice(from, to)});
    at = skipSpace(json, to);
    if (json[at] === ',') at = skipSpace(json, at + 1);
  }
  return fields;
}

function skipSpace(json: string, from: number): number {
  let at = from;
  while (at < json.length && ' \t\r\n'.includes(json[at]!)) at++;
  return at;
}

function stringEnd(json: string, from: number): number {
  let at = from + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
}

function valueEnd(json: string, from: number): number {
  let depth = 0;
  for (let at = from; at < json.length; ) {
    const letter = json[at]!;
    if (letter === '"') {
      at = stringEnd(json, at);
      if (depth === 0) return at;
      continue;
    }
    if (letter === '{' || letter === '[') depth++;
    else if (letter === '}' || letter === ']') {
      if (depth === 0) return at;
      depth--;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && ', \t\r\n'.includes(letter)) return at;
    at++;
  }
  return json.length;
}
