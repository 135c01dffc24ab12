/**
 * A bounded table that gives short strings small numbers, so that slabs of typed arrays can hold them.
 * Numbers start at 1; 0 means "not kept": the table is full or the text too long. Entries are never
 * removed, so only strings that the protected application chose (cookie names, paths, its own hosts) belong
 * in here; a client that makes the application mint new ones fills its share and changes nothing for the rest.
 */
export class InternTable {
  readonly #ids = new Map<string, number>();
  readonly #texts: string[] = [""];
  readonly #entriesMax: number;
  readonly #lengthMax: number;

  constructor(entriesMax: number, lengthMax: number) {
    this.#entriesMax = entriesMax;
    this.#lengthMax = lengthMax;
  }

  /** How many strings are kept. */
  get size(): number {
    return this.#texts.length - 1;
  }

  /** The number of `text`, which is added when there is room; 0 when there is none. */
  add(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    if (this.#texts.length > this.#entriesMax || text.length > this.#lengthMax) return 0;
    const id = this.#texts.length;
    // A slice of a header would keep the whole header alive; joining makes a string of its own.
    const own = Array.from(text).join("");
    this.#texts.push(own);
    this.#ids.set(own, id);
    return id;
  }

  /** The number of `text`, or 0 when it is not kept. */
  find(text: string): number {
    return this.#ids.get(text) ?? 0;
  }

  /** The text behind a number; empty for 0 and for numbers never given. */
  textOf(id: number): string {
    return this.#texts[id] ?? "";
  }

  /** All texts in the order of their numbers, the first being number 1. */
  texts(): readonly string[] {
    return this.#texts.slice(1);
  }
}
