import type { GroupBy } from "#actors";
import { type Exchange, fnv1a, type Intel, type Kind, type Millis, type Verdict } from "#core";
import { type LogInput, type LogRunFacts, type ReadLogsOptions, readLogs } from "#edge";
import type { Engine } from "#engine";
import { type Actor, ActorList } from "./actors.ts";
import { ClientTable, kinds } from "./client-table.ts";
import { type BotGroup, declaredBots } from "./declared-bots.ts";
import { MaskedAgents } from "./masked-agents.ts";
import { type TrafficBucket, TrafficSample } from "./traffic-sample.ts";

/** How a replay is run. */
export interface ReplayOptions extends Omit<ReadLogsOptions, "onExchange"> {
  readonly engine: Engine;
  /** Names the bots that say what they are. */
  readonly declaredBot: Intel["declaredBot"];
  readonly by: GroupBy;
  /** Treat all user agents as one and hide them from judgement. */
  readonly maskUserAgents: boolean;
  /** Seed of the sample behind the picture of traffic over time. */
  readonly seed: number;
}

/** A finished (or interrupted) replay: what the report, the page and the document are made from. */
export interface Replay {
  readonly facts: LogRunFacts;
  readonly engine: Engine;
  readonly by: GroupBy;
  readonly table: ClientTable;
  readonly actors: ActorList;
  readonly masked: MaskedAgents | undefined;
  readonly summary: ReplaySummary;
  readonly traffic: readonly TrafficBucket[];
  /** Who the declared bots say they are; empty where user agents are hidden. */
  readonly declared: readonly BotGroup[];
  /** Actors that matter most, worst and busiest first, with their evidence. */
  readonly top: readonly TopActor[];
}

export interface ReplaySummary {
  readonly requests: number;
  readonly sessions: number;
  readonly actors: number;
  /** Actors of each kind. */
  readonly byKind: Readonly<Record<Kind, number>>;
  /** Requests of each kind's actors. */
  readonly requestsByKind: Readonly<Record<Kind, number>>;
  /** Requests of clients whose row had to be given up for lack of room. */
  readonly forgotten: number;
}

export interface TopActor {
  readonly actor: Actor;
  /** Verdict of the client that stands for the actor. */
  readonly verdict: Verdict;
}

const sweepEvery = 262_144;
const topMax = 50;
const bucketsMax = 96;
/** User agents whose hash is remembered while the traffic is split; others are hashed again. */
const agentHashesMax = 4_096;

/** Reads the logs, feeds the engine, groups its clients into actors and ranks them. */
export async function replayLogs(inputs: readonly LogInput[], options: ReplayOptions): Promise<Replay> {
  const { engine } = options;
  const sample = new TrafficSample(options.seed);
  const masked = options.maskUserAgents ? new MaskedAgents() : undefined;
  let count = 0;
  let latest: Millis = Number.NEGATIVE_INFINITY;
  const onExchange = (exchange: Exchange): void => {
    masked?.hide(exchange);
    engine.exchange(exchange);
    sample.add(exchange);
    if (exchange.at > latest) latest = exchange.at;
    if (++count % sweepEvery === 0) engine.sweep(latest);
  };
  const facts = await readLogs(inputs, { ...options, onExchange });
  const table = new ClientTable(clientCount(engine));
  for (const view of engine.clients()) table.add(view, view.verdict());
  const actors = new ActorList(table, options.by);
  const summary = summarise(actors, facts.parsed);
  return {
    facts,
    engine,
    by: options.by,
    table,
    actors,
    masked,
    summary,
    traffic: trafficOf(sample, facts, table),
    declared: declaredBots(table, options.declaredBot),
    top: topActors(actors, table, engine),
  };
}

/** Counted by listing, so that the columns are exactly as long as the listing they hold. */
function clientCount(engine: Engine): number {
  let count = 0;
  for (const _ of engine.clients()) count++;
  return count;
}

function noneOfAny(): Record<Kind, number> {
  return Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<Kind, number>;
}

