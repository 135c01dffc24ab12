import type { Millis } from "#core";
import { nameAttack } from "../auth/attack-words.ts";
import {
  type CohortAxis,
  type CohortAxisName,
  cohortAxes,
  cohortAxisIndex,
  cohortGroups,
  groupOfAxis,
} from "./axes.ts";
import { leans } from "./case-strength.ts";
import type { Cohort } from "./cohort.ts";
import type { StandingConviction } from "./cohort-memory.ts";
import type { AxisLaws } from "./e-process.ts";
import { definingOf, type GroupingName } from "./groupings.ts";
import type { NullLaws } from "./null-laws.ts";

/** A cohort whose evidence passed its threshold, or one linked to such a cohort. */
export interface Conviction {
  readonly key: number;
  readonly grouping: GroupingName;
  readonly application: string;
  readonly since: Millis;
  /** ln of the combined e-value when it was convicted. */
  readonly nats: number;
  /** Error probability this test was given; 0 for a linked conviction. */
  readonly alpha: number;
  /** Key of the cohort whose members led here, or 0. */
  readonly linkedFrom: number;
  readonly basis: "prior" | "certified";
  readonly certifiedFpr: number | null;
  /** People or visits still missing for a certificate, the fewer of both; 0 without one: enough were seen, and it hits too many of them. */
  readonly missing: number;
  /** Whom the bound is about: anchored people, or visits before the case began. Missing in what earlier versions wrote. */
  readonly certifiedOver?: "anchored people" | "earlier visits";
  /** First session of its case. Missing in what earlier versions wrote. */
  readonly began?: Millis;
  /** False: the day's budget of people was spent, so this is watched and not enforced. */
  readonly enforced: boolean;
  /** Sessions when convicted; members met since then come on top. */
  readonly sessions: number;
  /** Estimated share of automation in the cohort, 0-1. Below 0.9 only members who show the pattern are hit. */
  readonly purity: number;
  /** People wear this look, too: members are hit only for what they do themselves. Missing in what earlier versions wrote. */
  readonly shared?: boolean;
  /** Session-level axes that carried the case: a member must not speak against them. */
  readonly pattern: readonly CohortAxisName[];
  readonly evidence: readonly string[];
  /** What its log-ins were when it was convicted, or last named since: "stuffing", "spraying"…; empty where they fit no kind. */
  readonly attack: string;
  /** OWASP automated threat, or empty. */
  readonly threat: string;
}

/** Axes a session shows by itself, at its first request even; the rest exist only for many sessions together. */
const sessionAxes = new Set<CohortAxisName>([
  "arrival",
  "jar",
  "order",
  "side-effects",
  "typicality",
  "cadence",
  "way",
]);

/** The axes by which `hits` tells members apart: those of one session, whose account it is, and whether its network is rare. */
export const decidingAxes: readonly number[] = [...sessionAxes, "habit" as const, "asn" as const].map(
  (name) => cohortAxisIndex[name],
);

/** Sessions that speak on an axis before it says how mixed a cohort is: no more than a campaign that comes again is judged by. */
const axisVotesMin = 3;
/** Where automation shows the speaking bins this often, the share that it leaves out is known well enough to allow for. */
const tellingLeast = 0.85;

/**
 * Estimated share of automation in a cohort: on the axis where it deviates most, its excess over the honest share of
 * speaking bins, out of the excess that automation alone would show. A popular browser's cohort in which a tenth is an attack has
 * purity 0.1; a library of which nine in ten log-ins are wholly new to their accounts, as automation's are, has purity 1.
 */
export function cohortPurity(cohort: Cohort, laws: NullLaws, excluded: ReadonlySet<number>): number {
  let purest = cohort.enumeration > 3 ? cohort.swept : 0;
  if (cohort.duplication > 3) purest = 1;
  for (const [axis, { speaking, bins, name }] of cohortAxes.entries()) {
    const process = cohort.axes[axis];
    const law = laws.axes[axis];
    if (process === undefined || law === undefined || process.total < axisVotesMin || excluded.has(axis)) continue;
    if (speaking.length === bins.length || name === "return-visit" || name === "address") continue;
    let seen = 0;
    let honest = 0;
    for (const bin of speaking) {
      seen += process.count(bin);
      honest += law.honest[bin] as number;
    }
    const share = honest / law.honestTotal;
    const telling = tellingShare(speaking, law);
    purest = Math.max(purest, (seen / process.total - share) / ((telling >= tellingLeast ? telling : 1) - share));
  }
  return Math.min(1, purest);
}

