import type { Attempt, Campaign } from "../campaigns/campaign.ts";
import type { PhaseResult } from "../phase.ts";
import { upperBound } from "../scoring/bounds.ts";
import {
  type CampaignScore,
  type PeerScore,
  type PersonaScore,
  scoreCampaigns,
  scorePeer,
  scorePeople,
  stopped,
} from "../scoring/score.ts";
import { skusMax, zipsMax } from "../world/platform.ts";
import type { OfflineComparison } from "./compare-offline.ts";

/** What one seed's two runs showed, as plain data. */
export interface RunReport {
  readonly seed: number;
  readonly full: boolean;
  readonly date: string;
  readonly observe: PhaseReport;
  readonly enforce: PhaseReport;
  readonly peers: readonly PeerScore[];
  readonly offline: OfflineComparison;
  readonly cases: readonly CaseRow[];
  readonly summary: Summary;
}

export interface PhaseReport {
  readonly requests: number;
  readonly seconds: number;
  readonly campaigns: readonly CampaignScore[];
  readonly people: readonly PersonaScore[];
  readonly attempts: Readonly<Record<string, readonly Attempt[]>>;
  readonly failedVisits: readonly string[];
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
  readonly worstPersona: {
    readonly persona: string;
    readonly stopped: number;
    readonly sessions: number;
    readonly bound: number;
  };
  readonly caseA: { readonly afterConviction: number | null; readonly stepsSurvived: number; readonly steps: number };
  readonly caseB: { readonly leakedAfterConviction: number; readonly shareOfCatalogue: number };
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
  readonly offline: OfflineComparison;
  readonly campaigns: readonly Campaign[];
}): RunReport {
  const { seed, full, campaigns } = parts;
  const observe = phaseReport(parts.observe, campaigns);
  const enforce = phaseReport(parts.enforce, campaigns);
  const ids = new Set(parts.observe.log.flatMap((request) => (stopped(request) ? [request.id] : [])));
  const gait = scorePeer("Gait", ids, { log: parts.observe.log, truth: parts.observe.truth });
  const caseA = scoreCaseA(enforce);
  const caseB = scoreCaseB(parts.enforce, enforce);
  const summary = summarise({ seed, observe, enforce, caseA, caseB });
  return {
    seed,
    full,
    date: new Date().toISOString(),
    observe,
    enforce,
    peers: [gait, ...parts.peers],
    offline: parts.offline,
    cases: caseRows(enforce, { caseA, caseB }),
    summary,
  };
}

/** One phase scored. */
export function phaseReport(phase: PhaseResult, campaigns: readonly Campaign[]): PhaseReport {
  return {
    requests: phase.log.length,
    seconds: phase.seconds,
    campaigns: scoreCampaigns(phase.log, phase.truth, campaigns),
    people: scorePeople(phase.log, phase.truth),
    attempts: Object.fromEntries(phase.attempts),
    failedVisits: phase.crowd.failed,
    cpuSeconds: phase.usage.cpuSeconds,
    peakMb: phase.usage.peakMb,
  };
}

function scoreCaseA({ campaigns }: PhaseReport): Summary["caseA"] {
  const score = campaigns.find(({ label }) => label === "A");
  const players = score?.players ?? [];
  const after = score?.afterConviction;
  return {
    afterConviction: after === undefined || after.requests === 0 ? null : after.stopped / after.requests,
    stepsSurvived: players.filter(({ stoppedAfterConviction }) => (stoppedAfterConviction ?? 0) >= 0.9).length,
    steps: players.length,
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
  return { leakedAfterConviction: pairs.size, shareOfCatalogue: pairs.size / (skusMax * zipsMax) };
}

function caseRows(enforce: PhaseReport, found: Pick<Summary, "caseA" | "caseB">): readonly CaseRow[] {
  const { caseA, caseB } = found;
  const takeover = enforce.campaigns.find(({ label }) => label === "D");
  const share = (value: number | null): string => (value === null ? "nothing" : `${(100 * value).toFixed(1)} %`);
  const convicted = enforce.campaigns.find(({ label }) => label === "B")?.afterConviction.requests ?? 0;
  return [
    {
      name: "A",
      text: `${share(caseA.afterConviction)} of the login library's requests stopped after conviction; ${caseA.stepsSurvived} of ${caseA.steps} versions at 90 % or more`,
      won: caseA.afterConviction !== null && caseA.afterConviction >= 0.99 && caseA.stepsSurvived >= caseA.steps - 1,
    },
    {
      name: "B",
      text: `${caseB.leakedAfterConviction} pairs left after conviction, ${(100 * caseB.shareOfCatalogue).toFixed(4)} % of the catalogue`,
      won: convicted > 0 && caseB.shareOfCatalogue <= 0.001,
    },
    { name: "C", text: "the trial farm waits for product events joined with traffic", won: null },
    {
      name: "D",
      text: `takeover of an application nobody had configured: ${takeover?.stopped ?? 0} of ${takeover?.requests ?? 0} requests stopped, ${share(takeover === undefined || takeover.afterConviction.requests === 0 ? null : takeover.afterConviction.stopped / takeover.afterConviction.requests)} after the first; the scripted minutes are npm run case:d`,
      won:
        takeover === undefined || takeover.afterConviction.requests === 0
          ? false
          : takeover.afterConviction.stopped / takeover.afterConviction.requests >= 0.9,
    },
  ];
}

function summarise(parts: {
  readonly seed: number;
  readonly observe: PhaseReport;
  readonly enforce: PhaseReport;
  readonly caseA: Summary["caseA"];
  readonly caseB: Summary["caseB"];
}): Summary {
  const { seed, observe, enforce, caseA, caseB } = parts;
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
    worstPersona: {
      persona: worst?.persona ?? "",
      stopped: worst?.stoppedSessions ?? 0,
      sessions: worst?.sessions ?? 0,
      bound: worst?.bound ?? 1,
    },
    caseA,
    caseB,
    microsecondsPerRequest: (1e6 * enforce.cpuSeconds) / Math.max(1, enforce.requests),
    peakMb: enforce.peakMb,
  };
}
