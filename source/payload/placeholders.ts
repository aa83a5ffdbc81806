import {randomUUID} from 'node:crypto';

/** What `{{name}}` stands for in one publish; the same in its key, headers and value. */
export type PlaceholderValues = Readonly<Record<'uuid' | 'now' | 'seq', string>>;

/** Values for the next publish. `seq` counts from 1 within this run of the program. */
export function nextPlaceholders(seq: number, now: number): PlaceholderValues {
  return {uuid: randomUUID(), now: new Date(now).toISOString(), seq: String(seq)};
}

/** Fills in `{{uuid}}`, `{{now}}` and `{{seq}}`; whatever else stands in braces is text and stays as it is. */
export function expandPlaceholders(text: string, values: PlaceholderValues): string {
  return text.replace(/\{\{(uuid|now|seq)\}\}/g, (_, name: keyof PlaceholderValues) => values[name]);
}
