import type { ClientKind } from "../ledger/ledger-application.ts";

/**
 * What can have happened before a sensitive step, one bit each. The first seven hold for every site and work
 * from the first request on; the others are endpoints that honest clients were seen to visit first.
 */
export const generalFacts = [
  /** A page was shown in this session. */
  "page-seen",
  /** The request itself brings a cookie that we issued. */
  "own-cookie",
  /** Some cookie that script sets was seen in this session. */
  "script-cookie",
  /** The request names a page of this site as its origin. */
  "own-referer",
  /** A sub-resource was loaded in this session. */
  "sub-resource",
  /** The jar comes from an earlier visit. */
  "returning-jar",
  /** The request consumes a state token issued in this session. */
  "issued-token",
] as const;

export type GeneralFact = (typeof generalFacts)[number];

/** Sensitive endpoints an application may have. */
export const stepsMax = 16;

/** Facts an application may have; one bit of a session's row each. */
export const factsMax = 32;

/** The bit of a general fact. */
export function factBit(fact: GeneralFact): number {
  return 1 << generalFacts.indexOf(fact);
}

/** What is expected of honest clients of a kind before anything was learned here. */
export interface StepPrior {
  /** General facts that nearly every honest client of this kind has at a login. */
  readonly required: number;
  /** Probability that an honest client misses at least 0, 1, 2, 3, 4 of what is required. */
  readonly tail: readonly number[];
  /** Share of this kind among honest clients at a sensitive step, in pseudo-sessions. */
  readonly sessions: number;
}

/**
 * Priors, all design values (assumed, replaced by anchored local sessions): people post a login from a page they
 * just loaded, with the cookie it set; some come through a password manager or a restored tab. Native and API
 * clients owe nothing before their own baseline is learned: a bare login is normal for them.
 */
export const stepPriors: Readonly<Record<ClientKind, StepPrior>> = {
  web: {
    required: factBit("page-seen") | factBit("own-cookie") | factBit("own-referer") | factBit("sub-resource"),
    tail: [1, 0.12, 0.05, 0.02, 0.01],
    sessions: 15,
  },
  native: { required: 0, tail: [1, 0.6, 0.5, 0.45, 0.4], sessions: 4 },
  api: { required: 0, tail: [1, 0.9, 0.85, 0.8, 0.8], sessions: 1 },
};

/** Number of bits set in a 32-bit mask (Hacker's Delight, figure 5-2). */
export function bitCount(mask: number): number {
  let bits = mask - ((mask >>> 1) & 0x5555_5555);
  bits = (bits & 0x3333_3333) + ((bits >>> 2) & 0x3333_3333);
  return (((bits + (bits >>> 4)) & 0x0f0f_0f0f) * 0x0101_0101) >>> 24;
}
