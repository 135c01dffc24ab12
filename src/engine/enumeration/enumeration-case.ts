import { assert, Bloom } from "#core";
import { type AxisLaws, averageEvidence, EProcess } from "../cohorts/e-process.ts";
import { popularityBins, type SlotSpace } from "./slot-space.ts";

/** Excess share of unpopular values from which popularity may speak. */
const leanMin = 0.3;
/** Classes of popularity up to this one count as unpopular: never, hardly ever, less than most. */
const unpopularBins = 2;
/** Neighbours are numbers at most this far apart. */
const strideMax = 3;
/** Share of people's repeats that an enumerator still makes. */
const repeatsLeft = 0.05;
/** Values after which the filter of seen ones is too full for the birthday test. */
const distinctMax = 300;
/** Evidence never sinks below this, so that years of innocence do not shield a change; costs e^-20 of validity. */
const floor = -20;

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
 * Evidence that one subject (a session or a cohort) enumerates one space, by three tests: popularity against the
 * people's, no repeats against the people's, steps between neighbours. About 300 bytes; O(1) per request.
 *
 * One request per address is no shelter when the subject is a cohort. Evaded only by asking like people do, repeats
 * included, which costs 10-24 times the requests for nine tenths of a catalogue.
 */
export class EnumerationCase {
  readonly #popularity = new EProcess(popularityBins.length);
  readonly #seen = new Bloom(2048, 4);
  #distinct = 0;
  #mass = 0;
  #birthday = 0;
  readonly #sequential = new EProcess(2);
  #last = Number.NaN;
  #requests = 0;
  #unpopular = 0;
  #unpopularHonest = 0;

  /** Takes one request. `number` is the value when it is a plain integer, NaN otherwise. */
  observe(value: number, number: number, space: SlotSpace): void {
    this.#requests++;
    const laws = space.laws;
    if (laws !== undefined) {
      const bin = space.binOf(value);
      if (bin <= unpopularBins) this.#unpopular++;
      this.#unpopularHonest = honestUnpopular(laws);
      this.#popularity.observe(bin, laws);
    }
    this.#repeat(this.#seen.add(value), space.shareOf(value));
    if (laws !== undefined) this.#step(number, space);
  }

  /** Starts over for another subject. */
  reset(): void {
    this.#popularity.reset();
    this.#seen.clear();
    this.#distinct = 0;
    this.#mass = 0;
    this.#birthday = 0;
    this.#sequential.reset();
    this.#last = Number.NaN;
    this.#requests = 0;
    this.#unpopular = 0;
    this.#unpopularHonest = 0;
  }

  /** Requests taken. */
  get requests(): number {
    return this.#requests;
  }

  finding(): EnumerationFinding {
    const lean = this.#purity();
    const unlike = this.#popularity.total === 0 ? 0 : this.#popularity.logEvidence(true);
    // Asking for what is more popular than usual is unlike people too, and innocent: a sale, an app's first screen.
    const unpopular = lean >= leanMin ? unlike : Math.min(0, unlike);
    const sequential = this.#walks();
    const nats = averageEvidence([unpopular, this.#birthday, sequential]);
    return {
      nats,
      unpopular,
      birthday: this.#birthday,
      sequential,
      requests: this.#requests,
      distinct: this.#distinct,
      purity: sequential > Math.max(3, unpopular) ? 1 : lean,
    };
  }

  #purity(): number {
    if (this.#popularity.total === 0) return 0;
    const share = this.#unpopular / this.#popularity.total;
    return Math.max(0, (share - this.#unpopularHonest) / (1 - this.#unpopularHonest));
  }

  /** Evidence of walking; a subject that steps to neighbours less often than people is no walker. */
  #walks(): number {
    const process = this.#sequential;
    if (process.total === 0) return 0;
    const share = (process.counts[1] as number) / process.total;
    return share > 0.3 ? process.logEvidence(true) : Math.min(0, process.logEvidence(true));
  }

  /**
   * Under people's law the next request repeats one of the values seen with the probability mass of those values:
   * halved, because honest cohorts differ in how much they browse the same things. The alternative repeats twenty
   * times less often.
   */
  #repeat(fresh: boolean, share: number): void {
    // A full filter calls fresh values repeats; then the test stops rather than speaks.
    const honest = this.#distinct < distinctMax ? 0.5 * Math.min(0.98, this.#mass) : 0;
    if (honest > 0)
      this.#birthday += fresh ? Math.log((1 - repeatsLeft * honest) / (1 - honest)) : Math.log(repeatsLeft);
    this.#birthday = Math.max(this.#birthday, floor);
    if (!fresh) return;
    this.#distinct++;
    this.#mass += share;
  }

  #step(number: number, space: SlotSpace): void {
    if (!Number.isNaN(number) && !Number.isNaN(this.#last)) {
      this.#sequential.observe(isNeighbour(number, this.#last) ? 1 : 0, space.strideLaws);
    }
    this.#last = number;
  }
}

function honestUnpopular({ honest, honestTotal }: AxisLaws): number {
  let sum = 0;
  for (let bin = 0; bin <= unpopularBins; bin++) sum += honest[bin] as number;
  return sum / honestTotal;
}

/** A small step in either direction; the same number again is none. */
export function isNeighbour(a: number, b: number): boolean {
  const stride = Math.abs(a - b);
  return stride >= 1 && stride <= strideMax;
}

/**
 * Cases by subject and space, with the least busy evicted: a flood of new subjects cannot push out a busy one. Keys
 * stand in a ring that a hand goes round: walking a map from its oldest entry steps over every deleted one, which let
 * a flood of new subjects cost milliseconds a request.
 */
export class EnumerationCases {
  readonly #cases = new Map<number, EnumerationCase>();
  readonly #keys: Float64Array;
  #hand = 0;

  constructor(casesMax = 20_000) {
    assert(casesMax >= 16, `casesMax must be at least 16, found ${casesMax}`);
    this.#keys = new Float64Array(casesMax);
  }

  get size(): number {
    return this.#cases.size;
  }

  /** The case of a subject in a space, opened when new. `subject` is a 32-bit hash. */
  open(subject: number, space: number): EnumerationCase {
    const key = subject * 256 + space;
    const known = this.#cases.get(key);
    if (known !== undefined) return known;
    const full = this.#cases.size >= this.#keys.length;
    const place = full ? this.#leastBusy() : this.#cases.size;
    const opened = full ? this.#recycle(this.#keys[place] as number) : new EnumerationCase();
    this.#keys[place] = key;
    this.#cases.set(key, opened);
    return opened;
  }

  find(subject: number, space: number): EnumerationCase | undefined {
    return this.#cases.get(subject * 256 + space);
  }

  /** Of the next sixteen by the hand, the place of the one with the fewest requests. */
  #leastBusy(): number {
    let best = this.#hand;
    let fewest = Number.POSITIVE_INFINITY;
    for (let step = 0; step < 16; step++) {
      const requests = this.#cases.get(this.#keys[this.#hand] as number)?.requests ?? 0;
      if (requests < fewest) {
        fewest = requests;
        best = this.#hand;
      }
      this.#hand = (this.#hand + 1) % this.#keys.length;
    }
    return best;
  }

  #recycle(key: number): EnumerationCase {
    const evicted = this.#cases.get(key) ?? new EnumerationCase();
    this.#cases.delete(key);
    evicted.reset();
    return evicted;
  }
}
