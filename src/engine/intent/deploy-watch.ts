import type { Millis } from "#core";
import { PageHinkley } from "../statistics/index.ts";

/** Edges watched at most; later ones are not watched. */
const edgesMax = 512;
/** Recent observations kept to see who changed. */
const recentMax = 2_048;
/** The newest observations of a cohort that show its present state, and how many of them it needs to have a say. */
const newestMax = 4;
const newestMin = 3;
/** Observations awaited after the test fell, so that other cohorts can show whether they fell too. */
const pendingFor = 40;
/** How far back cohorts are looked for when a change is judged. */
const lookBack = 200;
/** Anchored sessions since the fall that decide alone. */
const anchoredMin = 5;
/** Share of cohorts that must have changed for the change to be the application's. */
const deployShare = 0.3;
/** Fresh observations after which a frozen edge has been relearned. */
const relearnAfter = 90;
const changesMax = 64;
const outliersMax = 64;
const testOptions = { tolerance: 0.1, threshold: 8, least: 60 } as const;

/** A change that was recognised. */
export interface EdgeChange {
  /** The edge in words: "cookie sid comes back", "GET /login before POST /login (web)". */
  readonly edge: string;
  readonly at: Millis;
  /** "deploy": shared by more than 30 % of the cohorts; "cohort": inside few of them. */
  readonly kind: "deploy" | "cohort";
  readonly cohorts: number;
  readonly changed: number;
}

/** Who did, or did not do, what an edge expects, and what that is called. */
export interface WatchedSession {
  readonly application: number;
  readonly cohort: number;
  readonly anchored: boolean;
  readonly now: Millis;
  /** The edge in words; asked for when it changed. */
  words(): string;
}

interface WatchedEdge {
  readonly index: number;
  test: PageHinkley;
  /** Cohorts that fell alone: no longer heard until they keep the edge again. */
  readonly outliers: Set<number>;
  mean: number;
  count: number;
  /** Observations left until a frozen edge counts as relearned; 0: not frozen. */
  relearn: number;
  /** Observations left until a fall is judged; 0: none is pending. */
  pending: number;
  /** Anchored sessions since the fall, and those that kept the edge. */
  anchored: number;
  anchoredKept: number;
}

/**
 * Tells a deploy from a bot. Every edge (a cookie coming back, a step's precondition, script's cookies) is
 * followed by a Page-Hinkley test over all sessions. When it falls, forty more sessions are awaited; if by then
 * more than 30 % of the cohorts have fallen, the application changed, and the edge is frozen and relearned; if
 * it was few, those cohorts are the news, they are no longer heard, and the edge stands.
 *
 * Attack: an attacker with many behaviours could fake a deploy to blind one edge. Therefore five anchored sessions
 * since the fall decide alone, both ways, and a frozen edge thaws by itself after 90 sessions.
 */
export class DeployWatch {
  readonly #edges = new Map<string, WatchedEdge>();
  readonly #edgeOf: Uint16Array = new Uint16Array(recentMax);
  readonly #cohortOf: Uint32Array = new Uint32Array(recentMax);
  readonly #keptOf: Uint8Array = new Uint8Array(recentMax);
  #next = 0;
  #filled = 0;
  readonly #changes: { readonly application: number; change: EdgeChange }[] = [];

  /**
   * One session's outcome on an edge. Returns the change when this observation revealed one.
   *
   * @param kept whether the session did what the edge expects.
   */
  observe(name: string, kept: boolean, session: WatchedSession): EdgeChange | undefined {
    const edge = this.#edge(name);
    if (edge === undefined) return undefined;
    if (edge.outliers.has(session.cohort)) {
      if (kept) edge.outliers.delete(session.cohort);
      return undefined;
    }
    const at = this.#next;
    this.#edgeOf[at] = edge.index;
    this.#cohortOf[at] = session.cohort >>> 0;
    this.#keptOf[at] = kept ? 1 : 0;
    this.#next = (at + 1) % recentMax;
    this.#filled = Math.min(recentMax, this.#filled + 1);
    if (edge.relearn > 0) {
      edge.relearn--;
      return undefined;
    }
    if (edge.pending > 0) {
      if (session.anchored) {
        edge.anchored++;
        edge.anchoredKept += kept ? 1 : 0;
      }
      return --edge.pending > 0 ? undefined : this.#judge(edge, session);
    }
    edge.count = Math.min(10_000, edge.count + 1);
    edge.mean += ((kept ? 1 : 0) - edge.mean) / edge.count;
    if (edge.test.observe(kept ? 1 : 0) === "fall") {
      edge.pending = pendingFor;
      edge.anchored = 0;
      edge.anchoredKept = 0;
    }
    return undefined;
  }

