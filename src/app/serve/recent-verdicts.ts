import type { Action, Kind, Millis, Score, Signal, Trail, Verdict } from "#core";
import { EvidenceShelf } from "./evidence-shelf.ts";

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

const none: readonly Signal[] = Object.freeze([]);

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

/**
 * A verdict as it is kept. Its evidence is at hand until its exchange is over, and lies on the shelf from then on. These
 * objects serve again and again: what lived for thousands of requests and died then would be copied by collections, which
 * stop the serving thread.
 */
export class KeptVerdict implements Writable<Omit<SeenVerdict, "score" | "trail">> {
  reference = "";
  at: Millis = 0;
  application = "";
  ip = "";
  userAgent = "";
  method = "";
  path = "";
  kind: Kind = "unknown";
  action: Action = "allow";
  enforced: Action = "allow";
  readonly score: Writable<Score> = { total: 0.5, behaviour: 0.5, presentation: 0.5 };
  /** Empty once laid by. */
  signals: readonly Signal[] = none;
  rule: string | null = null;
  watched: readonly string[] = none as readonly never[];
  basis: Verdict["basis"] = "none";
  certifiedFpr: number | null = null;
  revision = 0;
  session = "";
  actor = "";
  readonly trail: Writable<Trail> = { session: 0, identity: 0, template: "", cohort: "" };
  decisionUs = 0.5;
  status = 0;
  /** Its place on the shelf; -1 before it was laid by. */
  place = -1;
}

/**
 * The last verdicts, at least `verdictsMax` of them, found by their reference. Two generations, the older of which is
 * dropped whole when the younger is full: taking single ones out of a map costs a request more than all else here.
 */
export class RecentVerdicts {
  #young = new Map<string, KeptVerdict>();
  #old = new Map<string, KeptVerdict>();
  readonly #verdictsMax: number;
  readonly #order: (KeptVerdict | undefined)[];
  readonly #shelf: EvidenceShelf;
  #next = 0;
  #added = 0;

  constructor(verdictsMax: number) {
    this.#verdictsMax = verdictsMax;
    // One more than two generations hold, so that nobody finds another's verdict under an old reference.
    this.#order = new Array<KeptVerdict | undefined>(2 * verdictsMax + 1).fill(undefined);
    this.#shelf = new EvidenceShelf(verdictsMax);
  }

  /** How many were ever added. */
  get added(): number {
    return this.#added;
  }

  /** An object to be filled in and added. What it said before is in no generation any more. */
  blank(): KeptVerdict {
    const kept = this.#order[this.#next] ?? new KeptVerdict();
    kept.place = -1;
    kept.status = 0;
    return kept;
  }

  /** Takes in what `blank` gave and its caller filled. */
  add(kept: KeptVerdict): void {
    this.#added++;
    if (this.#young.size >= this.#verdictsMax) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(kept.reference, kept);
    this.#order[this.#next] = kept;
    this.#next = (this.#next + 1) % this.#order.length;
  }

  /** The verdict of a request with what it rested on, as far as that has not given way. */
  find(reference: string): SeenVerdict | undefined {
    const kept = this.kept(reference);
    return kept === undefined ? undefined : this.#whole(kept);
  }

  /** The same as it is kept, for whoever needs no evidence of exchanges that are over. */
  kept(reference: string): KeptVerdict | undefined {
    return this.#young.get(reference) ?? this.#old.get(reference);
  }

  /** The exchange is over and written down: its evidence is laid by, where collections need not copy it. */
  layBy(kept: KeptVerdict): void {
    if (kept.place >= 0) return;
    kept.place = this.#shelf.put(kept.signals);
    kept.signals = none;
  }

  #whole(kept: KeptVerdict): SeenVerdict {
    const signals = kept.place < 0 ? kept.signals : (this.#shelf.read(kept.place) ?? none);
    return { ...kept, score: { ...kept.score }, trail: { ...kept.trail }, signals };
  }

  /** The newest first, at most `count` that `wanted` holds for, looking back over at most `lookBack` verdicts. */
  newest(
    count: number,
    wanted: (seen: Omit<SeenVerdict, "signals">) => boolean,
    lookBack: number,
  ): readonly SeenVerdict[] {
    const found: SeenVerdict[] = [];
    const length = this.#order.length;
    for (let back = 1; back <= Math.min(this.size, lookBack) && found.length < count; back++) {
      const seen = this.#order[(this.#next - back + length) % length];
      if (seen === undefined) break;
      if (wanted(seen)) found.push(this.#whole(seen));
    }
    return found;
  }

  get size(): number {
    return Math.min(this.#added, this.#verdictsMax);
  }
}
