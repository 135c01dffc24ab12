import type { Action, Kind, Millis, Score, Signal, Trail, Verdict } from "#core";

/** One judged request as people see it. Holds no cookie, token, query or body. */
export interface SeenVerdict {
  readonly reference: string;
  readonly at: Millis;
  readonly application: string;
  readonly ip: string;
  readonly userAgent: string;
  readonly method: string;
  readonly path: string;
  readonly kind: Kind;
  /** What the verdict asks for. */
  readonly action: Action;
  /** What was carried out: `allow` in observe mode. */
  readonly enforced: Action;
  readonly score: Score;
  readonly signals: readonly Signal[];
  readonly rule: string | null;
  /** Rules that matched without acting; those that only watch are known with the answer. */
  watched: readonly string[];
  readonly basis: Verdict["basis"];
  readonly certifiedFpr: number | null;
  /** Of the rules that said anything. */
  revision: number;
  readonly session: string;
  readonly actor: string;
  readonly trail: Trail;
  readonly decisionUs: number;
  /** 0 until the answer is known. */
  status: number;
}

/**
 * The last verdicts, at least `verdictsMax` of them, found by their reference. Two generations, the older of which is
 * dropped whole when the younger is full: taking single ones out of a map costs a request more than all else here.
 */
export class RecentVerdicts {
  #young = new Map<string, SeenVerdict>();
  #old = new Map<string, SeenVerdict>();
  readonly #order: (SeenVerdict | undefined)[];
  #next = 0;
  #added = 0;

  constructor(verdictsMax: number) {
    this.#order = new Array<SeenVerdict | undefined>(verdictsMax).fill(undefined);
  }

  /** How many were ever added. */
  get added(): number {
    return this.#added;
  }

  add(seen: SeenVerdict): void {
    this.#added++;
    if (this.#young.size >= this.#order.length) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(seen.reference, seen);
    this.#order[this.#next] = seen;
    this.#next = (this.#next + 1) % this.#order.length;
  }

  find(reference: string): SeenVerdict | undefined {
    return this.#young.get(reference) ?? this.#old.get(reference);
  }

  /** The newest first, at most `count` that `wanted` holds for, looking back over at most `lookBack` verdicts. */
  newest(count: number, wanted: (seen: SeenVerdict) => boolean, lookBack: number): readonly SeenVerdict[] {
    const found: SeenVerdict[] = [];
    const length = this.#order.length;
    for (let back = 1; back <= Math.min(length, lookBack) && found.length < count; back++) {
      const seen = this.#order[(this.#next - back + length) % length];
      if (seen === undefined) break;
      if (wanted(seen)) found.push(seen);
    }
    return found;
  }

  get size(): number {
    return Math.min(this.#added, this.#order.length);
  }
}
