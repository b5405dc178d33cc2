/** The n items with the largest values that came by, the largest first; of equal ones the earlier. */
export class TopList<T> {
  readonly #most: number;
  readonly #items: { readonly value: number; readonly item: T }[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  add(value: number, item: T): void {
    const last = this.#items.at(-1);
    if (Number.isNaN(value) || (this.#items.length === this.#most && last && value <= last.value)) return;
    const place = this.#items.findIndex((other) => other.value < value);
    this.#items.splice(place < 0 ? this.#items.length : place, 0, { value, item });
    this.#items.length = Math.min(this.#items.length, this.#most);
  }

  get items(): readonly { readonly value: number; readonly item: T }[] {
    return this.#items;
  }
}