function summarise(actors: ActorList, parsed: number): ReplaySummary {
  const byKind = noneOfAny();
  const requestsByKind = noneOfAny();
  let sessions = 0;
  let requests = 0;
  for (let number = 0; number < actors.length; number++) {
    const actor = actors.tally(number);
    byKind[actor.kind]++;
    requestsByKind[actor.kind] += actor.requests;
    sessions += actor.sessions;
    requests += actor.requests;
  }
  const forgotten = parsed - requests;
  if (forgotten > 0) {
    byKind.unknown++;
    requestsByKind.unknown += forgotten;
  }
  return {
    requests: parsed,
    sessions,
    actors: actors.length + (forgotten > 0 ? 1 : 0),
    byKind,
    requestsByKind,
    forgotten,
  };
}

function trafficOf(sample: TrafficSample, facts: LogRunFacts, table: ClientTable): readonly TrafficBucket[] {
  if (facts.from === null || facts.to === null) return [];
  // Only clients in the sample are looked up: a map of a million would weigh more than the sample.
  const sampled = new Set<number>();
  for (const [ip, agent] of sample.clients()) sampled.add(clientKey(ip, agent));
  const kindOf = new Map<number, Kind>();
  const agentHashes = new Map<string, number>();
  for (let i = 0; i < table.length; i++) {
    const agent = table.userAgent(i);
    const agentHash = agentHashes.get(agent) ?? fnv1a(agent);
    if (agentHashes.size < agentHashesMax) agentHashes.set(agent, agentHash);
    const key = clientKey(fnv1a(table.ip(i)), agentHash);
    if (sampled.has(key)) kindOf.set(key, table.kind(i));
  }
  const { from, to } = facts;
  const step = bucketSteps.find((seconds) => (to - from) / (seconds * 1000) < bucketsMax - 1) ?? 0;
  const stepMs = step === 0 ? (to - from) / (bucketsMax - 1) : step * 1000;
  const start = Math.floor(from / stepMs) * stepMs;
  const count = Math.floor((to - start) / stepMs) + 1;
  return sample.split({ from: start, stepMs, count }, (ip, agent) => kindOf.get(clientKey(ip, agent)) ?? "unknown");
}

/** Stretches of time that people count in, in seconds. */
const bucketSteps: readonly number[] = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
];

/** Two hashes in one safe integer: 32 bits of the address, 20 of the user agent. */
function clientKey(ip: number, agent: number): number {
  return ip * 0x10_0000 + (agent >>> 12);
}

const rank: Readonly<Record<Kind, number>> = {
  automated: 4,
  "declared-bot": 3,
  "verified-agent": 2,
  unknown: 1,
  human: 0,
};

/** The actors a reader should see first, and their evidence, fetched in one more pass over the engine. */
function topActors(actors: ActorList, table: ClientTable, engine: Engine): TopActor[] {
  const best: Actor[] = [];
  const before = (a: Actor, b: Actor): number =>
    rank[b.kind] - rank[a.kind] || b.requests - a.requests || b.score.total - a.score.total;
  for (let number = 0; number < actors.length; number++) {
    const last = best[topMax - 1];
    if (last !== undefined) {
      const { kind, requests } = actors.tally(number);
      if ((rank[kind] - rank[last.kind] || requests - last.requests) < 0) continue;
    }
    const actor = actors.at(number);
    if (last !== undefined && before(last, actor) <= 0) continue;
    let at = best.length;
    while (at > 0 && before(best[at - 1] as Actor, actor) > 0) at--;
    best.splice(at, 0, actor);
    if (best.length > topMax) best.pop();
  }
  const wanted = new Map(best.map((actor) => [actor.representative, actor]));
  const found: TopActor[] = [];
  let index = 0;
  for (const view of engine.clients()) {
    const actor = wanted.get(index++);
    if (actor !== undefined) found.push({ actor, verdict: view.verdict() });
    if (found.length === wanted.size || index >= table.length) break;
  }
  return found.sort((a, b) => best.indexOf(a.actor) - best.indexOf(b.actor));
}