/** How often automation shows the speaking bins, by the law of what is known of it. */
function tellingShare(speaking: readonly number[], { automated, automatedTotal }: AxisLaws): number {
  return automated === undefined
    ? 1
    : speaking.reduce((sum, bin) => sum + (automated[bin] as number), 0) / automatedTotal;
}

/**
 * A cohort convicted on few sessions is weighed anew with each that follows: whether people share in it, or hardly anybody but the attack,
 * shows later. What was convicted because another cohort was has no case of its own to weigh.
 */
export function weighAnew(standing: StandingConviction | undefined, cohort: Cohort, laws: NullLaws): void {
  if (standing === undefined || standing.conviction.linkedFrom !== 0 || cohort.sessions < standing.conviction.sessions)
    return;
  const purity = cohortPurity(cohort, laws, definingOf(standing.conviction.grouping));
  standing.conviction = { ...standing.conviction, purity };
  // Three passwords on five accounts may be anything; on fifty they are spraying. Likelihoods are not asked with every session.
  if (cohort.sessions % renamedEvery !== 0) return;
  const { name, threat } = nameAttack(cohort.logins);
  if (name !== "") standing.conviction = { ...standing.conviction, attack: name, threat };
}

/** Sessions after which a convicted cohort's log-ins are named anew. */
const renamedEvery = 10;

/** Session-level axes on which the cohort leans towards automation with at least one nat. */
export function speakingPattern(cohort: Cohort, laws: NullLaws): CohortAxisName[] {
  return cohortAxes
    .filter(({ name }, axis) => {
      const process = cohort.axes[axis];
      return (
        sessionAxes.has(name) && process !== undefined && process.logEvidence(true) > 1 && leans(process, axis, laws)
      );
    })
    .map(({ name }) => name);
}

/** Purity from which members are hit for whose they are. */
export const pureLeast = 0.9;
const habitAxis = cohortAxisIndex.habit;
/** The bin of an account's habits that speaks for automation, and its weight by the assumed laws. */
const whollyNew = 3;
const whollyNewNats = Math.log(0.9 / 0.04);
/** What a member of a look that people wear must show besides an account that was never seen from here. */
const sharedNatsLeast = 4.6;
const arrivalAxis = cohortAxisIndex.arrival;
const asnAxis = cohortAxisIndex.asn;
/** Class of commonness from which a network is rare. */
const rareNetwork = 3;
const veryRareNetwork = 4;
/** Two of device, network and country are new. */
const bothNew = 2;
const jarAxis = cohortAxisIndex.jar;

/**
 * Does a conviction hit this member? A cohort that defines itself by looks may hold people beside the attack, so a
 * member whose own behaviour speaks for a person is spared, and in an impure cohort only those are hit who show
 * the pattern themselves. What defines the grouping says nothing about a member: all of them share it. There a member
 * must show whatever else carried the case, as far as it is known.
 *
 * @param bins the member's bins so far; -1 unknown.
 */
export function hits(conviction: Conviction, bins: Int8Array, laws: readonly AxisLaws[]): boolean {
  // Who logs in to an account from the device, network and country it is used from is its owner, whatever they have in
  // common with an attack. Evaded by whoever has the owner's device and network, and then has more than the account.
  if (bins[habitAxis] === 0) return false;
  // One behaviour is what a few calls to an interface look like, too: before a sensitive step it tells nobody apart.
  if (conviction.grouping === "behaviour" && bins[arrivalAxis] === -1) return false;
  // A look that a library and the application it imitates share: whoever arrives as the application does is not who was convicted for
  // coming straight. Evaded by making the application's first calls, too, which is then another behaviour and tried on its own.
  if (bins[arrivalAxis] === 0 && conviction.grouping !== "behaviour" && conviction.pattern.includes("arrival"))
    return false;
  const shared = conviction.shared === true;
  if (shared && !isStranger(bins)) return false;
  const defining = definingOf(conviction.grouping);
  // A driven browser does on most axes what people do, but from a device, network and country that are all new to the account.
  let nats = !shared && (defining.has(habitAxis) || bins[habitAxis] !== whollyNew) ? 0 : whollyNewNats;
  let known = 0;
  for (let axis = 0; axis < cohortAxes.length; axis++) {
    const bin = bins[axis] as number;
    const { name, speaking } = cohortAxes[axis] as CohortAxis;
    if (bin < 0 || !sessionAxes.has(name)) continue;
    // Who hides beneath a look that others wear goes ways that nobody goes, too: there it is no sign.
    const carried = conviction.pattern.includes(name) && !(shared && name === "typicality");
    // Where members came together by the jar alone, whoever arrives as people do is not who the bare ones are.
    const told = carried && conviction.grouping !== "behaviour" && name !== "jar";
    if (defining.has(axis) && !told) continue;
    const law = laws[axis];
    if (law?.automated === undefined) continue;
    const honest = (law.honest[bin] as number) / law.honestTotal;
    const automated = (law.automated[bin] as number) / law.automatedTotal;
    // A driven browser does on every other axis what people do: there that is no alibi.
    if ((defining.size === 0 && !shared) || carried) nats += Math.log(automated / honest);
    if (!carried) continue;
    // Who is new on a network and comes straight to the log-in may be a password manager: that alone hits nobody.
    // Whoever is at home nowhere that the account knows is no password manager.
    const alone =
      name === "cadence" ||
      name === "arrival" ||
      name === "order" ||
      (name === "way" && (!isAtHome(bins) || (shared && isFarInCountry(bins))));
    if (conviction.grouping !== "context" || alone) known++;
    if ((defining.size > 0 || shared) && !speaking.includes(bin)) return false;
  }
  if (conviction.grouping === "context" && known === 0) return false;
  if (shared) return known > 0 && nats > sharedNatsLeast;
  if (conviction.purity >= pureLeast) return nats > -2;
  return known > 0 && nats > 1;
}

