/** What happened when, for the one who reads a violation; each entry is said as it comes. */
export class Journal {
  readonly #entries: {at: number; text: string}[] = [];
  readonly #say: (line: string) => void;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  write(text: string): void {
    const at = Date.now();
    this.#entries.push({at, text});
    this.#say(`${clockTime(at)} ${text}`);
  }

  /** Says something that is no event. */
  mention(text: string): void {
    this.#say(`${clockTime(Date.now())} ${text}`);
  }

  /** The last `most` entries from `from` to `to`, in ms since 1970, about the group or about no group. */
  between(from: number, to: number, most: number, group: string): string[] {
    return this.#entries
      .filter(
        ({at, text}) => at >= from && at <= to && (!text.startsWith('[') || text.startsWith(`[${group}]`)),
      )
      .slice(-most)
      .map(({at, text}) => `${clockTime(at)} ${text}`);
  }
}

/** `07:10:22.120`, in UTC, as the members' logs have it. */
export function clockTime(at: number): string {
  return new Date(at).toISOString().slice(11, 23);
}
