import { bloomFalsePositiveRate } from "#core";
import { averageEvidence } from "../cohorts/e-process.ts";
import { mix32 } from "../sessions/text-hash.ts";
import { popularityBins, type SlotSpace } from "./slot-space.ts";

/** Excess share of unpopular values from which popularity may speak. */
const leanMin = 0.3;
/** Neighbours are numbers at most this far apart. */
const strideMax = 3;
/** Share of people's repeats that an enumerator still makes. */
const repeatsLeft = 0.05;
/** Values after which the filter of seen ones is too full for the birthday test. */
const distinctMax = 300;
/** Evidence never sinks below this, so that years of innocence do not shield a change; costs e^-20 of validity. */
const birthdayLeast = Math.exp(-20);
/** E-values are kept as products, which needs no logarithm a request; these ends keep them finite and above zero. */
const productLeast = 1e-300;
const productMost = 1e300;

const binCount = popularityBins.length;
const filterBits = 2_048;
const filterHashes = 4;
/** Bytes of one case: the filter of values seen, then the rest. */
export const caseBytes = 384;
const words = caseBytes / 4;
const wide = caseBytes / 8;

/** Places inside a case, in units of the view named. */
const at64 = { universal: 32, known: 33, birthday: 34, stepUniversal: 35, stepKnown: 36, last: 37, mass: 38 } as const;
const at32 = { counts: 78, steps: 85, unpopularHonest: 87 } as const;
const at32u = { space: 89, next: 90, unpopular: 91, distinct: 92 } as const;

/** What a case found, in nats, by the way of enumerating. */
export interface EnumerationFinding {
  /** ln of the combined e-value: the average of the three tests, valid though they are dependent. */
  readonly nats: number;
  /** Asks for what hardly anybody asks for. */
  readonly unpopular: number;
  /** Never asks for the same thing twice, where people would have. */
  readonly birthday: number;
  /** Walks neighbouring numbers. */
  readonly sequential: number;
  readonly requests: number;
  readonly distinct: number;
  /** Estimated share of the requests that enumerate, 0-1: the excess of unpopular values over people's share. */
  readonly purity: number;
}

/**
 * Evidence that subjects (sessions or cohorts) enumerate spaces, one case for each pair, by three tests: popularity
 * against the people's, no repeats against the people's, steps between neighbours. 384 bytes a case in one buffer whose
 * pages the system commits as they are first used; O(1) per request.
 *
 * One request per address is no shelter when the subject is a cohort. Evaded only by asking like people do, repeats
 * included, which costs 10-24 times the requests for nine tenths of a catalogue.
 */
export class EnumerationSlab {
  readonly #u32: Uint32Array;
  readonly #f32: Float32Array;
  readonly #f64: Float64Array;
  /** Apart from the cases, because many are read in a row: when the index closes a gap, and to find the least busy. */
  readonly #subjects: Uint32Array;
  readonly #requests: Uint32Array;

  constructor(casesMax: number) {
    const buffer = new ArrayBuffer(casesMax * caseBytes);
    this.#subjects = new Uint32Array(casesMax);
    this.#requests = new Uint32Array(casesMax);
    this.#u32 = new Uint32Array(buffer);
    this.#f32 = new Float32Array(buffer);
    this.#f64 = new Float64Array(buffer);
  }

  /** Starts a case over for another subject and space; `next` is another case of the same subject, or -1. */
  open(place: number, key: { readonly subject: number; readonly space: number; readonly next: number }): void {
    this.#u32.fill(0, place * words, (place + 1) * words);
    for (const product of [at64.universal, at64.known, at64.birthday, at64.stepUniversal, at64.stepKnown])
      this.#f64[place * wide + product] = 1;
    this.#f64[place * wide + at64.last] = Number.NaN;
    this.#subjects[place] = key.subject;
    this.#requests[place] = 0;
    this.#u32[place * words + at32u.space] = key.space;
    this.link(place, key.next);
  }

  subjectOf(place: number): number {
    return this.#subjects[place] as number;
  }

  spaceOf(place: number): number {
    return this.#u32[place * words + at32u.space] as number;
  }

