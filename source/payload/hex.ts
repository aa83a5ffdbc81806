/** How many lines the bytes take. */
export function hexLineCount(bytes: Uint8Array, perLine = 16): number {
  return Math.ceil(bytes.length / perLine);
}

/**
 * Lines of a hex dump, `00000000  7b 22 …  |{"…|`, from line `first`, as many as `count` and the bytes allow: only
 * what is asked for is written, so that a value of any size can be scrolled through. All lines are equally wide:
 * 4 × `perLine` + 13 columns, 77 with 16 bytes. What is not printable ASCII is a dot.
 */
export function hexLines(
  bytes: Uint8Array,
  {
    first = 0,
    count,
    perLine = 16,
  }: {readonly first?: number; readonly count: number; readonly perLine?: number},
): string[] {
  const lines: string[] = [];
  for (let line = Math.max(0, first); line < first + count && line * perLine < bytes.length; line++)
    lines.push(lineOf(bytes.subarray(line * perLine, (line + 1) * perLine), line * perLine, perLine));
  return lines;
}

function lineOf(bytes: Uint8Array, offset: number, perLine: number): string {
  let hex = '';
  let text = '';
  for (const byte of bytes) {
    hex += `${byte.toString(16).padStart(2, '0')} `;
    text += byte >= 0x20 && byte <= 0x7e ? String.fromCharCode(byte) : '.';
  }
  return `${offset.toString(16).padStart(8, '0')}  ${hex.padEnd(perLine * 3)} |${text}|${' '.repeat(perLine - bytes.length)}`;
}
