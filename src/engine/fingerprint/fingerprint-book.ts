import { Bloom, combine32, type Millis } from "#core";
import { DimensionStatistics, type SavedStatistics } from "./dimension-statistics.ts";
import { type Dimension, dimensions } from "./dimensions.ts";
import { type DimensionEdges, EdgeLearner, priorEdges, type TokenisedBehaviour, tokenise } from "./discretiser.ts";
import { fingerprintOf, strictDefault, tokenInWords } from "./fingerprint.ts";

/** Behaviours whose fingerprint is kept; the one with the fewest sessions of some leaves. */
const behavioursMax = 4_096;
/** People whose last fingerprint is kept, to see what stays the same from visit to visit. */
const peopleMax = 4_096;
const evictionScan = 16;
const familyKeys = 8;
/** Anchored people between two looks at where quantities are cut. */
const edgesEvery = 500;
/** Alike from here on: e to the ninth times likelier one client's than two strangers'. */
const likenessLeast = 9;
const day: Millis = 86_400_000;

/** A session that ended, as its behaviour is kept. */
export interface EndedBehaviour {
  /** Key of the behaviour that it was judged with; 0: too little was known. */
  readonly behaviour: number;
  /** Values by dimension, NaN unknown. */
  readonly values: Float64Array;
  /** Account or jar of an anchored person, 0 else. */
  readonly person: number;
  readonly convicted: boolean;
  readonly at: Millis;
}

/** One dimension that a behaviour showed. */
export interface ShownDimension {
  readonly name: string;
  readonly family: Dimension["family"];
  /** What it showed, in words. */
  readonly shows: string;
  /** Share of anchored people who show the same, 0-1, smoothed by one for each thing that can be shown. */
  readonly peopleShare: number;
  /** Anchored people whom it is known of. */
  readonly people: number;
  /** Chance that a client shows the same the next time, 0-1. */
  readonly stability: number;
  /** Stable and informative here: the statistics would put it into a key. */
  readonly telling: boolean;
  /** Part of the strict key that cohorts by behaviour are keyed by. */
  readonly strict: boolean;
}

/** A behaviour as people see it. */
export interface FingerprintView {
  /** Sessions that showed it, those of anchored people and those convicted among them. */
  readonly sessions: number;
  readonly people: number;
  readonly convicted: number;
  /** The latest session's dimensions; those that were not seen are left out. */
  readonly dimensions: readonly ShownDimension[];
  /** Keys of which similar behaviours share at least one. */
  readonly family: readonly number[];
  /** Other behaviours that are likely the same client's, retooled. */
  readonly alike: readonly { readonly behaviour: number; readonly nats: number; readonly convicted: boolean }[];
}

interface Row {
  readonly behaviour: number;
  readonly place: number;
  sessions: number;
  people: number;
  convicted: number;
}

/** What is kept. Dimensions are named, so that tokens never mean another version's. */
export interface SavedFingerprints {
  readonly dimensions: readonly string[];
  readonly statistics: SavedStatistics;
  readonly edges: readonly (readonly number[] | null)[];
  readonly rows: readonly {
    readonly behaviour: number;
    readonly sessions: number;
    readonly people: number;
    readonly convicted: number;
    readonly tokens: readonly number[];
  }[];
}

/** Rows kept over a restart. */
const savedMax = 1_024;

/**
 * The behavioural fingerprints of sessions that ended: what each behaviour is in words, how common and how stable each
 * dimension is among anchored people (one vote a day), and which behaviours resemble each other although their strict keys
 * differ. For people to look at and for linking; nobody is judged by likeness. O(dimensions) a session.
 */
export class FingerprintBook {
  readonly #rows = new Map<number, Row>();
  readonly #tokens: Uint8Array = new Uint8Array(behavioursMax * dimensions.length);
  readonly #family: Uint32Array = new Uint32Array(behavioursMax * familyKeys);
  readonly #statistics = new DimensionStatistics();
  readonly #learner = new EdgeLearner();
  readonly #voters = new Bloom(1 << 17, 4);
  readonly #last = new Map<number, Uint8Array>();
  #edges: DimensionEdges = priorEdges();
  #people = 0;