  /** Another case of the same subject, or -1. */
  nextOf(place: number): number {
    return (this.#u32[place * words + at32u.next] as number) - 1;
  }

  link(place: number, next: number): void {
    this.#u32[place * words + at32u.next] = next + 1;
  }

  /** Requests taken. */
  requestsOf(place: number): number {
    return this.#requests[place] as number;
  }

  /** Takes one request. `number` is the value when it is a plain integer, NaN otherwise. */
  observe(
    place: number,
    { value, number }: { readonly value: number; readonly number: number },
    space: SlotSpace,
  ): void {
    const u32 = this.#u32;
    const at = place * words;
    this.#requests[place] = (this.#requests[place] as number) + 1;
    const laws = space.laws;
    if (laws !== undefined) {
      const bin = space.binOf(value);
      if (space.isUnpopular(bin)) u32[at + at32u.unpopular] = (u32[at + at32u.unpopular] as number) + 1;
      this.#f32[at + at32.unpopularHonest] = space.unpopularHonest;
      this.#popularity(place, bin, space);
    }
    this.#repeat(place, this.#seen(place, value), space.shareOf(value));
    if (laws !== undefined) this.#step(place, number, space);
  }

  finding(place: number): EnumerationFinding {
    const unpopular = Math.log(this.#unlike(place));
    const birthday = Math.log(this.#f64[place * wide + at64.birthday] as number);
    const sequential = Math.log(this.#walking(place));
    return {
      nats: averageEvidence([unpopular, birthday, sequential]),
      unpopular,
      birthday,
      sequential,
      requests: this.requestsOf(place),
      distinct: this.#u32[place * words + at32u.distinct] as number,
      purity: sequential > Math.max(3, unpopular) ? 1 : this.#purity(place),
    };
  }

  /** The e-value that `finding` gives the logarithm of, but for rounding: asked with every request, so without any logarithm. */
  evidence(place: number): number {
    return (this.#unlike(place) + (this.#f64[place * wide + at64.birthday] as number) + this.#walking(place)) / 3;
  }

  /**
   * The test martingale of `EProcess` as a product: Krichevsky-Trofimov over the honest law, and the law of
   * enumeration over the honest law.
   */
  #popularity(place: number, bin: number, space: SlotSpace): void {
    const { laws } = space;
    if (laws === undefined) return;
    const counts = place * words + at32.counts;
    const f32 = this.#f32;
    const n = this.#total(place);
    const count = f32[counts + bin] as number;
    const honest = ((laws.honest[bin] as number) + count) / (laws.honestTotal + n);
    const known = ((laws.automated?.[bin] ?? 0) + count) / (laws.automatedTotal + n);
    this.#multiply(place * wide + at64.universal, (count + 0.5) / ((n + 0.5 * binCount) * honest));
    this.#multiply(place * wide + at64.known, known / honest);
    f32[counts + bin] = count + 1;
  }

  #step(place: number, number: number, space: SlotSpace): void {
    const last = this.#f64[place * wide + at64.last] as number;
    this.#f64[place * wide + at64.last] = number;
    if (Number.isNaN(number) || Number.isNaN(last)) return;
    const laws = space.strideLaws;
    const counts = place * words + at32.steps;
    const f32 = this.#f32;
    const bin = isNeighbour(number, last) ? 1 : 0;
    const n = (f32[counts] as number) + (f32[counts + 1] as number);
    const count = f32[counts + bin] as number;
    const honest = ((laws.honest[bin] as number) + count) / (laws.honestTotal + n);
    const known = ((laws.automated?.[bin] ?? 0) + count) / (laws.automatedTotal + n);
    this.#multiply(place * wide + at64.stepUniversal, (count + 0.5) / ((n + 1) * honest));
    this.#multiply(place * wide + at64.stepKnown, known / honest);
    f32[counts + bin] = count + 1;
  }

  /**
   * Under people's law the next request repeats one of the values seen with the probability mass of those values:
   * halved, because honest cohorts differ in how much they browse the same things. The alternative repeats twenty
   * times less often. Under both, the filter takes a fresh value for a repeat at its own known rate.
   */
  #repeat(place: number, fresh: boolean, share: number): void {
    const distinct = this.#u32[place * words + at32u.distinct] as number;
    const at = place * wide;
    // A full filter calls fresh values repeats; then the test stops rather than speaks.
    const honest = distinct < distinctMax ? 0.5 * Math.min(0.98, this.#f64[at + at64.mass] as number) : 0;
    if (honest > 0) {
      const factor = fresh ? (1 - repeatsLeft * honest) / (1 - honest) : repeatRatio(honest, distinct);
      const evidence = (this.#f64[at + at64.birthday] as number) * factor;
      this.#f64[at + at64.birthday] = Math.min(productMost, Math.max(birthdayLeast, evidence));
    }
    if (!fresh) return;
    this.#u32[place * words + at32u.distinct] = distinct + 1;
    this.#f64[at + at64.mass] = (this.#f64[at + at64.mass] as number) + share;
  }

  /** Adds a value to the filter (Bloom 1970); true when it was not there. */
  #seen(place: number, value: number): boolean {
    const u32 = this.#u32;
    let bit = mix32(value);
    const step = (bit >>> 11) | 1;
    let fresh = false;
    for (let i = 0; i < filterHashes; i++) {
      const word = place * words + ((bit & (filterBits - 1)) >>> 5);
      const flag = 1 << (bit & 31);
      if (((u32[word] as number) & flag) === 0) {
        u32[word] = (u32[word] as number) | flag;
        fresh = true;
      }
      bit = (bit + step) | 0;
    }
    return fresh;
  }

  #multiply(place: number, factor: number): void {
    const product = (this.#f64[place] as number) * factor;
    this.#f64[place] = product < productLeast ? productLeast : Math.min(product, productMost);
  }

  /** Requests judged by popularity. */
  #total(place: number): number {
    const f32 = this.#f32;
    const from = place * words + at32.counts;
    let total = 0;
    for (let i = from; i < from + binCount; i++) total += f32[i] as number;
    return total;
  }

  #purity(place: number): number {
    const total = this.#total(place);
    if (total === 0) return 0;
    const share = (this.#u32[place * words + at32u.unpopular] as number) / total;
    const honest = this.#f32[place * words + at32.unpopularHonest] as number;
    return Math.max(0, (share - honest) / (1 - honest));
  }

  /**
   * E-value of asking for what is unpopular. Asking for what is more popular than usual is unlike people too, and
   * innocent: a sale, an app's first screen.
   */
  #unlike(place: number): number {
    if (this.#total(place) === 0) return 1;
    const at = place * wide;
    const unlike = mixture(this.#f64[at + at64.universal] as number, this.#f64[at + at64.known] as number);
    return this.#purity(place) >= leanMin ? unlike : Math.min(1, unlike);
  }

  /** E-value of walking; a subject that steps to neighbours less often than people is no walker. */
  #walking(place: number): number {
    const counts = place * words + at32.steps;
    const neighbours = this.#f32[counts + 1] as number;
    const total = (this.#f32[counts] as number) + neighbours;
    if (total === 0) return 1;
    const at = place * wide;
    const walking = mixture(this.#f64[at + at64.stepUniversal] as number, this.#f64[at + at64.stepKnown] as number);
    return neighbours / total > 0.3 ? walking : Math.min(1, walking);
  }
}

/** How likely a seeming repeat is for an enumerator, against people, from the share of true ones and the filter's mistakes. */
function repeatRatio(honest: number, distinct: number): number {
  const mistaken = bloomFalsePositiveRate(filterBits, filterHashes, distinct);
  return (mistaken + (1 - mistaken) * repeatsLeft * honest) / (mistaken + (1 - mistaken) * honest);
}

/** The even mixture of two processes. */
function mixture(universal: number, known: number): number {
  return 0.5 * universal + 0.5 * known;
}

/** A small step in either direction; the same number again is none. */
export function isNeighbour(a: number, b: number): boolean {
  const stride = Math.abs(a - b);
  return stride >= 1 && stride <= strideMax;
}
