import { z } from "zod";
import type { CohortView, Engine } from "#engine";

/** Sessions judged together: who they are and what speaks against them. */
export interface CohortCase {
  readonly id: string;
  readonly grouping: string;
  readonly application: string;
  readonly state: string;
  readonly sessions: number;
  readonly addresses: number;
  readonly countries: number;
  readonly addressSample: readonly string[];
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** Evidence so far, and how much a conviction takes; null: too small to be tested. */
  readonly nats: number;
  readonly needed: number | null;
  /** Nats by group of evidence. */
  readonly groups: Readonly<Record<string, number>>;
  /** What its log-ins are: "stuffing", "spraying", "cracking"…; empty where they fit no kind. */
  readonly attack: string;
  readonly conviction: ConvictionCase | null;
  /** What most of its members do, in words; null where too little was seen. */
  readonly fingerprint: FingerprintCase | null;
}

/** A behavioural fingerprint, free of presentation, as people read it. */
export interface FingerprintCase {
  readonly sessions: number;
  /** Sessions of anchored people that showed it. */
  readonly people: number;
  /** Sessions of it that were convicted. */
  readonly convicted: number;
  /** Key of its stable dimensions, and keys of which similar behaviours share at least one. */
  readonly strictKey: string;
  readonly familyKeys: readonly string[];
  readonly dimensions: readonly DimensionCase[];
  /** Whether it is rare enough among honest sessions to be acted upon by itself, and why not. */
  readonly actionable: boolean;
  readonly words: string;
  /** Honest sessions that show it, of how many, and the 95 % bound of their share. */
  readonly honestAlike: number;
  readonly honest: number;
  readonly prevalenceAtMost: number;
  /** The share that it must be proven to stay within, and how many honest sessions are missing for that. */
  readonly rate: number;
  readonly missing: number;
  /** Other behaviours that are likely the same client's, retooled. */
  readonly alike: readonly AlikeCase[];
}

/** One dimension of a behaviour. */
export interface DimensionCase {
  readonly name: string;
  readonly family: string;
  readonly shows: string;
  /** Share of anchored people who show the same, 0-1. */
  readonly peopleShare: number;
  /** Anchored people whom it is known of. */
  readonly people: number;
  /** Chance that a client shows the same the next time, 0-1. */
  readonly stability: number;
  /** Stable and informative enough here to tell behaviours apart. */
  readonly telling: boolean;
  /** Part of the strict key. */
  readonly strict: boolean;
}

/** A behaviour like another. */
export interface AlikeCase {
  readonly behaviour: string;
  readonly nats: number;
  readonly convicted: boolean;
  /** A cohort of which it is the commonest behaviour; empty where none is kept. */
  readonly cohort: string;
}

/** Why and how a cohort stands convicted. */
export interface ConvictionCase {
  readonly since: number;
  readonly basis: string;
  readonly enforced: boolean;
  readonly certifiedFpr: number | null;
  /** Whom the bound is about: "anchored people" or "earlier visits"; null without one. */
  readonly certifiedOver: string | null;
  /** People or visits still missing for a bound. */
  readonly missing: number;
  readonly purity: number;
  readonly evidence: readonly string[];
}

