/** The newest `size` items, oldest first. */
export class Ring<Item> {
  readonly #size: number;
  #items: Item[] = [];
  /** Items that were let go. */
  dropped = 0;

  constructor(size: number) {
    this.#size = size;
  }

  get items(): readonly Item[] {
    return this.#items;
  }

  push(item: Item): void {
    this.#items.push(item);
    // Cut seldom: each cut copies.
    if (this.#items.length > this.#size * 1.25) {
      const gone = this.#items.length - this.#size;
      this.#items = this.#items.slice(gone);
      this.dropped += gone;
    }
  }

  replaceLast(find: (item: Item) => boolean, item: Item): boolean {
    const at = this.#items.findLastIndex(find);
    if (at < 0) return false;
    this.#items[at] = item;
    return true;
  }
}
