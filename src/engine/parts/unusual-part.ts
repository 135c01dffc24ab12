import { engineLimits, type Millis } from "#core";
import { behaviourFeatures, HalfSpaceTrees, type IsolationForest, isolationScore } from "../models/index.ts";

/** Sessions that look alike and behave as hardly anybody here does. For looking at: unusual is not automated. */
export interface UnusualGroup {
  readonly application: string;
  /** A user agent of its members. */
  readonly userAgent: string;
  /** Sessions seen, and those of them that were unusual when they ended. */
  readonly sessions: number;
  readonly unusual: number;
  readonly firstSeen: Millis;
  readonly lastSeen: Millis;
  /** How easily the last unusual one was set apart from people's sessions, 0-1; null before models were trained. */
  readonly isolation: number | null;
  /** In what it differs, the plainest first. */
  readonly differs: readonly string[];
}

/** A session that ended, as discovery sees it. */
export interface EndedSession {
  readonly features: Float64Array;
  readonly application: string;
  readonly userAgent: string;
  /** Key of its look and step. */
  readonly group: number;
  readonly at: Millis;
}

interface Tally {
  application: string;
  userAgent: string;
  sessions: number;
  unusual: number;
  firstSeen: Millis;
  lastSeen: Millis;
  isolation: number | null;
  /** Sums of the unusual members' features and how many of them showed each. */
  readonly sums: Float64Array;
  readonly shown: Uint32Array;
}

const groupsMax: number = engineLimits.unusualGroupsMax.default;
/** One session in a hundred is the unusual end of any traffic: the mark follows the scores so that about so many pass. */
const unusualShare = 0.01;
/** Scores are counted in so many cells; the mark is moved every so many sessions, and older scores fade by half. */
const cells = 256;
const markEvery = 64;
const scoresMax = 20_000;
/** Unusual sessions before a group is shown. */
const membersLeast = 8;
/** A group that is all over the unusual end, not a big one with a tail. */
const shareLeast = 0.2;
const wordsMax = 4;
const deviationLeast = 1.5;

/**
 * Discovery without labels: half-space trees over what sessions did, and the groups by look and step in which unusual ones
 * gather. Nothing here is ever evidence; it shows people where to look for what no detector and no rule of thumb covers.
 * A few hundred kilobytes; a session costs some microseconds when it ends.
 */
export class UnusualPart {
  readonly #trees: HalfSpaceTrees;
  readonly #groups = new Map<number, Tally>();
  readonly #mean: Float64Array = new Float64Array(behaviourFeatures.length);
  readonly #squares: Float64Array = new Float64Array(behaviourFeatures.length);
  readonly #seen: Float64Array = new Float64Array(behaviourFeatures.length);
  readonly #row: Float64Array = new Float64Array(behaviourFeatures.length);
  readonly #scores: Uint32Array = new Uint32Array(cells);
  #scored = 0;
  #mark = 1;

  constructor(seed: number, window = 2_000) {
    const features = behaviourFeatures.length;
    // Standardised before they are looked at, so three deviations either way hold practically everything.
    const low = new Float64Array(features).fill(-3);
    const high = new Float64Array(features).fill(3);
    this.#trees = new HalfSpaceTrees({ seed: seed ^ 0x4557, features, low, high, window });
  }

