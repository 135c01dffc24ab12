import type { Millis } from "#core";
import { PageHinkley } from "../statistics/index.ts";

/** Edges watched at most; later ones are not watched. */
const edgesMax = 512;
/** Recent observations kept to see who changed. */
const recentMax = 2_048;
/** Sessions a cohort must have in the recent window before it has a say. */
const cohortSessionsMin = 3;
/** Share of cohorts that must have changed for the change to be the application's. */
const deployShare = 0.3;
/** Fresh observations after which a frozen edge has been relearned. */
const relearnAfter = 90;
const changesMax = 64;
const outliersMax = 64;
const testOptions = { tolerance: 0.1, threshold: 8, least: 60 } as const;
/** Observations looked back on when a change is judged. */
const window = 60;

/** A change that was recognised. */
export interface EdgeChange {
  readonly edge: string;
  readonly at: Millis;
  /** "deploy": shared by more than 30 % of the cohorts; "cohort": inside few of them. */
  readonly kind: "deploy" | "cohort";
  readonly cohorts: number;
  readonly changed: number;
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
}

/**
 * Tells a deploy from a bot. Every edge (a cookie coming back, a step's precondition, script's cookies) is
 * followed by a Page-Hinkley test over all sessions. When it falls, the recent sessions are looked at by
 * cohort: if more than 30 % of the cohorts fell together the application changed, and the edge is frozen
 * and relearned; if it was one or two, those cohorts are the news and the edge stands.
 *
 * Attack: an attacker with many behaviours could fake a deploy to blind one edge. Cohorts that contain anchored
 * sessions therefore decide alone as soon as five of them have a say; a frozen edge thaws by itself.
 */
export class DeployWatch {
  readonly #edges = new Map<string, WatchedEdge>();
  readonly #edgeOf: Uint16Array = new Uint16Array(recentMax);
  readonly #cohortOf: Uint32Array = new Uint32Array(recentMax);
  readonly #stateOf: Uint8Array = new Uint8Array(recentMax);
  #next = 0;
  #filled = 0;
  readonly #changes: EdgeChange[] = [];

  /**
   * One session's outcome on an edge. Returns the change when this observation revealed one.
   *
   * @param kept whether the session did what the edge expects.
   */
  observe(
    name: string,
    kept: boolean,
    session: { readonly cohort: number; readonly anchored: boolean; readonly now: Millis },
  ): EdgeChange | undefined {
    const edge = this.#edge(name);
    if (edge === undefined) return undefined;
    if (edge.outliers.has(session.cohort)) {
      if (kept) edge.outliers.delete(session.cohort);
      return undefined;
    }
    const at = this.#next;
    this.#edgeOf[at] = edge.index;
    this.#cohortOf[at] = session.cohort >>> 0;
    this.#stateOf[at] = (kept ? 1 : 0) | (session.anchored ? 2 : 0);
    this.#next = (at + 1) % recentMax;
    this.#filled = Math.min(recentMax, this.#filled + 1);
    if (edge.relearn > 0) {
      edge.relearn--;
      return undefined;
    }
    edge.count = Math.min(10_000, edge.count + 1);
    edge.mean += ((kept ? 1 : 0) - edge.mean) / edge.count;
    if (edge.test.observe(kept ? 1 : 0) !== "fall") return undefined;
    return this.#judge(name, edge, session.now);
  }

  /** True while an edge is being relearned after a deploy: it says nothing. */
  isFrozen(name: string): boolean {
    return (this.#edges.get(name)?.relearn ?? 0) > 0;
  }

  /** The latest changes, oldest first. */
  changes(): readonly EdgeChange[] {
    return this.#changes;
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
    };
    this.#edges.set(name, edge);
    return edge;
  }

  #judge(name: string, edge: WatchedEdge, now: Millis): EdgeChange {
    const all = this.#tally(edge, { anchoredOnly: false });
    const anchored = this.#tally(edge, { anchoredOnly: true });
    const { cohorts, changed } = anchored.cohorts >= 5 ? anchored : all;
    const kind = cohorts > 0 && changed.length / cohorts > deployShare ? "deploy" : "cohort";
    edge.test = new PageHinkley(testOptions);
    if (kind === "deploy") {
      edge.relearn = relearnAfter;
      edge.count = 0;
      edge.mean = 0;
      edge.outliers.clear();
    } else this.#setApart(edge, all.changed);
    const change: EdgeChange = { edge: name, at: now, kind, cohorts, changed: changed.length };
    this.#changes.push(change);
    if (this.#changes.length > changesMax) this.#changes.shift();
    return change;
  }

  /** The fallen cohorts are no longer heard, and the test goes on from the level that the others keep. */
  #setApart(edge: WatchedEdge, cohorts: readonly number[]): void {
    for (const cohort of cohorts) if (edge.outliers.size < outliersMax) edge.outliers.add(cohort);
    for (let i = 0; i < testOptions.least; i++) edge.test.observe(edge.mean);
  }

  /** How many cohorts have a say on an edge, and how many of them fell to half of its mean. */
  #tally(
    edge: WatchedEdge,
    options: { readonly anchoredOnly: boolean },
  ): { readonly cohorts: number; readonly changed: readonly number[] } {
    const byCohort = new Map<number, { seen: number; kept: number; anchored: boolean }>();
    // The newest observations of the edge are what the test reacted to; older ones show the old world.
    let taken = 0;
    for (let back = 1; back <= this.#filled && taken < window; back++) {
      const at = (this.#next - back + recentMax) % recentMax;
      if (this.#edgeOf[at] !== edge.index) continue;
      taken++;
      const state = this.#stateOf[at] ?? 0;
      const cohort = this.#cohortOf[at] ?? 0;
      const tally = byCohort.get(cohort) ?? { seen: 0, kept: 0, anchored: false };
      tally.seen++;
      tally.kept += state & 1;
      tally.anchored ||= (state & 2) !== 0;
      byCohort.set(cohort, tally);
    }
    let cohorts = 0;
    const changed: number[] = [];
    for (const [cohort, tally] of byCohort) {
      if (tally.seen < cohortSessionsMin || (options.anchoredOnly && !tally.anchored)) continue;
      cohorts++;
      if (tally.kept / tally.seen < edge.mean / 2) changed.push(cohort);
    }
    return { cohorts, changed };
  }
}
