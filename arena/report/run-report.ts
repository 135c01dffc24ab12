import type { Attempt, Campaign } from "../campaigns/campaign.ts";
import type { DisplacementRow } from "../displacement/run-displacement.ts";
import type { Past } from "../past/live-past.ts";
import type { PhaseResult } from "../phase.ts";
import { upperBound } from "../scoring/bounds.ts";
import { type CaseAScore, scoreCaseA } from "../scoring/case-a.ts";
import { type Economics, economicsOf } from "../scoring/economics.ts";
import { type RetoolCurve, retoolCurve } from "../scoring/retooling.ts";
import {
  type CampaignScore,
  type PeerScore,
  type PersonaScore,
  scoreCampaigns,
  scorePeer,
  scorePeople,
  stopped,
} from "../scoring/score.ts";
import { type ToldApart, toldApart } from "../scoring/told-apart.ts";
import type { HoldResult } from "../takeover/run-hold.ts";
import type { TakeoverResult } from "../takeover/run-takeover.ts";
import { clock } from "../takeover/story.ts";
import { skusMax, zipsMax } from "../world/platform.ts";
import type { OfflineComparison } from "./compare-offline.ts";

/** What one seed's two runs showed, as plain data. */
export interface RunReport {
  readonly seed: number;
  readonly full: boolean;
  readonly date: string;
  /** Load averages of the machine when the seed ended: 1, 5 and 15 minutes. */
  readonly load: readonly number[];
  readonly observe: PhaseReport;
  readonly enforce: PhaseReport;
  readonly peers: readonly PeerScore[];
  readonly offline: readonly OfflineComparison[];
  readonly cases: readonly CaseRow[];
  readonly past: PastReport | null;
  readonly takeover: TakeoverResult;
  readonly displacement: readonly DisplacementRow[];
  readonly hold: HoldResult;
  readonly retooling: RetoolCurve;
  readonly toldApart: ToldApart;
  readonly economics: Economics;
  readonly notMeasured: readonly string[];
  readonly summary: Summary;
}

/** The days before the attack, in numbers. */
export interface PastReport {
  readonly days: number;
  readonly visits: number;
  readonly requests: number;
  readonly stoppedRequests: number;
  /** What the gateway said of the first ones. */
  readonly stoppedWhy: readonly string[];
  readonly failed: number;
  readonly seconds: number;
}

export interface PhaseReport {
  readonly requests: number;
  readonly seconds: number;
  readonly campaigns: readonly CampaignScore[];
  readonly people: readonly PersonaScore[];
  readonly attempts: Readonly<Record<string, readonly Attempt[]>>;
  readonly failedVisits: readonly string[];
  readonly failures: readonly string[];
  /** Programs that are not installed, and how to have them. */
  readonly absent: readonly string[];
  /** Cohorts that stood convicted at the end, by how they were grouped. */
  readonly convictions: Readonly<Record<string, number>>;
  readonly cpuSeconds: number;
  readonly peakMb: number;
}

/** One of the four cases, or that it waits. */
export interface CaseRow {
  readonly name: "A" | "B" | "C" | "D";
  readonly text: string;
  /** Null: this run cannot say. */
  readonly won: boolean | null;
}

export interface Summary {
  readonly seed: number;
  readonly attackStoppedAfterConviction: number;
  readonly attackStopped: number;
  readonly peopleSessions: number;
  readonly peopleSessionsStopped: number;
  readonly peopleBound: number;
  /** Requests of people stopped in the days before. */
  readonly pastStopped: number;
  readonly worstPersona: {
    readonly persona: string;
    readonly stopped: number;
    readonly sessions: number;
    readonly bound: number;
  };
  readonly caseA: CaseAScore;
  /** Share of addresses that `gait replay` calls as the inline door did, from each kind of trace. */
  readonly offlineAgreement: Readonly<Record<string, number>>;
  readonly caseB: {
    readonly leakedAfterConviction: number;
    readonly shareOfCatalogue: number;
    /** Pairs that left before and after, of so many that were asked for. */
    readonly leakedInAll: number;
    readonly asked: number;
  };
  readonly caseD: {
    readonly stopped: number;
    readonly stoppedAfterRetooling: number;
    readonly peopleStopped: number;
    /** Share of the accounts entered with their own passwords that were changed by the intruder. */
    readonly accountsLost: number;
  };
  /** Processor time of a fixed piece of work against that on the machine where the budget was set. */
  readonly slowness: number;
  readonly microsecondsPerRequest: number;
  readonly peakMb: number;
}

