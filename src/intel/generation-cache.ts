/**
 * A bounded cache in two generations: when the young one is full it becomes the old one and the old one is
 * dropped. What is asked for moves up, so hot entries survive; cost is one or two Map operations, with none of the
 * delete-and-reinsert of a list-keeping LRU.
 *
 * An attacker who floods it with new keys can only empty it: then every lookup costs what it costs uncached.
 */
export class GenerationCache<Key, Value> {
  readonly #generationMax: number;
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();

  /** @param entriesMax Entries held at most, over both generations; at least 2. */
  constructor(entriesMax: number) {
    this.#generationMax = Math.max(1, Math.floor(entriesMax / 2));
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(key: Key): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: Key, value: Value): void {
    if (this.#young.size >= this.#generationMax && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  delete(key: Key): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  clear(): void {
    this.#young = new Map();
    this.#old = new Map();
  }
}
