import { MinHash, minHashBands, minHashSimilarity, mix32 } from "#core";

const bins = 32;
const bandRows = 4;

/** What `NearDuplicates.offer` found. */
export interface DuplicateTrace {
  /** Highest similarity to a recent walk of another client, 0-1. */
  readonly similarity: number;
  /** That client. */
  readonly client: number;
  /** Name of the walk that this one shares with others, or of itself where it is nobody's; never 0. */
  readonly label: number;
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
  readonly #similarity: number;
  readonly #signatures: Uint32Array[] = [];
  readonly #clients: Float64Array;
  readonly #labels: Uint32Array;
  readonly #bands: number[][] = [];
  readonly #index = new Map<number, number>();
  #next = 0;

  constructor(options: NearDuplicateOptions = {}) {
    this.#capacity = options.capacity ?? 8_192;
    this.#gramsLeast = options.gramsLeast ?? 6;
    this.#similarity = options.similarity ?? duplicateSimilarity;
    this.#clients = new Float64Array(this.#capacity);
    this.#labels = new Uint32Array(this.#capacity);
  }

  /** A signature to fill: `add` the hash of every 3-gram, then `offer` it. */
  static signature(): MinHash {
    return new MinHash(bins);
  }

  /** Walks held. */
  get size(): number {
    return this.#signatures.length;
  }

  /** Compares a walk with recent ones and remembers it. Undefined for a walk too short to compare. */
  offer(signature: MinHash, grams: number, client: number): DuplicateTrace | undefined {
    if (grams < this.#gramsLeast) return undefined;
    const bands = minHashBands(signature.bins, bandRows);
    const best = this.#search(signature, bands, client);
    // A copy of a copy is no new original: otherwise names would drift along chains of half-alike walks.
    if (best.similarity < this.#similarity) this.#keep(signature, bands, { client, label: best.label });
    return best;
  }

  /** Compares a walk with recent ones and remembers nothing. */
  find(signature: MinHash, grams: number, client: number): DuplicateTrace | undefined {
    if (grams < this.#gramsLeast) return undefined;
    return this.#search(signature, minHashBands(signature.bins, bandRows), client);
  }

  #search(signature: MinHash, bands: readonly number[], client: number): DuplicateTrace {
    let similarity = 0;
    let other = 0;
    let label = mix32(bands[0] ?? 1, 0x3a) || 1;
    for (const [number, band] of bands.entries()) {
      const slot = this.#index.get(band * 8 + number);
      if (slot === undefined || this.#clients[slot] === client) continue;
      const found = minHashSimilarity(signature.bins, this.#signatures[slot] as Uint32Array);
      if (found <= similarity) continue;
      similarity = found;
      other = this.#clients[slot] as number;
      if (found >= this.#similarity) label = this.#labels[slot] as number;
    }
    return { similarity, client: other, label };
  }

  #keep(
    signature: MinHash,
    bands: number[],
    { client, label }: { readonly client: number; readonly label: number },
  ): void {
    const slot = this.#next;
    this.#next = (this.#next + 1) % this.#capacity;
    for (const [number, band] of (this.#bands[slot] ?? []).entries()) {
      if (this.#index.get(band * 8 + number) === slot) this.#index.delete(band * 8 + number);
    }
    this.#signatures[slot] = Uint32Array.from(signature.bins);
    this.#clients[slot] = client;
    this.#labels[slot] = label;
    this.#bands[slot] = bands;
    for (const [number, band] of bands.entries()) this.#index.set(band * 8 + number, slot);
  }
}

/** How walks are compared. */
export interface NearDuplicateOptions {
  /** Walks held. Default 8,192. */
  readonly capacity?: number;
  /** 3-grams that a walk must have. Default 6. */
  readonly gramsLeast?: number;
  /** Jaccard index from which a walk is a copy. Default 0.5. */
  readonly similarity?: number;
}

/** Similarity from which a walk counts as another's: people's pairs stay below 0.07 in 99.5 % of cases. */
export const duplicateSimilarity = 0.5;