/** Puts everything together. */
export function collect(parts: {
  readonly seed: number;
  readonly full: boolean;
  readonly observe: PhaseResult;
  readonly enforce: PhaseResult;
  readonly peers: readonly PeerScore[];
  readonly offline: readonly OfflineComparison[];
  readonly campaigns: readonly Campaign[];
  readonly past: Past | undefined;
  readonly takeover: TakeoverResult;
  readonly displacement: readonly DisplacementRow[];
  readonly hold: HoldResult;
  /** How much slower this machine's processor was than the one the budget was set on. */
  readonly slowness: number;
  readonly load: readonly number[];
}): RunReport {
  const { seed, full, campaigns } = parts;
  const observe = phaseReport(parts.observe, campaigns);
  const enforce = phaseReport(parts.enforce, campaigns);
  const ids = new Set(parts.observe.log.flatMap((request) => (stopped(request) ? [request.id] : [])));
  const gait = scorePeer("Gait", ids, { log: parts.observe.log, truth: parts.observe.truth });
  const caseA = scoreCaseA(parts.enforce.log, parts.enforce.truth);
  const caseB = scoreCaseB(parts.enforce, enforce);
  const { past, takeover, slowness } = parts;
  const { hold } = parts;
  const { offline } = parts;
  const summary = summarise({ seed, observe, enforce, caseA, caseB, takeover, hold, slowness, past, offline });
  return {
    seed,
    full,
    date: new Date().toISOString(),
    load: parts.load,
    observe,
    enforce,
    peers: [gait, ...parts.peers],
    offline,
    cases: caseRows(enforce, { caseA, caseB, takeover, hold }),
    past: past === undefined ? null : pastReport(past),
    takeover,
    displacement: parts.displacement,
    hold,
    retooling: retoolCurve(parts.enforce.attempts.get("reactive stuffing") ?? []),
    toldApart: toldApart(parts.enforce.log, parts.enforce.truth),
    economics: economicsOf(parts.enforce),
    notMeasured: [
      "displacement to other platforms: there is only this one",
      "the trial farm with product events (sign-up, trial, payment), which are not joined with traffic yet",
    ],
    summary,
  };
}

function pastReport({ failed, ...past }: Past): PastReport {
  const { days, visits, requests, stoppedRequests, stoppedWhy, seconds } = past;
  return { days, visits, requests, stoppedRequests, stoppedWhy, failed: failed.length, seconds };
}

/** One phase scored. */
export function phaseReport(phase: PhaseResult, campaigns: readonly Campaign[]): PhaseReport {
  return {
    requests: phase.log.length,
    seconds: phase.seconds,
    campaigns: scoreCampaigns(phase.log, phase.truth, campaigns),
    people: scorePeople(phase.log, phase.truth),
    attempts: Object.fromEntries(phase.attempts),
    failedVisits: [...phase.crowd.failed, ...phase.light.failed],
    failures: phase.failures,
    absent: phase.absent,
    convictions: phase.convictions,
    cpuSeconds: phase.usage.cpuSeconds,
    peakMb: phase.usage.peakMb,
  };
}

/** Pairs of the catalogue that left after the first refusal, against all there are. */
function scoreCaseB(phase: PhaseResult, { campaigns }: PhaseReport): Summary["caseB"] {
  const score = campaigns.find(({ label }) => label === "B");
  const isTheirs = (ip: string): boolean => phase.truth.of(ip)?.campaign === score?.campaign;
  const first = phase.log.find((request) => isTheirs(request.ip) && stopped(request));
  const from = first === undefined ? Number.NEGATIVE_INFINITY : Date.parse(first.time);
  const later = new Set(phase.log.flatMap(({ ip, time }) => (Date.parse(time) >= from && isTheirs(ip) ? [ip] : [])));
  const pairs = new Set(phase.reached.flatMap(({ ip, loot }) => (loot.includes(":") && later.has(ip) ? [loot] : [])));
  const all = new Set(phase.reached.flatMap(({ ip, loot }) => (loot.includes(":") && isTheirs(ip) ? [loot] : [])));
  const asked = score?.players.reduce((sum, { requests }) => sum + requests, 0) ?? 0;
  return {
    leakedAfterConviction: pairs.size,
    shareOfCatalogue: pairs.size / (skusMax * zipsMax),
    leakedInAll: all.size,
    asked,
  };
}

