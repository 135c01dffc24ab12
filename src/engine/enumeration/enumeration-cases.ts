import { assert } from "#core";
import { productEvidence } from "../cohorts/e-process.ts";
import { OpenIndex } from "../sessions/open-index.ts";
import { mix32 } from "../sessions/text-hash.ts";
import { type EnumerationFinding, EnumerationSlab } from "./enumeration-case.ts";
import { isPairSpace } from "./slot-spaces.ts";

/** Spaces in which one subject is followed, and spaces of pairs. */
const spacesPerSubject = 4;
const pairSpacesPerSubject = 2;
/** A pair depends on its two values, so what it says is mixed with what they say, never multiplied. It costs them a tenth of a nat. */
const pairShare = 0.1;
/** What a pair must say before its finding counts: nearly every pair is new, whoever asks. */
const pairNatsLeast = 3;
const none = -1;
/** Share by which products and sums of logarithms may differ. */
const rounding = 1e-9;

/**
 * Cases by subject and space, with the least busy evicted: a flood of new subjects cannot push out a busy one. A hand
 * goes round the cases, sixteen at a time, so that making room costs the same however many there are. The cases of one
 * subject are chained, so that a request finds them with one probe.
 */
export class EnumerationCases {
  readonly #slab: EnumerationSlab;
  readonly #index: OpenIndex;
  readonly #casesMax: number;
  #size = 0;
  #hand = 0;

  constructor(casesMax = 20_000) {
    assert(casesMax >= 16, `casesMax must be at least 16, found ${casesMax}`);
    this.#casesMax = casesMax;
    this.#slab = new EnumerationSlab(casesMax);
    this.#index = new OpenIndex({ hashOf: (place) => mix32(this.#slab.subjectOf(place)) });
  }

  get size(): number {
    return this.#size;
  }

  get slab(): EnumerationSlab {
    return this.#slab;
  }

  /**
   * The case of a subject (a 32-bit hash) in a space, opened when new; -1 when the subject has its four already. `hint`:
   * a case that this subject may have had before, looked at first.
   */
  open(subject: number, space: number, hint: number = none): number {
    const own = hint >= 0 && hint < this.#size && this.#slab.subjectOf(hint) === subject >>> 0;
    if (own && this.#slab.spaceOf(hint) === space) return hint;
    const head = this.#head(subject >>> 0);
    let spaces = 0;
    const pair = isPairSpace(space);
    for (let place = head; place !== none; place = this.#slab.nextOf(place)) {
      const other = this.#slab.spaceOf(place);
      if (other === space) return place;
      if (isPairSpace(other) === pair) spaces++;
    }
    if (spaces >= (pair ? pairSpacesPerSubject : spacesPerSubject)) return none;
    return this.#add(subject >>> 0, space);
  }

  /** The case of a subject in a space, or -1. */
  find(subject: number, space: number): number {
    for (let place = this.#head(subject >>> 0); place !== none; place = this.#slab.nextOf(place))
      if (this.#slab.spaceOf(place) === space) return place;
    return none;
  }

  /** ln of the e-value that a subject enumerates, over all its spaces; negative infinity when nothing was asked. */
  evidence(subject: number): number {
    const logs: number[] = [];
    const pairs: number[] = [];
    for (let place = this.#head(subject >>> 0); place !== none; place = this.#slab.nextOf(place))
      (isPairSpace(this.#slab.spaceOf(place)) ? pairs : logs).push(this.#slab.finding(place).nats);
    if (logs.length === 0 && pairs.length === 0) return Number.NEGATIVE_INFINITY;
    const apart = productEvidence(logs);
    return pairs.length === 0 ? apart : mixed(apart, productEvidence(pairs));
  }

  /** Whether `evidence` may be at least so many nats: no logarithms, which nearly every request would take in vain. */
  mayReach(subject: number, nats: number): boolean {
    let product = 1;
    let together = 1;
    let share = 0;
    for (let place = this.#head(subject >>> 0); place !== none; place = this.#slab.nextOf(place)) {
      const factor = (1 + this.#slab.evidence(place)) / 2;
      if (isPairSpace(this.#slab.spaceOf(place))) {
        share = pairShare;
        together *= factor;
      } else product *= factor;
    }
    return (1 - share) * product + share * together >= Math.exp(nats) * (1 - rounding);
  }

  /** What the subject did in its most telling space; undefined when nothing was asked. */
  finding(subject: number): EnumerationFinding | undefined {
    let most: EnumerationFinding | undefined;
    for (let place = this.#head(subject >>> 0); place !== none; place = this.#slab.nextOf(place)) {
      const finding = this.#slab.finding(place);
      if (isPairSpace(this.#slab.spaceOf(place)) && finding.nats < pairNatsLeast) continue;
      if (most === undefined || finding.purity >= most.purity) most = finding;
    }
    return most;
  }

  /** First case of a subject, or -1. */
  #head(subject: number): number {
    for (let cell = this.#index.start(mix32(subject)); ; cell = this.#index.next(cell)) {
      const place = this.#index.at(cell);
      if (place < 0) return none;
      if (this.#slab.subjectOf(place) === subject) return place;
    }
  }

  #add(subject: number, space: number): number {
    const full = this.#size >= this.#casesMax;
    const place = full ? this.#leastBusy() : this.#size;
    if (full) this.#remove(place);
    // After the removal, which may have taken the subject's own first case.
    const head = this.#head(subject);
    if (head !== none) this.#index.remove(head);
    this.#slab.open(place, { subject, space, next: head });
    this.#index.add(place);
    this.#size++;
    return place;
  }

  #remove(place: number): void {
    const subject = this.#slab.subjectOf(place);
    const next = this.#slab.nextOf(place);
    const head = this.#head(subject);
    if (head === place) {
      this.#index.remove(place);
      if (next !== none) this.#index.add(next);
    } else {
      let before = head;
      while (this.#slab.nextOf(before) !== place) before = this.#slab.nextOf(before);
      this.#slab.link(before, next);
    }
    this.#size--;
  }

  /** Of the next sixteen by the hand, the place of the one with the fewest requests. */
  #leastBusy(): number {
    let best = this.#hand;
    let fewest = Number.POSITIVE_INFINITY;
    for (let step = 0; step < 16; step++) {
      const requests = this.#slab.requestsOf(this.#hand);
      if (requests < fewest) {
        fewest = requests;
        best = this.#hand;
      }
      this.#hand = (this.#hand + 1) % this.#casesMax;
    }
    return best;
  }
}

/** ln of the mixture of two e-values given as logarithms: an e-value, however they depend on each other (Vovk and Wang 2021). */
function mixed(apart: number, pairs: number): number {
  const [a, b] = [apart + Math.log(1 - pairShare), pairs + Math.log(pairShare)];
  return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
}
