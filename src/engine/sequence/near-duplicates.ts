import { MinHash, minHashBands, minHashSimilarity } from "#core";

const bins = 32;
const bandRows = 4;

/** What `NearDuplicates.offer` found. */
export interface DuplicateTrace {
  /** Highest similarity to a recent walk of another client, 0-1. */
  readonly similarity: number;
  /** That client. */
  readonly client: number;
}

/**
 * Finds walks that another client took before, step for step or nearly: the replay farm that records five people
 * and plays them back is typical in every single session and gives itself away by repetition. Similarity is the
 * Jaccard index of 3-grams, estimated from 32 hashes; candidates come from 8 bands of 4, so a similarity of 0.75
 * is found with probability 0.95 and one of 0.07 practically never.
 *
 * Holds the last `capacity` walks (about 200 bytes each). Walks with fewer than `gramsLeast` different 3-grams are
 * not compared: everybody's short walk is somebody else's.
 */
export class NearDuplicates {
  readonly #capacity: number;
  readonly #gramsLeast: number;
  readonly #signatures: Uint32Array[] = [];
  readonly #clients: Float64Array;
  readonly #bands: number[][] = [];
  readonly #index = new Map<number, number>();
  #next = 0;

  constructor(options: { readonly capacity?: number; readonly gramsLeast?: number } = {}) {
    this.#capacity = options.capacity ?? 8_192;
    this.#gramsLeast = options.gramsLeast ?? 6;
    this.#clients = new Float64Array(this.#capacity);
  }

  /** A signature to fill: `add` the hash of every 3-gram, then `offer` it. */
  static signature(): MinHash {
    return new MinHash(bins);
  }

  /** Compares a finished walk with recent ones and remembers it. Undefined for a walk too short to compare. */
  offer(signature: MinHash, grams: number, client: number): DuplicateTrace | undefined {
    if (grams < this.#gramsLeast) return undefined;
    const bands = minHashBands(signature.bins, bandRows);
    let best: DuplicateTrace = { similarity: 0, client: 0 };
    for (const [number, band] of bands.entries()) {
      const slot = this.#index.get(band * 8 + number);
      if (slot === undefined || this.#clients[slot] === client) continue;
      const similarity = minHashSimilarity(signature.bins, this.#signatures[slot] as Uint32Array);
      if (similarity > best.similarity) best = { similarity, client: this.#clients[slot] as number };
    }
    this.#keep(signature, bands, client);
    return best;
  }

  #keep(signature: MinHash, bands: number[], client: number): void {
    const slot = this.#next;
    this.#next = (this.#next + 1) % this.#capacity;
    for (const [number, band] of (this.#bands[slot] ?? []).entries()) {
      if (this.#index.get(band * 8 + number) === slot) this.#index.delete(band * 8 + number);
    }
    this.#signatures[slot] = Uint32Array.from(signature.bins);
    this.#clients[slot] = client;
    this.#bands[slot] = bands;
    for (const [number, band] of bands.entries()) this.#index.set(band * 8 + number, slot);
  }
}

/** Similarity from which a walk counts as another's: people's pairs stay below 0.07 in 99.5 % of cases. */
export const duplicateSimilarity = 0.5;
