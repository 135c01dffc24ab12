import type { Hashed, Millis } from "#core";
import { cohortAxisIndex } from "./axes.ts";
import type { Membership } from "./groupings.ts";
import { Population } from "./population.ts";

/** One session as it is reported, once per session and sensitive step, when its outcome is known. */
export interface Sighting extends Membership {
  readonly at: Millis;
  readonly address: string;
  readonly addressHash: number;
  /** Whoever speaks: a cookie identity if there is one, else the address. One client has few votes per cohort. */
  readonly client: number;
  /** Names the visit, so that it counts once for certificates however often it is noted; absent: the address does. */
  readonly visit?: Hashed | undefined;
  /** Persistent identity by a cookie we issued earlier, or 0. */
  readonly device: number;
  /** Account claimed, or 0, and whether it got in; null when no answer was seen. */
  readonly account: number;
  readonly letIn: boolean | null;
  /** A second factor was asked for. */
  readonly pushed?: boolean | undefined;
  /** Which campaigns had tried that account before this session's member was judged, as `CampaignAccounts.marksOf` gives it. */
  readonly marks?: number | undefined;
  /** Twenty bits of a keyed password hash, or 0: counted, never kept. */
  readonly password?: number | undefined;
  /** ISO country, or "" when unknown; network number, or 0. */
  readonly country: string;
  readonly asn: number;
  /** The pause between page and log-in as `logPause` writes it; absent or -1: not seen. */
  readonly pause?: number | undefined;
  /** It began with a call that its step is named for: whether people do that is counted, step by step. */
  readonly entered?: boolean | undefined;
  /** Legitimacy rests on scarce facts: an operator's label, an old account that passed a second factor… */
  readonly anchored: boolean;
  /**
   * Bins of the session-level axes by `cohortAxisIndex`, -1 where unknown. The cohort-level axes (return-visit, roaming,
   * address, country, asn, account, hour) are filled in by the cohorts; what the caller put there is overwritten.
   */
  readonly bins: Int8Array;
  /** Enumeration evidence of the session's cohort of each grouping, ln of an e-value; absent where nothing is swept. */
  readonly enumeration?: Float64Array | undefined;
  /** Estimated share of the cohorts' requests that enumerate, by grouping. */
  readonly swept?: Float64Array | undefined;
  /** -ln of how common its walk is, where it shares it with others; 0 else. */
  readonly walkRareNats?: number | undefined;
  /** Walks of the recent past that it was compared with. */
  readonly walksHeld?: number | undefined;
}

/** Copies the session's bins and adds those that only the application's population can tell. */
export function fillBins(bins: Int8Array, sighting: Sighting, population: Population): void {
  const { at, device, asn, country, account, letIn } = sighting;
  bins.set(sighting.bins);
  bins[cohortAxisIndex["return-visit"]] = population.returnBin(device, sighting.addressHash, at);
  bins[cohortAxisIndex.roaming] = population.roamingBin(device, asn);
  bins[cohortAxisIndex.country] = country === "" ? -1 : population.countries.classOf(country);
  bins[cohortAxisIndex.asn] = asn <= 0 ? -1 : population.asns.classOf(asn);
  bins[cohortAxisIndex.hour] = population.hours.classOf(Population.hourOfWeek(at));
  // Before accounts are known, that a log-in was refused is all there is to know of its credentials.
  bins[cohortAxisIndex.outcome] = letIn === null ? -1 : population.outcomeBin(letIn);
  bins[cohortAxisIndex.account] = letIn === null ? -1 : population.accountBin(account, letIn);
}

/**
 * An account that logs in from where it always does, by a device or address seen before: native applications keep no cookie that
 * would show the device to be theirs. A network alone is not enough, because rented exits lie in people's networks, too.
 */
export function asAlways({ letIn }: Sighting, bins: Int8Array): boolean {
  const habit = bins[cohortAxisIndex.habit] as number;
  const visit = bins[cohortAxisIndex["return-visit"]] as number;
  return letIn === true && (habit === 0 || habit === 1) && (visit === 0 || visit === 1);
}

/** Share of walks in a window that may be copies of one another by chance and by links, on top of what pages are popular. */
const linkedNats = 4.6;
/** Copies expected however rare a walk is. */
const copiesLeast = 0.2;

/**
 * ln of the evidence that `members` addresses took one walk by plan: members against what the walk's rarity leads one to
 * expect among the walks held, as ln of the Poisson likelihood ratio at its best rate.
 */
export function duplicationNats(members: number, { walkRareNats = 0, walksHeld = 0 }: Partial<Sighting>): number {
  const expected = Math.max(copiesLeast, walksHeld * Math.exp(linkedNats - walkRareNats));
  if (members <= expected) return 0;
  return members * Math.log(members / expected) - members + expected;
}