  /** True while an edge is being relearned after a deploy: it says nothing. */
  isFrozen(name: string): boolean {
    return (this.#edges.get(name)?.relearn ?? 0) > 0;
  }

  /** The latest changes, oldest first; those of one application where its number is given. */
  changes(application?: number): readonly EdgeChange[] {
    return this.#changes
      .filter((noted) => application === undefined || noted.application === application)
      .map(({ change }) => change);
  }

  #edge(name: string): WatchedEdge | undefined {
    const known = this.#edges.get(name);
    if (known !== undefined || this.#edges.size >= edgesMax) return known;
    const edge: WatchedEdge = {
      index: this.#edges.size + 1,
      test: new PageHinkley(testOptions),
      outliers: new Set(),
      mean: 0,
      count: 0,
      relearn: 0,
      pending: 0,
      anchored: 0,
      anchoredKept: 0,
    };
    this.#edges.set(name, edge);
    return edge;
  }

  #judge(edge: WatchedEdge, session: WatchedSession): EdgeChange {
    const { cohorts, changed } = this.#tally(edge);
    const shared = cohorts > 0 && changed.length / cohorts > deployShare;
    const anchoredFell = edge.anchoredKept / edge.anchored < edge.mean / 2;
    const kind = (edge.anchored >= anchoredMin ? anchoredFell : shared) ? "deploy" : "cohort";
    edge.test = new PageHinkley(testOptions);
    if (kind === "deploy") {
      edge.relearn = relearnAfter;
      edge.count = 0;
      edge.mean = 0;
      edge.outliers.clear();
    } else this.#setApart(edge, changed);
    const change: EdgeChange = { edge: session.words(), at: session.now, kind, cohorts, changed: changed.length };
    this.#changes.push({ application: session.application, change });
    if (this.#changes.length > changesMax) this.#changes.shift();
    return change;
  }

  /** The fallen cohorts are no longer heard, and the test goes on from the level that the others keep. */
  #setApart(edge: WatchedEdge, cohorts: readonly number[]): void {
    for (const cohort of cohorts) if (edge.outliers.size < outliersMax) edge.outliers.add(cohort);
    for (let i = 0; i < testOptions.least; i++) edge.test.observe(edge.mean);
  }

  /** How many cohorts have a say on an edge, and which of them fell below half of its mean. */
  #tally(edge: WatchedEdge): { readonly cohorts: number; readonly changed: readonly number[] } {
    const byCohort = new Map<number, { seen: number; kept: number }>();
    let looked = 0;
    for (let back = 1; back <= this.#filled && looked < lookBack; back++) {
      const at = (this.#next - back + recentMax) % recentMax;
      if (this.#edgeOf[at] !== edge.index) continue;
      looked++;
      const cohort = this.#cohortOf[at] ?? 0;
      const tally = byCohort.get(cohort) ?? { seen: 0, kept: 0 };
      byCohort.set(cohort, tally);
      if (tally.seen >= newestMax) continue;
      tally.seen++;
      tally.kept += this.#keptOf[at] ?? 0;
    }
    let cohorts = 0;
    const changed: number[] = [];
    for (const [cohort, tally] of byCohort) {
      if (tally.seen < newestMin) continue;
      cohorts++;
      if (tally.kept / tally.seen < edge.mean / 2) changed.push(cohort);
    }
    return { cohorts, changed };
  }
}