function caseRows(
  enforce: PhaseReport,
  found: Pick<Summary, "caseA" | "caseB"> & { readonly takeover: TakeoverResult; readonly hold: HoldResult },
): readonly CaseRow[] {
  const { caseA, caseB, takeover, hold } = found;
  const farm = enforce.campaigns.find(({ label }) => label === "C");
  const share = (value: number | null): string => (value === null ? "nothing" : `${(100 * value).toFixed(1)} %`);
  const convicted = enforce.campaigns.find(({ label }) => label === "B")?.afterConviction.requests ?? 0;
  return [
    {
      name: "A",
      text: `${share(caseA.afterConviction)} of the login library's log-ins stopped after the first (${share(caseA.libraryAfterConviction)} of its programs', ${share(caseA.headless)} of its driven browser's), from log-in ${caseA.firstStopped ?? "never"} on; ${caseA.stepsSurvived} of ${caseA.steps} versions at 90 % or more${caseA.cameThrough.length === 0 ? "" : `, not ${caseA.cameThrough.join(", ")}`}`,
      won: (caseA.afterConviction ?? 0) >= 0.99 && caseA.stepsSurvived === caseA.steps,
    },
    {
      name: "B",
      text: `${caseB.leakedAfterConviction} pairs left after conviction, ${(100 * caseB.shareOfCatalogue).toFixed(4)} % of the catalogue; ${caseB.leakedInAll} of ${caseB.asked} asked for, before it or after`,
      won: convicted > 0 && caseB.shareOfCatalogue <= 0.001,
    },
    {
      name: "C",
      text: `by traffic alone ${farm?.stopped ?? 0} of ${farm?.requests ?? 0} requests of the trial farm stopped; it waits for product events joined with traffic`,
      won: null,
    },
    {
      name: "D",
      text: `${takeoverMinutes(takeover)}; ${share(takeover.stoppedAtLast)} of the log-ins stopped then, ${share(takeover.retoolStopped)} after they retooled; ${takeover.peopleStopped} of ${takeover.peopleSessions} people stopped; of ${hold.takenLogins} accounts then entered with their own passwords ${hold.lost} were lost, ${hold.takenStepsStopped} of ${hold.takenSteps} changes of address stopped, ${hold.ownerStepsStopped} of ${hold.ownerSteps} of owners (npm run case:d)`,
      won:
        takeover.stoppedAtLast >= 0.9 &&
        takeover.retoolStopped >= 0.9 &&
        takeover.peopleStopped === 0 &&
        hold.lost <= 0.1 * hold.takenLogins &&
        hold.ownerStepsStopped === 0,
    },
  ];
}

function takeoverMinutes({ steps }: TakeoverResult): string {
  return steps.map(({ name, atSeconds }) => `${clock(atSeconds)} ${name}`).join(", ");
}

function summarise(parts: {
  readonly seed: number;
  readonly observe: PhaseReport;
  readonly enforce: PhaseReport;
  readonly caseA: Summary["caseA"];
  readonly caseB: Summary["caseB"];
  readonly takeover: TakeoverResult;
  readonly hold: HoldResult;
  readonly slowness: number;
  readonly past: Past | undefined;
  readonly offline: readonly OfflineComparison[];
}): Summary {
  const { seed, observe, enforce, caseA, caseB, takeover, hold, slowness, past, offline } = parts;
  const people = [observe, enforce].flatMap((phase) => phase.people);
  const sessions = people.reduce((sum, each) => sum + each.sessions, 0);
  const hit = people.reduce((sum, each) => sum + each.stoppedSessions, 0);
  const after = enforce.campaigns.reduce(
    (sum, { afterConviction }) => ({
      requests: sum.requests + afterConviction.requests,
      stopped: sum.stopped + afterConviction.stopped,
    }),
    { requests: 0, stopped: 0 },
  );
  const attack = enforce.campaigns.reduce(
    (sum, each) => ({ requests: sum.requests + each.requests, stopped: sum.stopped + each.stopped }),
    { requests: 0, stopped: 0 },
  );
  const worst = [...people].sort(
    (one, other) => other.stoppedSessions / other.sessions - one.stoppedSessions / one.sessions,
  )[0];
  return {
    seed,
    attackStoppedAfterConviction: after.requests === 0 ? 0 : after.stopped / after.requests,
    attackStopped: attack.requests === 0 ? 0 : attack.stopped / attack.requests,
    peopleSessions: sessions,
    peopleSessionsStopped: hit,
    peopleBound: upperBound(hit, sessions),
    pastStopped: past?.stoppedRequests ?? 0,
    worstPersona: {
      persona: worst?.persona ?? "",
      stopped: worst?.stoppedSessions ?? 0,
      sessions: worst?.sessions ?? 0,
      bound: worst?.bound ?? 1,
    },
    caseA,
    offlineAgreement: Object.fromEntries(
      offline.map(({ trace, agree, addresses }) => [
        trace,
        Math.round((1_000 * agree) / Math.max(1, addresses)) / 1_000,
      ]),
    ),
    caseB,
    caseD: {
      stopped: takeover.stoppedAtLast,
      stoppedAfterRetooling: takeover.retoolStopped,
      peopleStopped: takeover.peopleStopped + hold.ownerStepsStopped,
      accountsLost: hold.takenLogins === 0 ? 1 : hold.lost / hold.takenLogins,
    },
    slowness,
    microsecondsPerRequest: (1e6 * enforce.cpuSeconds) / Math.max(1, enforce.requests),
    peakMb: enforce.peakMb,
  };
}
