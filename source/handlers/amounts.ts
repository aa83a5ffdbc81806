/** Amounts as a person reads them. */

/** `30 s`, `1.5 s`, `250 ms`. */
export function sayDuration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`;
}

/** `812 bytes`, `9.4 KB`, `9.9 MB`; thousands, as file managers count. */
export function sayBytes(bytes: number): string {
  if (bytes === 1) return '1 byte';
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
