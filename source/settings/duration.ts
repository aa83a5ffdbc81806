import {SettingsError} from './settings.ts';

const units: Readonly<Record<string, number>> = {ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000};

/** `250ms`, `30s`, `15m`, `2h`, `1d` in ms; null where the text is none. */
export function parseDuration(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim());
  return match ? Number(match[1]) * units[match[2]!]! : null;
}

/** A point in time as ms since 1970: ISO 8601, ms since 1970, or how long ago (`15m`). Throws a SettingsError. */
export function parseTime(text: string, now: number): number {
  const ago = parseDuration(text);
  if (ago !== null) return now - ago;
  if (/^\d{9,}$/.test(text)) return Number(text);
  const time = /^\d{4}-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new SettingsError(
    `"${text}" is no point in time; give an ISO time (2026-11-23T08:00:00Z), ms since 1970, or how long ago (15m, 2h, 1d).`,
  );
}
