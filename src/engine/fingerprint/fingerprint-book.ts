import { Bloom, combine32, type Millis } from "#core";
import { DimensionStatistics, type SavedStatistics } from "./dimension-statistics.ts";
import { dimensions } from "./dimensions.ts";
import { type DimensionEdges, EdgeLearner, priorEdges, tokenise } from "./discretiser.ts";
import { fingerprintInWords, fingerprintOf } from "./fingerprint.ts";

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

/** A behaviour as people see it. */
export interface FingerprintView {
  /** Sessions that showed it, those of anchored people and those convicted among them. */
  readonly sessions: number;
  readonly people: number;
  readonly convicted: number;
  /** The latest session's dimensions in words; those that were not seen are left out. */
  readonly dimensions: readonly string[];
  /** How many of those the statistics found to be stable and telling. */
  readonly telling: number;
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
    this.#tokens.set(tokenised.tokens, row.place * dimensions.length);
    this.#family.set(fingerprintOf(tokenised).family, row.place * familyKeys);
  }

  /** A behaviour; undefined where it is not kept. O(behaviours kept): for people, not for requests. */
  describe(behaviour: number): FingerprintView | undefined {
    const row = this.#rows.get(behaviour);
    if (row === undefined) return undefined;
    const tokens = this.#tokensOf(row);
    const telling = this.#statistics.choose().filter((d) => (tokens[d] as number) > 0).length;
    return {
      sessions: row.sessions,
      people: row.people,
      convicted: row.convicted,
      dimensions: fingerprintInWords(tokens),
      telling,
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
