import type { Action, Kind, Score, Signal, Verdict } from "#core";
import { type Actor, addressesOf, sortedSignals, userAgentsOf } from "./actors.ts";
import { type Campaign, findCampaigns } from "./campaigns.ts";
import { reasonsOf } from "./reasons.ts";
import type { Replay } from "./replay.ts";
import { threatsOf } from "./threats.ts";

/** Version of the document below; raised with any change that a reader could stumble over. */
export const replayJsonVersion = 1;

/** One actor in the document. Times are ISO 8601 in UTC. */
export interface ReplayActorJson {
  readonly id: string;
  readonly addresses: readonly { readonly ip: string; readonly requests: number }[];
  readonly userAgents: readonly string[];
  readonly requests: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly kind: Kind;
  readonly score: Score;
  /** What the default policy would do. */
  readonly action: Action;
  readonly threats: readonly string[];
  readonly signals: readonly Signal[];
  readonly campaign: string | null;
  readonly decidedAt: { readonly request: number; readonly time: string } | null;
}

const chunkCharsMax = 65_536;

/**
 * The replay document (`schemas/replay.schema.json`) in pieces, so that a million actors need no more memory than
 * one. Each actor is written when the engine's listing reaches the client whose evidence stands for it.
 */
export function* renderReplayJson(replay: Replay): Generator<string> {
  const { facts, summary, table, actors } = replay;
  const campaigns = findCampaigns(actors, table);
  const source = {
    lines: facts.lines,
    parsed: facts.parsed,
    rejected: facts.rejected,
    from: isoOrNull(facts.from),
    to: isoOrNull(facts.to),
    ...(facts.interrupted ? { partial: true } : {}),
  };
  const head = {
    requests: summary.requests,
    sessions: summary.sessions,
    actors: summary.actors,
    byKind: summary.byKind,
  };
  let pending = `{"version":${replayJsonVersion},"source":${JSON.stringify(source)},"summary":${JSON.stringify(head)},"actors":[`;
  let separator = "";
  for (const actor of renderActors(replay, campaigns)) {
    pending += `${separator}\n${JSON.stringify(actor)}`;
    separator = ",";
    if (pending.length < chunkCharsMax) continue;
    yield pending;
    pending = "";
  }
  yield pending;
  yield `\n],"campaigns":${JSON.stringify(campaignsJson(replay, campaigns))}}\n`;
}

function* renderActors(replay: Replay, campaigns: ReadonlyMap<string, Campaign>): Generator<ReplayActorJson> {
  const { table, actors, engine, summary } = replay;
  // Each actor is summed up at its first client and once more at the one that stands for it, never at all of its
  // clients: an actor of a hundred thousand addresses would otherwise be walked a hundred thousand times.
  const standsForOne = new Uint8Array(table.length);
  let index = 0;
  for (const view of engine.clients()) {
    if (index >= table.length) break;
    const number = actors.actorOf(index);
    if (standsForOne[index] === 1 || actors.firstOf(number) === index) {
      const actor = actors.at(number);
      if (actor.representative === index) yield actorJson(replay, actor, view.verdict(), campaigns);
      else standsForOne[actor.representative] = 1;
    }
    index++;
  }
  if (summary.forgotten > 0) yield forgottenJson(replay);
}

function actorJson(
  replay: Replay,
  actor: Actor,
  verdict: Verdict,
  campaigns: ReadonlyMap<string, Campaign>,
): ReplayActorJson {
  const { table, masked } = replay;
  const addresses = addressesOf(actor, table);
  const campaign = actor.cohort === "" ? undefined : campaigns.get(actor.cohort);
  const decided = actor.decidedAt;
  return {
    id: actor.id,
    addresses,
    userAgents:
      masked === undefined ? userAgentsOf(actor, table) : [...new Set(addresses.flatMap(({ ip }) => masked.at(ip)))],
    requests: actor.requests,
    firstSeen: iso(actor.firstSeen),
    lastSeen: iso(actor.lastSeen),
    kind: actor.kind,
    score: actor.score,
    action: actor.action,
    threats: threatsOf(actor.kind, verdict.signals),
    signals: sortedSignals(verdict.signals),
    campaign: campaign?.id ?? null,
    decidedAt: decided === null ? null : { request: decided.request, time: iso(decided.time) },
  };
}

/** Requests of clients whose memory had to be given up stand together, so that nothing is lost silently. */
function forgottenJson({ facts, summary }: Replay): ReplayActorJson {
  return {
    id: "forgotten",
    addresses: [],
    userAgents: [],
    requests: summary.forgotten,
    firstSeen: iso(facts.from ?? 0),
    lastSeen: iso(facts.to ?? 0),
    kind: "unknown",
    score: { total: 0, behaviour: 0, presentation: 0 },
    action: "allow",
    threats: [],
    signals: [],
    campaign: null,
    decidedAt: null,
  };
}

function campaignsJson(replay: Replay, campaigns: ReadonlyMap<string, Campaign>): object[] {
  if (campaigns.size === 0) return [];
  const verdicts = new Map<number, Verdict>();
  const wanted = new Set([...campaigns.values()].map(({ actors }) => actors[0]?.representative ?? -1));
  let index = 0;
  for (const view of replay.engine.clients()) {
    if (wanted.has(index)) verdicts.set(index, view.verdict());
    index++;
  }
  return [...campaigns.values()].map(({ id, actors, addresses, requests }) => {
    const verdict = verdicts.get(actors[0]?.representative ?? -1);
    return {
      id,
      actors: actors.map((actor) => actor.id),
      addresses,
      requests,
      threats: verdict === undefined ? [] : threatsOf("automated", verdict.signals),
      reasons: verdict === undefined ? [] : reasonsOf(verdict, { countMax: 8, requests }).sentences,
    };
  });
}

function iso(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? new Date(0).toISOString() : date.toISOString();
}

function isoOrNull(at: number | null): string | null {
  return at === null ? null : iso(at);
}
