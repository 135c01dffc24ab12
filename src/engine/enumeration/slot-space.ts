import { CountMin, HyperLogLog, type Millis, packWords, type Random, Reservoir, unpackWords } from "#core";
import { type AxisLaws, axisLaws } from "../cohorts/e-process.ts";

/** Upper edges of the popularity classes, as a multiple of the average value's popularity. */
const edges: readonly number[] = [0.25, 1, 4, 16, 64];
export const popularityBins: readonly string[] = [
  "never asked for",
  "asked for hardly ever",
  "asked for less than most",
  "asked for like most",
  "popular",
  "very popular",
  "best-seller",
];
const binCount = popularityBins.length;
const widthFull = 1 << 16;
/** Mark of a space whose size was never estimated. */
const unsized = 0;
/** Rows of the sketch. */
const depth = 3;
const hourMs: Millis = 3_600_000;
/** Requests before the space may speak. */
const requestsLeast = 2_000;
/** Classes of popularity up to this one count as unpopular: never, hardly ever, less than most. */
const unpopularBins = 2;
/** How alike honest cohorts are in what they ask for: pseudo-observations, until fitted. */
const alikeDefault = 60;
/** A space of fewer values (page numbers, versions, sizes) is no catalogue: walking it is what people do. */
const sizeLeast = 200;

/** What is kept of a space: counts by hashed value, no value. */
export interface SavedSpace {
  readonly width: number;
  /** Counts, or pairs of cell and count where most are zero. */
  readonly cells: string;
  readonly sparse: boolean;
  readonly total: number;
  readonly distinct: string;
  readonly values: readonly number[];
  readonly asked: readonly number[];
  readonly requests: number;
  readonly seen: readonly [once: number, twice: number];
  readonly clock: readonly [firstAt: Millis | null, hour: number, hourCount: number, hours: number];
  readonly strides: readonly [neighbours: number, steps: number];
}

/**
 * What the application's people ask for in one parameter space (SKU, postal code, account number, page): how
 * popular each value is, and what share of requests falls into each class of popularity. A space may be filled by
 * several slots of several endpoints (see `SlotSpaces`).
 *
 * The honest law needs no model of popularity (Zipf or other): it is the measured share of requests per class. The
 * law of enumeration is the share of *values* per class, counting the never-seen by Chao's estimate (Chao 1984).
 *
 * Poisoning: an attack of many times the normal volume would teach that its values are popular. So an hour may
 * teach at most `growthMax` times what the average hour before it taught, and convicted clients teach nothing.
 * 50 kB while young,
 * 800 kB from 2,000 requests on.
 */
export class SlotSpace {
  #counts = new CountMin(1 << 12, depth);
  #noise = 0;
  /** The value counted last: one request asks for the count of its value up to four times. NaN: count anew. */
  #lastCounted = Number.NaN;
  #lastCount = 0;
  readonly #distinct = new HyperLogLog(12);
  readonly #values: Reservoir<number>;
  readonly #asked = new Float64Array(binCount).fill(1);
  #requests = 0;
  #once = 0;
  #twice = 0;
  #laws: AxisLaws | undefined;
  #unpopularHonest = 0;
  #refreshAt = requestsLeast;
  #firstAt: Millis = Number.NaN;
  #hour = -1;
  #hourCount = 0;
  #hours = 0;
  #lastNumber = Number.NaN;
  #neighbours = 0;
  #steps = 0;
  #strideLaws = strideLawsFor(stridePrior);
  #alike: number;

  constructor(random: Random, alike: number = alikeDefault) {
    this.#values = new Reservoir(1_024, random);
    this.#alike = alike;
  }

  /** Requests learned from. */
  get requests(): number {
    return this.#requests;
  }

  /** Estimated number of values that exist: seen ones and, by Chao's lower bound, unseen ones. */
  size(): number {
    return this.#distinct.estimate() + (this.#once * this.#once) / (2 * Math.max(1, this.#twice));
  }

  /** Laws of the popularity class: honest and enumerating. Undefined until enough was learned. */
  get laws(): AxisLaws | undefined {
    return this.#laws;
  }

  /** Share of people's requests that ask for something unpopular; 0 until enough was learned. */
  get unpopularHonest(): number {
    return this.#unpopularHonest;
  }

  isUnpopular(bin: number): boolean {
    return bin <= unpopularBins;
  }