  /** A session ended. */
  observe(session: EndedSession, isolation: IsolationForest | undefined): void {
    this.#standardise(session.features);
    const score = this.#trees.observe(this.#row);
    if (Number.isNaN(score)) return;
    const unusual = score > this.#mark;
    this.#moveMark(score);
    const tally = this.#tally(session, unusual);
    if (tally === undefined) return;
    tally.sessions++;
    tally.lastSeen = session.at;
    if (!unusual) return;
    tally.unusual++;
    tally.isolation = isolation === undefined ? null : isolationScore(isolation, session.features);
    for (let f = 0; f < this.#row.length; f++) {
      if (Number.isNaN(session.features[f] as number)) continue;
      tally.sums[f] = (tally.sums[f] as number) + (this.#row[f] as number);
      tally.shown[f] = (tally.shown[f] as number) + 1;
    }
  }

  /** Groups in which unusual sessions gather, the largest first. */
  groups(): UnusualGroup[] {
    return [...this.#groups.values()]
      .filter(({ sessions, unusual }) => unusual >= membersLeast && unusual >= shareLeast * sessions)
      .sort((a, b) => b.unusual - a.unusual)
      .map(({ sums, shown, ...group }) => ({ ...group, differs: wordsOf(sums, shown) }));
  }

  /** Turns features into deviations from everybody's mean, NaN (unknown) into none, and learns the mean (Welford 1962). */
  #standardise(features: Float64Array): void {
    for (let f = 0; f < features.length; f++) {
      const value = features[f] as number;
      if (Number.isNaN(value)) {
        this.#row[f] = 0;
        continue;
      }
      const n = Math.min(20_000, (this.#seen[f] as number) + 1);
      const delta = value - (this.#mean[f] as number);
      const deviation = Math.sqrt(((this.#squares[f] as number) + 1e-3) / n);
      this.#row[f] = Math.max(-3, Math.min(3, delta / deviation));
      this.#seen[f] = n;
      this.#mean[f] = (this.#mean[f] as number) + delta / n;
      const kept = (this.#squares[f] as number) * (n >= 20_000 ? 1 - 1 / n : 1);
      this.#squares[f] = kept + delta * (value - (this.#mean[f] as number));
    }
  }

  /** Keeps the mark where one score in a hundred lies above it. */
  #moveMark(score: number): void {
    const scores = this.#scores;
    const cell = Math.min(cells - 1, Math.floor(score * cells));
    scores[cell] = (scores[cell] as number) + 1;
    if (++this.#scored % markEvery !== 0) return;
    let above = 0;
    let at = cells;
    while (at > 0 && above + (scores[at - 1] as number) <= unusualShare * this.#scored) above += scores[--at] as number;
    this.#mark = at / cells;
    if (this.#scored < scoresMax) return;
    this.#scored = 0;
    for (let i = 0; i < cells; i++) {
      scores[i] = (scores[i] as number) >> 1;
      this.#scored += scores[i] as number;
    }
  }

  #tally({ group, application, userAgent, at }: EndedSession, unusual: boolean): Tally | undefined {
    const known = this.#groups.get(group);
    if (known !== undefined || !unusual) return known;
    if (this.#groups.size >= groupsMax) this.#forgetSmallest();
    const width = behaviourFeatures.length;
    const fresh: Tally = {
      application,
      userAgent,
      sessions: 0,
      unusual: 0,
      firstSeen: at,
      lastSeen: at,
      isolation: null,
      sums: new Float64Array(width),
      shown: new Uint32Array(width),
    };
    this.#groups.set(group, fresh);
    return fresh;
  }

  #forgetSmallest(): void {
    let [smallest, least] = [0, Number.POSITIVE_INFINITY];
    for (const [group, { unusual, lastSeen }] of this.#groups) {
      const worth = unusual * 1e13 + lastSeen;
      if (worth < least) [smallest, least] = [group, worth];
    }
    this.#groups.delete(smallest);
  }
}

function wordsOf(sums: Float64Array, shown: Uint32Array): string[] {
  return behaviourFeatures
    .map(({ name }, f) => ({ name, deviation: shown[f] === 0 ? 0 : (sums[f] as number) / (shown[f] as number) }))
    .filter(({ deviation }) => Math.abs(deviation) >= deviationLeast)
    .sort((a, b) => Math.abs(b.deviation) - Math.abs(a.deviation))
    .slice(0, wordsMax)
    .map(({ name, deviation }) => `${name}: far ${deviation > 0 ? "more" : "less"} than usual here`);
}
