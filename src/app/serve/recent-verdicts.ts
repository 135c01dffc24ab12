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
  /** Rules that matched without acting. */
  readonly watched: readonly string[];
  readonly basis: Verdict["basis"];
  readonly certifiedFpr: number | null;
  readonly revision: number;
  readonly session: string;
  readonly actor: string;
  readonly trail: Trail;
  readonly decisionUs: number;
  /** 0 until the answer is known. */
  status: number;
}

/** The last verdicts, found by their reference. The oldest leaves when a new one comes. */
export class RecentVerdicts {
  readonly #byReference = new Map<string, SeenVerdict>();
  readonly #order: (string | undefined)[];
  #next = 0;
  #added = 0;

  constructor(verdictsMax: number) {
    this.#order = new Array<string | undefined>(verdictsMax).fill(undefined);
  }

  /** How many were ever added. */
  get added(): number {
    return this.#added;
  }

  add(seen: SeenVerdict): void {
    this.#added++;
    const old = this.#order[this.#next];
    if (old !== undefined) this.#byReference.delete(old);
    this.#order[this.#next] = seen.reference;
    this.#next = (this.#next + 1) % this.#order.length;
    this.#byReference.set(seen.reference, seen);
  }

  find(reference: string): SeenVerdict | undefined {
    return this.#byReference.get(reference);
  }

  /** The newest first, at most `count` that `wanted` holds for, looking back over at most `lookBack` verdicts. */
  newest(count: number, wanted: (seen: SeenVerdict) => boolean, lookBack: number): readonly SeenVerdict[] {
    const found: SeenVerdict[] = [];
    const length = this.#order.length;
    for (let back = 1; back <= Math.min(length, lookBack) && found.length < count; back++) {
      const reference = this.#order[(this.#next - back + length) % length];
      if (reference === undefined) break;
      const seen = this.#byReference.get(reference);
      if (seen !== undefined && wanted(seen)) found.push(seen);
    }
    return found;
  }

  get size(): number {
    return this.#byReference.size;
  }
}