  /** Does the space know this value? Wrong in rare cases of colliding counts. */
  knows(value: number): boolean {
    return this.#count(value) > 0;
  }

  /** Class of a value's popularity now. */
  binOf(value: number): number {
    const count = this.#count(value);
    if (count <= 0) return 0;
    const relative = (count * Math.max(1, this.#sizeCached)) / this.#counts.total;
    let bin = 0;
    while (bin < edges.length && relative >= (edges[bin] as number)) bin++;
    return bin + 1;
  }

  #sizeCached = unsized;

  /** Learns one request by an unconvicted client. `number`: the value when it is an integer. `growthMax` bounds an hour. */
  learn(value: number, at: Millis, options: { readonly number?: number; readonly growthMax?: number } = {}): void {
    if (!this.#mayLearn(at, options.growthMax ?? 3)) return;
    this.#learnStride(options.number ?? Number.NaN);
    const bin = this.binOf(value);
    this.#asked[bin] = (this.#asked[bin] as number) + 1;
    this.#requests++;
    const count = this.#counts.add(value);
    this.#lastCounted = Number.NaN;
    if (count === 1) {
      this.#once++;
      this.#values.offer(value);
    } else if (count === 2) {
      this.#once--;
      this.#twice++;
    } else if (count === 3) this.#twice--;
    this.#distinct.add(value);
    if (this.#requests >= this.#refreshAt) this.#refresh();
  }

  /** Share of people's requests that ask for this value; 0 for one never asked for. */
  shareOf(value: number): number {
    return this.#requests < requestsLeast ? 0 : this.#count(value) / this.#counts.total;
  }

  /** Laws of stepping to a neighbour: people page through lists, walkers do little else. */
  get strideLaws(): AxisLaws {
    return this.#strideLaws;
  }

  /** How alike honest cohorts are here, fitted by the slow lane. */
  setAlike(alike: number): void {
    this.#alike = Math.max(5, Math.min(1_000, alike));
    if (this.#laws !== undefined) this.#refresh();
  }

  save(): SavedSpace {
    const { cells, width, total } = this.#counts;
    const pairs: number[] = [];
    for (let cell = 0; cell < cells.length && pairs.length < cells.length; cell++)
      if (cells[cell] !== 0) pairs.push(cell, cells[cell] as number);
    const sparse = pairs.length < cells.length;
    return {
      width,
      cells: packWords(sparse ? Uint32Array.from(pairs) : cells),
      sparse,
      total,
      distinct: packWords(new Uint32Array(this.#distinct.registers.buffer)),
      values: this.#values.items,
      asked: [...this.#asked],
      requests: this.#requests,
      seen: [this.#once, this.#twice],
      clock: [Number.isNaN(this.#firstAt) ? null : this.#firstAt, this.#hour, this.#hourCount, this.#hours],
      strides: [this.#neighbours, this.#steps],
    };
  }

  /** Puts back what `save` gave, into a space that has learned nothing. */
  restore(saved: SavedSpace): void {
    const words = unpackWords(saved.cells);
    const cells = saved.sparse ? new Uint32Array(saved.width * depth) : words;
    if (saved.sparse) for (let i = 0; i + 1 < words.length; i += 2) cells[words[i] as number] = words[i + 1] as number;
    this.#counts = CountMin.from(saved.width, depth, { cells, total: saved.total });
    new Uint32Array(this.#distinct.registers.buffer).set(unpackWords(saved.distinct));
    for (const value of saved.values) this.#values.offer(value);
    this.#asked.set(saved.asked.slice(0, binCount));
    this.#requests = saved.requests;
    [this.#once, this.#twice] = saved.seen;
    const [firstAt, hour, hourCount, hours] = saved.clock;
    this.#firstAt = firstAt ?? Number.NaN;
    this.#hour = hour;
    this.#hourCount = hourCount;
    this.#hours = hours;
    [this.#neighbours, this.#steps] = saved.strides;
    if (this.#requests >= requestsLeast) this.#refresh();
  }

  #learnStride(number: number): void {
    const stride = Math.abs(number - this.#lastNumber);
    if (stride <= 3) this.#neighbours++;
    if (!Number.isNaN(stride)) this.#steps++;
    this.#lastNumber = number;
  }

  #mayLearn(at: Millis, growthMax: number): boolean {
    if (Number.isNaN(this.#firstAt)) this.#firstAt = at;
    const hour = Math.floor((at - this.#firstAt) / hourMs);
    if (hour > this.#hour) {
      this.#hours = hour;
      this.#hour = hour;
      this.#hourCount = 0;
    }
    this.#hourCount++;
    if (this.#hours < 1 || this.#requests < requestsLeast) return true;
    return this.#hourCount <= growthMax * Math.max(requestsLeast, this.#requests / this.#hours);
  }

  /** Times asked for, less what a value never asked for would seem to have: collisions in the sketch. */
  #count(value: number): number {
    if (value === this.#lastCounted) return this.#lastCount;
    this.#lastCounted = value;
    this.#lastCount = Math.max(0, this.#counts.estimate(value) - this.#noise);
    return this.#lastCount;
  }

  /** A young space gets its full sketch, and the noise of collisions is measured on values that nobody asks for. */
  #settle(): void {
    this.#lastCounted = Number.NaN;
    if (this.#counts.width < widthFull) {
      const young = this.#counts;
      this.#counts = new CountMin(widthFull, depth);
      for (const value of this.#values.items) this.#counts.add(value, young.estimate(value));
    }
    const phantoms = Array.from({ length: 65 }, (_, i) => this.#counts.estimate(-1 - i * 7_919)).sort((a, b) => a - b);
    this.#noise = phantoms[32] as number;
    this.#lastCounted = Number.NaN;
  }

  /**
   * What share of requests falls into each class, from the counts as they stand: the classes of the first requests were told before
   * there was anything to compare them with. The share that asks for something new is Good's estimate (1953).
   */
  #recount(): void {
    const fresh = this.#once / Math.max(1, this.#requests);
    const weights = new Float64Array(binCount);
    for (const value of this.#values.items) {
      const bin = this.binOf(value);
      weights[bin] = (weights[bin] as number) + this.#count(value);
    }
    const sum = weights.reduce((total, weight) => total + weight, 0);
    for (let bin = 1; bin < binCount; bin++)
      this.#asked[bin] = 1 + (this.#requests * (1 - fresh) * (weights[bin] as number)) / Math.max(1, sum);
    this.#asked[0] = 1 + this.#requests * fresh;
  }

  /** Recomputes the laws; runs at every 10 % of growth, so its cost per request is constant. */
  #refresh(): void {
    this.#settle();
    this.#refreshAt = Math.ceil(this.#requests * 1.1) + 500;
    const first = this.#sizeCached === unsized;
    this.#sizeCached = Math.max(1, this.size());
    if (first) this.#recount();
    const seen = this.#distinct.estimate();
    const shares = new Float64Array(binCount);
    for (const value of this.#values.items) {
      const bin = this.binOf(value);
      shares[bin] = (shares[bin] as number) + 1;
    }
    const sample = Math.max(1, this.#values.items.length);
    const unseen = Math.max(0, 1 - seen / this.#sizeCached);
    const uniform = shares.map((count, bin) => (bin === 0 ? unseen : ((1 - unseen) * (count + 0.2)) / sample));
    const asked = this.#asked.reduce((sum, count) => sum + count, 0);
    const honest = this.#asked.map((count) => (this.#alike * count) / asked);
    this.#laws =
      this.#sizeCached < sizeLeast
        ? undefined
        : axisLaws(
            honest,
            uniform.map((share) => 40 * share + 0.01),
          );
    this.#unpopularHonest = this.#laws === undefined ? 0 : unpopularShare(this.#laws);
    // Two strangers in a row asking for neighbours is chance; one person does so a little more often.
    const chance = this.#neighbours / Math.max(1, this.#steps);
    this.#strideLaws = strideLawsFor(Math.min(0.6, chance + stridePrior));
    // Popularity classes move while the catalogue is learned, so old requests fade from the honest shares.
    for (let bin = 0; bin < binCount; bin++) this.#asked[bin] = Math.max(0.5, (this.#asked[bin] as number) * 0.9);
  }
}

/** Share of steps to a neighbour among people on top of chance: pages of a list, months of a calendar. Assumed. */
const stridePrior = 0.08;

function strideLawsFor(rate: number): AxisLaws {
  return axisLaws(Float64Array.of(15 * (1 - rate), 15 * rate), Float64Array.of(1, 9));
}

function unpopularShare({ honest, honestTotal }: AxisLaws): number {
  let sum = 0;
  for (let bin = 0; bin <= unpopularBins; bin++) sum += honest[bin] as number;
  return sum / honestTotal;
}
