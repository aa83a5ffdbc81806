const units: Readonly<Record<string, number>> = {ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000};

/** `250ms`, `30s`, `15m`, `2h`, `1d` in ms; null where the text is none. */
export function parseDuration(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim());
  return match ? Number(match[1]) * units[match[2]!]! : null;
}

/**
 * A point in time as whole ms since 1970, never before it: ISO 8601, how long ago (`15m` or `-15m`), or ms as
 * `@1700000000000` or 13 digits and more. null: the text is none.
 */
export function parseTime(text: string, now: number): number | null {
  const time = timeIn(text.trim(), now);
  // Below 0 lie numbers that mean something else to a broker: the end, the beginning.
  return Number.isNaN(time) ? null : Math.max(0, Math.round(time));
}

function timeIn(text: string, now: number): number {
  const ago = parseDuration(text.replace(/^-/, ''));
  if (ago !== null) return now - ago;
  if (/^(@\d{1,15}|\d{13,15})$/.test(text)) return Number(text.replace('@', ''));
  return /^\d{4}-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
}