export const cohortCase: z.ZodType<CohortCase> = z.strictObject({
  id: z.string(),
  grouping: z.string(),
  application: z.string(),
  state: z.string(),
  sessions: z.number(),
  addresses: z.number(),
  countries: z.number(),
  addressSample: z.array(z.string()),
  firstSeen: z.number(),
  lastSeen: z.number(),
  nats: z.number(),
  needed: z.number().nullable(),
  groups: z.record(z.string(), z.number()),
  attack: z.string(),
  conviction: z
    .strictObject({
      since: z.number(),
      basis: z.string(),
      enforced: z.boolean(),
      certifiedFpr: z.number().nullable(),
      certifiedOver: z.string().nullable(),
      missing: z.number(),
      purity: z.number(),
      evidence: z.array(z.string()),
    })
    .nullable(),
  fingerprint: z
    .strictObject({
      sessions: z.number(),
      people: z.number(),
      convicted: z.number(),
      strictKey: z.string(),
      familyKeys: z.array(z.string()),
      dimensions: z.array(
        z.strictObject({
          name: z.string(),
          family: z.string(),
          shows: z.string(),
          peopleShare: z.number(),
          people: z.number(),
          stability: z.number(),
          telling: z.boolean(),
          strict: z.boolean(),
        }),
      ),
      actionable: z.boolean(),
      words: z.string(),
      honestAlike: z.number(),
      honest: z.number(),
      prevalenceAtMost: z.number(),
      rate: z.number(),
      missing: z.number(),
      alike: z.array(
        z.strictObject({ behaviour: z.string(), nats: z.number(), convicted: z.boolean(), cohort: z.string() }),
      ),
    })
    .nullable(),
});

/** Where behaviours are found: the engine's book, and for each behaviour a cohort in which it is the commonest. */
export interface BehaviourSources {
  readonly learned: Pick<Engine["learned"], "fingerprint">;
  readonly cohortOf: ReadonlyMap<number, string>;
}

/** @param views All cohorts, convicted ones first: those are named where several have one behaviour. */
export function behaviourSources(engine: Pick<Engine, "learned">, views: readonly CohortView[]): BehaviourSources {
  const cohortOf = new Map<number, string>();
  for (const { behaviour, key } of views)
    if (behaviour !== 0 && !cohortOf.has(behaviour)) cohortOf.set(behaviour, key.toString(36));
  return { learned: engine.learned, cohortOf };
}

/** The engine's view for showing. The id is the one that records carry. */
export function toCohort(view: CohortView, sources: BehaviourSources): CohortCase {
  const { conviction } = view;
  return {
    id: view.key.toString(36),
    grouping: view.grouping,
    application: view.application,
    state: view.state,
    sessions: view.sessions,
    addresses: view.addresses,
    countries: view.countries,
    addressSample: view.addressSample,
    firstSeen: finite(view.firstSeen),
    lastSeen: finite(view.lastSeen),
    nats: finite(view.nats),
    needed: view.needed === null ? null : finite(view.needed),
    groups: view.groups,
    attack: view.attack,
    conviction:
      conviction === undefined
        ? null
        : {
            since: conviction.since,
            basis: conviction.basis,
            enforced: conviction.enforced,
            certifiedFpr: conviction.certifiedFpr,
            certifiedOver: conviction.certifiedOver ?? null,
            missing: conviction.missing,
            purity: conviction.purity,
            evidence: conviction.evidence,
          },
    fingerprint: toFingerprint(view.behaviour, sources),
  };
}

function toFingerprint(behaviour: number, { learned, cohortOf }: BehaviourSources): FingerprintCase | null {
  const found = behaviour === 0 ? undefined : learned.fingerprint(behaviour);
  if (found === undefined) return null;
  const { sessions, people, convicted, family, dimensions, actionable, words } = found;
  const { honestAlike, honest, prevalenceAtMost, rate, missing } = found;
  return {
    sessions,
    people,
    convicted,
    strictKey: behaviour.toString(36),
    familyKeys: family.map((key) => key.toString(36)),
    dimensions: dimensions.map((one) => ({
      ...one,
      peopleShare: hundredths(one.peopleShare),
      stability: hundredths(one.stability),
    })),
    actionable,
    words,
    honestAlike,
    honest,
    prevalenceAtMost: Number(prevalenceAtMost.toPrecision(2)),
    rate,
    missing,
    alike: found.alike.map(({ behaviour: other, nats, convicted: accused }) => ({
      behaviour: other.toString(36),
      nats: Math.round(10 * nats) / 10,
      convicted: accused,
      cohort: cohortOf.get(other) ?? "",
    })),
  };
}

/** Shares of people are no better known than that. */
function hundredths(value: number): number {
  return Math.round(100 * value) / 100;
}

/** JSON knows no infinity. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
