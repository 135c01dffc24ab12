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
  readonly dimensions: readonly string[];
  /** Dimensions among them that are stable and telling here. */
  readonly telling: number;
  /** Whether it is rare enough among honest sessions to be acted upon by itself, and why not. */
  readonly actionable: boolean;
  readonly words: string;
  /** Other behaviours that are likely the same client's, retooled. */
  readonly alike: readonly { readonly behaviour: string; readonly nats: number; readonly convicted: boolean }[];
}

/** Why and how a cohort stands convicted. */
export interface ConvictionCase {
  readonly since: number;
  readonly basis: string;
  readonly enforced: boolean;
  readonly certifiedFpr: number | null;
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
      purity: z.number(),
      evidence: z.array(z.string()),
    })
    .nullable(),
  fingerprint: z
    .strictObject({
      sessions: z.number(),
      people: z.number(),
      dimensions: z.array(z.string()),
      telling: z.number(),
      actionable: z.boolean(),
      words: z.string(),
      alike: z.array(z.strictObject({ behaviour: z.string(), nats: z.number(), convicted: z.boolean() })),
    })
    .nullable(),
});

/** The engine's view for showing. The id is the one that records carry. */
export function toCohort(view: CohortView, engine: Pick<Engine, "learned">): CohortCase {
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
            purity: conviction.purity,
            evidence: conviction.evidence,
          },
    fingerprint: toFingerprint(view.behaviour, engine),
  };
}

function toFingerprint(behaviour: number, { learned }: Pick<Engine, "learned">): FingerprintCase | null {
  const found = behaviour === 0 ? undefined : learned.fingerprint(behaviour);
  if (found === undefined) return null;
  const { sessions, people, dimensions, telling, actionable, words, alike } = found;
  return {
    sessions,
    people,
    dimensions,
    telling,
    actionable,
    words,
    alike: alike.map(({ behaviour: other, nats, convicted }) => ({
      behaviour: other.toString(36),
      nats: Math.round(10 * nats) / 10,
      convicted,
    })),
  };
}

/** JSON knows no infinity. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