  /** One session that ended. */
  see({ behaviour, values, person, convicted, at }: EndedBehaviour): void {
    const tokenised = tokenise(values, this.#edges);
    if (person !== 0 && !convicted) this.#learn(tokenised.tokens, values, { person, at });
    if (behaviour === 0) return;
    const row = this.#row(behaviour);
    row.sessions++;
    if (person !== 0 && !convicted) row.people++;
    if (convicted) row.convicted++;
    this.#write(row, tokenised);
  }

  /**
   * A behaviour that nobody's finished session showed yet, as the first session shows it so far: people who look at an attack need not
   * wait half an hour for its sessions to end. Counted as nothing, and the first to leave when room is needed.
   */
  draft(behaviour: number, values: Float64Array): void {
    if (behaviour === 0 || this.#rows.has(behaviour)) return;
    this.#write(this.#row(behaviour), tokenise(values, this.#edges));
  }

  holds(behaviour: number): boolean {
    return this.#rows.has(behaviour);
  }

  /** A behaviour; undefined where it is not kept. O(behaviours kept): for people, not for requests. */
  describe(behaviour: number): FingerprintView | undefined {
    const row = this.#rows.get(behaviour);
    if (row === undefined) return undefined;
    const tokens = this.#tokensOf(row);
    return {
      sessions: row.sessions,
      people: row.people,
      convicted: row.convicted,
      dimensions: this.#shown(tokens),
      family: [...this.#family.subarray(row.place * familyKeys, (row.place + 1) * familyKeys)],
      alike: this.#alike(row, tokens),
    };
  }

  save(): SavedFingerprints {
    const rows = [...this.#rows.values()].sort((a, b) => b.sessions - a.sessions).slice(0, savedMax);
    return {
      dimensions: dimensions.map(({ name }) => name),
      statistics: this.#statistics.save(),
      edges: this.#edges.map((edges) => (edges === null ? null : [...edges])),
      rows: rows.map((row) => ({
        behaviour: row.behaviour,
        sessions: row.sessions,
        people: row.people,
        convicted: row.convicted,
        tokens: [...this.#tokensOf(row)],
      })),
    };
  }

  /** Puts back what `save` gave; what another set of dimensions wrote is left out. */
  restore(saved: SavedFingerprints | undefined): void {
    if (saved === undefined || saved.dimensions.length !== dimensions.length) return;
    if (!dimensions.every(({ name }, d) => saved.dimensions[d] === name)) return;
    this.#statistics.restore(saved.statistics);
    this.#edges = saved.edges.map((edges) => (edges === null ? null : Float64Array.from(edges)));
    for (const { behaviour, sessions, people, convicted, tokens } of saved.rows) {
      const row = this.#row(behaviour);
      Object.assign(row, { sessions, people, convicted });
      const bytes = Uint8Array.from(tokens.slice(0, dimensions.length));
      this.#tokens.set(bytes, row.place * dimensions.length);
      const { family } = fingerprintOf({ tokens: bytes, near: new Uint8Array(dimensions.length) });
      this.#family.set(family, row.place * familyKeys);
    }
  }

  #learn(tokens: Uint8Array, values: Float64Array, { person, at }: { person: number; at: Millis }): void {
    const before = this.#last.get(person);
    if (before !== undefined) {
      this.#statistics.learnPair(before, tokens);
      this.#last.delete(person);
    } else if (this.#last.size >= peopleMax) {
      const oldest = this.#last.keys().next().value;
      if (oldest !== undefined) this.#last.delete(oldest);
    }
    this.#last.set(person, tokens);
    if (!this.#voters.add(combine32(Math.floor(at / day), person))) return;
    this.#statistics.learnPerson(tokens);
    this.#learner.learn(values);
    if (++this.#people % edgesEvery === 0) this.#edges = this.#learner.edges();
  }

  #write({ place }: Row, tokenised: TokenisedBehaviour): void {
    this.#tokens.set(tokenised.tokens, place * dimensions.length);
    this.#family.set(fingerprintOf(tokenised).family, place * familyKeys);
  }

  #row(behaviour: number): Row {
    const known = this.#rows.get(behaviour);
    if (known !== undefined) return known;
    const place = this.#rows.size < behavioursMax ? this.#rows.size : this.#evict();
    const row: Row = { behaviour, place, sessions: 0, people: 0, convicted: 0 };
    this.#rows.set(behaviour, row);
    return row;
  }

  /** Of the oldest, the one with the fewest sessions leaves; the others become young. */
  #evict(): number {
    const oldest: Row[] = [];
    for (const row of this.#rows.values()) {
      oldest.push(row);
      if (oldest.length === evictionScan) break;
    }
    const victim = oldest.reduce((least, row) => (row.sessions < least.sessions ? row : least));
    for (const row of oldest) {
      this.#rows.delete(row.behaviour);
      if (row !== victim) this.#rows.set(row.behaviour, row);
    }
    return victim.place;
  }

  #shown(tokens: Uint8Array): ShownDimension[] {
    const telling = new Set(this.#statistics.choose());
    const strict = new Set(strictDefault);
    return dimensions.flatMap(({ name, family }, d) => {
      const token = tokens[d] as number;
      if (token === 0) return [];
      const shows = tokenInWords(d, token, this.#edges);
      const peopleShare = this.#statistics.share(d, token);
      const stability = this.#statistics.stability(d);
      const people = this.#statistics.known(d);
      const [tells, keys] = [telling.has(d), strict.has(d)];
      return [{ name, family, shows, peopleShare, people, stability, telling: tells, strict: keys }];
    });
  }

  #tokensOf({ place }: Row): Uint8Array {
    return this.#tokens.subarray(place * dimensions.length, (place + 1) * dimensions.length);
  }

  #alike(row: Row, tokens: Uint8Array): FingerprintView["alike"] {
    const found: { behaviour: number; nats: number; convicted: boolean }[] = [];
    for (const other of this.#rows.values()) {
      if (other === row || !this.#related(row.place, other.place)) continue;
      const nats = this.#statistics.likeness(tokens, this.#tokensOf(other));
      if (nats < likenessLeast) continue;
      found.push({ behaviour: other.behaviour, nats, convicted: other.convicted * 2 > other.sessions });
    }
    return found.sort((a, b) => b.nats - a.nats).slice(0, 5);
  }

  #related(a: number, b: number): boolean {
    for (let key = 0; key < familyKeys; key++)
      if (this.#family[a * familyKeys + key] === this.#family[b * familyKeys + key]) return true;
    return false;
  }
}
