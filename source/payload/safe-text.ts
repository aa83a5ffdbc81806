/** Shown instead of C0 characters: the control pictures, U+2400 on. */
const controlPictures = 0x2400;

/**
 * What must never reach a terminal as it is: C0, DEL and C1 controls; bidirectional controls, which reorder what is
 * read; characters that are not seen; surrogates that stand alone. Tabs and newlines among them.
 */
const unsafe =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u3164\uffa0\ufff0-\ufffc\u{e0000}-\u{e0fff}]|\u034f|\u17b4|\u17b5|\u180b|\u180c|\u180d|\u180f|[\p{Mn}\p{Me}]{5,}/gu;
const quickUnsafe = new RegExp(unsafe.source, 'u');
const plain = /^[ -~]*$/;

/** Combining marks on one character beyond this are a flood, not a language. */
const mostMarks = 4;

/**
 * THE function through which text from outside (payloads, keys, headers, names, errors, output) reaches a row, a title
 * or a log: what could steer the terminal or mislead the reader is made visible, not silently dropped. With `lines`,
 * line ends are kept as they are and tabs become spaces, for text that is drawn line by line.
 *
 * See CVE-2021-25743 (kubectl) and CVE-2025-55754 (Tomcat) for what happens otherwise.
 */
export function safeText(text: string, options: {readonly lines?: boolean} = {}): string {
  return replaceUnsafe(text, found => {
    const code = found.codePointAt(0)!;
    if (options.lines && found === '\n') return '\n';
    if (options.lines && found === '\t') return '  ';
    if (code < 0x20) return String.fromCodePoint(controlPictures + code);
    if (code === 0x7f) return '␡';
    if (found.length > mostMarks) return flood(found);
    return `‹${code.toString(16).toUpperCase().padStart(4, '0')}›`;
  });
}

/**
 * A JSON text that a terminal can show, and that says the same: what must not reach it stands as \uXXXX, which JSON's own
 * writers do for C0 only. Not for JSON with line ends between its parts.
 */
export function safeJson(json: string): string {
  return replaceUnsafe(json, found =>
    Array.from({length: found.length}, (_, at) => escaped(found.charCodeAt(at))).join(''),
  );
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}

function replaceUnsafe(text: string, say: (found: string) => string): string {
  return plain.test(text) || !quickUnsafe.test(text) ? text : text.replace(unsafe, say);
}

function flood(marks: string): string {
  const each = [...marks];
  return `${each.slice(0, mostMarks).join('')}‹+${each.length - mostMarks} marks›`;
}

const utf8 = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});

/** Bytes as safe text: UTF-8 where they are, else `0x…` of the first bytes. null is `null`. */
export function safeBytes(bytes: Uint8Array | null, most = 256): string {
  if (bytes === null) return 'null';
  try {
    return safeText(utf8.decode(bytes));
  } catch {
    const shown = Buffer.from(bytes.subarray(0, most)).toString('hex');
    return `0x${shown}${bytes.length > most ? `… (${bytes.length} bytes)` : ''}`;
  }
}
