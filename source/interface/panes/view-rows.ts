/**
 * The rows of a view, laid out only as far as they are looked at: a record may have 100,000 headers, of which a screen
 * shows forty.
 */
export class ViewRows<Line = string> {
  readonly #groups: number;
  readonly #layOut: (group: number) => readonly Line[];
  readonly #rows: Line[] = [];
  #laidOut = 0;

  /** `layOut` gives the rows of a group, one at least; it is called once for each, in order. */
  constructor(groups: number, layOut: (group: number) => readonly Line[]) {
    this.#groups = groups;
    this.#layOut = layOut;
  }

  /** `room` rows from `top` on, or the last ones; and where they stand, when there are others. */
  window(top: number, room: number): {readonly rows: readonly Line[]; readonly place: string} {
    this.#layOutUpTo(top + room);
    const {length} = this.#rows;
    const left = this.#groups - this.#laidOut;
    const first = Math.max(0, Math.min(top, length - room));
    const end = Math.min(first + room, length);
    const total = left > 0 ? `${length + left} or more` : `${length}`;
    const place = length + left > room ? `lines ${first + 1}–${end} of ${total}` : '';
    return {rows: this.#rows.slice(first, end), place};
  }

  #layOutUpTo(count: number): void {
    while (this.#laidOut < this.#groups && this.#rows.length < count) {
      for (const row of this.#layOut(this.#laidOut)) this.#rows.push(row);
      this.#laidOut++;
    }
  }
}
