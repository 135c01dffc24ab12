import type { Millis } from "#core";

const bytes = 4;
/** Place of a tag's numbers in its row: requests, refused, accepted, and (in another table) when it was last. */
export const tagStep = { visits: 0, failed: 1, passed: 2 } as const;

/**
 * Steps of live sessions by tag: how often taken, refused, accepted, and when last. Columns exist for the tags that
 * loaded rules ask about; eight bytes a session and tag, counts stop at 255.
 */
export class TagSteps {
  readonly #columns = new Map<number, number>();
  readonly #counts: Uint8Array;
  readonly #lastAt: Float32Array;
  readonly #startedAt: Float64Array;
  readonly #width: number;

  constructor(sessionsMax: number, tags: readonly number[]) {
    for (const tag of tags) this.#columns.set(tag, this.#columns.size);
    this.#width = this.#columns.size;
    this.#counts = new Uint8Array(sessionsMax * this.#width * bytes);
    this.#lastAt = new Float32Array(sessionsMax * this.#width);
    this.#startedAt = new Float64Array(sessionsMax);
  }

  /** Are these tags followed already? */
  covers(tags: Iterable<number>): boolean {
    return [...tags].every((tag) => this.#columns.has(tag));
  }

  get bytesPerSession(): number {
    return this.#width * (bytes + 4) + 8;
  }

  open(slot: number, at: Millis): void {
    this.#counts.fill(0, slot * this.#width * bytes, (slot + 1) * this.#width * bytes);
    this.#lastAt.fill(-1, slot * this.#width, (slot + 1) * this.#width);
    this.#startedAt[slot] = at;
  }

  count(slot: number, tag: number, { step, by }: { readonly step: number; readonly by: 1 | -1 }): void {
    const column = this.#columns.get(tag);
    if (column === undefined) return;
    const place = (slot * this.#width + column) * bytes + step;
    this.#counts[place] = Math.max(0, Math.min(255, (this.#counts[place] as number) + by));
  }

  /** Notes when the tag's step was taken; called after rules have judged the request. */
  touch(slot: number, tag: number, at: Millis): void {
    const column = this.#columns.get(tag);
    if (column !== undefined)
      this.#lastAt[slot * this.#width + column] = (at - (this.#startedAt[slot] as number)) / 1_000;
  }

  get(slot: number, tag: number, step: number): number {
    const column = this.#columns.get(tag);
    return column === undefined ? Number.NaN : (this.#counts[(slot * this.#width + column) * bytes + step] as number);
  }

  /** Seconds since the session last took a step of the tag, the request at hand not counted; NaN: never. */
  since(slot: number, tag: number, at: Millis): number {
    const column = this.#columns.get(tag);
    const last = column === undefined ? -1 : (this.#lastAt[slot * this.#width + column] as number);
    return last < 0 ? Number.NaN : Math.max(0, (at - (this.#startedAt[slot] as number)) / 1_000 - last);
  }
}