/** New to an account that has a home, or, where the account is new, on a network that hardly anybody uses. */
function isStranger(bins: Int8Array): boolean {
  if (isFarInCountry(bins)) return true;
  if (isAtHome(bins)) return false;
  return bins[habitAxis] === whollyNew || (bins[asnAxis] as number) >= rareNetwork;
}

/**
 * Device and network are new to the account, and hardly anybody here comes from that network: in the account's own country, which whoever
 * buys exits by the country of what he bought arranges for.
 */
function isFarInCountry(bins: Int8Array): boolean {
  return bins[jarAxis] !== 0 && bins[habitAxis] === bothNew && (bins[asnAxis] as number) >= veryRareNetwork;
}

/** Cookies of an earlier day on this device, or an account that knows some of where it is. */
function isAtHome(bins: Int8Array): boolean {
  const habit = bins[habitAxis] as number;
  return bins[jarAxis] === 0 || (habit >= 0 && habit !== whollyNew);
}

/** The case in words, strongest group first. */
export function caseInWords(cohort: Cohort, groups: readonly number[], laws: NullLaws): string[] {
  const words: string[] = [];
  const order = groups.map((nats, group) => ({ nats, group })).sort((a, b) => b.nats - a.nats);
  for (const { nats, group } of order) {
    if (nats < 1) break;
    for (const [axis, { bins, speaking, name }] of cohortAxes.entries()) {
      const process = cohort.axes[axis];
      const law = laws.axes[axis];
      if (groupOfAxis[axis] !== group || process === undefined || law === undefined || process.total < 2) continue;
      if (process.logEvidence(true) < 0.5) continue;
      const seen = speaking.reduce((sum, bin) => sum + process.count(bin), 0) / process.total;
      const honest = speaking.reduce((sum, bin) => sum + (law.honest[bin] as number), 0) / law.honestTotal;
      if (speaking.length === bins.length) words.push(`${name}: unlike people's, over ${process.total} sessions`);
      else
        words.push(
          `${name}: ${speaking.map((bin) => bins[bin]).join(" or ")} in ${percent(seen)} of ${process.total} sessions, people ${percent(honest)}`,
        );
    }
  }
  if (cohort.enumeration > 3)
    words.unshift(
      `went through a catalogue: ${percent(cohort.swept)} of its requests ask for what hardly anybody asks for`,
    );
  if (cohort.duplication > 3)
    words.unshift(`${cohort.sessions} sessions took one and the same rare walk from different addresses`);
  if (cohort.workList.total > 0 && cohort.workList.logEvidence(true) > 1)
    words.unshift(
      `goes on where a campaign stopped: ${cohort.workList.count(1)} known accounts, of which it had tried ${cohort.workList.count(0)}`,
    );
  if (cohort.campaign.nats > 1 && cohort.campaign.tried > 0)
    words.unshift(
      `${cohort.campaign.tried} of its ${cohort.campaign.seen} accounts had been tried by a campaign that was convicted before`,
    );
  words.push(`${Math.round(cohort.addresses.estimate())} addresses in ${cohort.sessions} sessions`);
  return words;
}

/** Names of the groups that carried the case, for tests and reports. */
export function carryingGroups(groups: readonly number[]): string[] {
  return cohortGroups.filter((_, group) => (groups[group] ?? 0) >= 1);
}

function percent(share: number): string {
  return `${share >= 0.1 || share === 0 ? Math.round(100 * share) : (100 * share).toPrecision(2)} %`;
}
