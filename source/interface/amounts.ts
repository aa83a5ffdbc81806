/** `8 ms`, `1.2 s`, `3 min`. */
export function duration(ms: number): string {
  if (ms < 0.95) return '<1 ms';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.round(ms / 60_000)} min`;
}

/** How long ago, short: `now`, `12s`, `5m`, `3h`, `2d`. */
export function age(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 1) return 'now';
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** Whole seconds until then, never below 0. */
export function secondsUntil(time: number, now: number): number {
  return Math.max(0, Math.ceil((time - now) / 1000));
}

/** `again in 3 s`, and while that is being tried `again now`. */
export function again(time: number, now: number): string {
  const seconds = secondsUntil(time, now);
  return seconds === 0 ? 'again now' : `again in ${seconds} s`;
}

/** `12:01:39`, as the clock on the wall says. */
export function clockTime(ms: number): string {
  const time = new Date(ms);
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map(part => String(part).padStart(2, '0'))
    .join(':');
}

export function bytes(count: number): string {
  if (count < 1024) return `${count} bytes`;
  if (count < 1024 * 1024) return `${(count / 1024).toFixed(1)} KiB`;
  return `${(count / 1024 / 1024).toFixed(1)} MiB`;
}

/** `1 message`, `2 messages`. */
export function count(number: number | bigint, word: string): string {
  return `${number} ${word}${BigInt(number) === 1n ? '' : 's'}`;
}

const bars = '▁▂▃▄▅▆▇█';

/** A row of bars, one a value, the highest of them full. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(...values, 1);
  return values
    .map(value => (value === 0 ? ' ' : bars[Math.min(7, Math.floor((value / most) * 7.99))]!))
    .join('');
}

/** A record's time as it can be written anywhere; producers can write any number there. */
export function isoTime(ms: number): string {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? `time ${ms}` : time.toISOString();
}
