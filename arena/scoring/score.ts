import type { Campaign } from "../campaigns/campaign.ts";
import type { LoggedRequest } from "../world/gateway.ts";
import type { Truth } from "../world/truth.ts";
import { upperBound } from "./bounds.ts";

/** Actions that let a request pass as it is. Everything else stops it or makes it useless. */
const harmless: ReadonlySet<string> = new Set(["allow", "tag", "log", ""]);

/** Whether the gateway would stop a request, or did. */
export function stopped({ action }: LoggedRequest): boolean {
  return !harmless.has(action);
}

/** How one player of an attack fared. */
export interface PlayerScore {
  readonly player: string;
  readonly requests: number;
  readonly sessions: number;
  readonly stoppedRequests: number;
  /** Requests of the player until the first was stopped, and the seconds; null when none was. */
  readonly firstStopped: { readonly request: number; readonly seconds: number } | null;
  /** Of the requests after the campaign's first stopped one: the share that was stopped too. */
  readonly stoppedAfterConviction: number | null;
  /** Share called automated or declared, whatever was done. */
  readonly called: number;
  /** What it sent to be acted on: log-ins, guesses, orders. The pages read around them are no goal. */
  readonly posts: number;
  readonly stoppedPosts: number;
}

export interface CampaignScore {
  readonly campaign: string;
  readonly label: string;
  readonly players: readonly PlayerScore[];
  readonly requests: number;
  readonly stopped: number;
  readonly afterConviction: { readonly requests: number; readonly stopped: number };
}

/** How one persona fared. */
export interface PersonaScore {
  readonly persona: string;
  readonly requests: number;
  readonly stoppedRequests: number;
  readonly sessions: number;
  readonly stoppedSessions: number;
  /** Addresses they came from: one a person, but for the office. */
  readonly people: number;
  readonly stoppedPeople: number;
  readonly calledSessions: number;
  /** Upper 95 % bounds of the shares stopped: of sessions, of requests, of people. */
  readonly bound: number;
  readonly requestBound: number;
  readonly peopleBound: number;
}

interface Seen {
  readonly request: LoggedRequest;
  readonly player: string;
  readonly session: number;
}

const calledKinds: ReadonlySet<string> = new Set(["automated", "declared-bot"]);

export function scoreCampaigns(
  log: readonly LoggedRequest[],
  truth: Truth,
  campaigns: readonly Pick<Campaign, "name" | "label">[],
): readonly CampaignScore[] {
  return campaigns.map(({ name, label }) => {
    const seen = log.flatMap((request): Seen[] => {
      const holder = truth.of(request.ip, Date.parse(request.time));
      return holder?.side === "attack" && holder.campaign === name
        ? [{ request, player: holder.name, session: holder.session }]
        : [];
    });
    const first = seen.findIndex(({ request }) => stopped(request));
    const rest = first < 0 ? [] : seen.slice(first + 1);
    const conviction = first < 0 ? Number.POSITIVE_INFINITY : Date.parse(seen[first]?.request.time ?? "");
    const players = [...Map.groupBy(seen, ({ player }) => player)].map(([player, own]) =>
      scorePlayer(player, own, conviction),
    );
    return {
      campaign: name,
      label,
      players,
      requests: seen.length,
      stopped: seen.filter(({ request }) => stopped(request)).length,
      afterConviction: { requests: rest.length, stopped: rest.filter(({ request }) => stopped(request)).length },
    };
  });
}

function scorePlayer(player: string, seen: readonly Seen[], conviction: number): PlayerScore {
  const first = seen.findIndex(({ request }) => stopped(request));
  const start = Date.parse(seen[0]?.request.time ?? "");
  const posts = seen.filter(({ request }) => request.method === "POST");
  const later = seen.filter(({ request }) => Date.parse(request.time) > conviction);
  return {
    player,
    requests: seen.length,
    sessions: new Set(seen.map(({ session }) => session)).size,
    stoppedRequests: seen.filter(({ request }) => stopped(request)).length,
    firstStopped:
      first < 0 ? null : { request: first + 1, seconds: (Date.parse(seen[first]?.request.time ?? "") - start) / 1_000 },
    stoppedAfterConviction:
      later.length === 0 ? null : later.filter(({ request }) => stopped(request)).length / later.length,
    called: seen.filter(({ request }) => calledKinds.has(request.kind)).length / Math.max(1, seen.length),
    posts: posts.length,
    stoppedPosts: posts.filter(({ request }) => stopped(request)).length,
  };
}

export function scorePeople(log: readonly LoggedRequest[], truth: Truth): readonly PersonaScore[] {
  const seen = log.flatMap((request): Seen[] => {
    const holder = truth.of(request.ip, Date.parse(request.time));
    return holder?.side === "person" || holder?.side === "native-app"
      ? [{ request, player: holder.name, session: holder.session }]
      : [];
  });
  return [...Map.groupBy(seen, ({ player }) => player)].map(([persona, own]) => {
    const sessions = [...Map.groupBy(own, ({ session }) => session).values()];
    const hit = sessions.filter((each) => each.some(({ request }) => stopped(request))).length;
    const stoppedRequests = own.filter(({ request }) => stopped(request)).length;
    const people = new Set(own.map(({ request }) => request.ip)).size;
    const stoppedPeople = new Set(own.flatMap(({ request }) => (stopped(request) ? [request.ip] : []))).size;
    return {
      persona,
      requests: own.length,
      stoppedRequests,
      sessions: sessions.length,
      stoppedSessions: hit,
      people,
      stoppedPeople,
      calledSessions: sessions.filter((each) => each.some(({ request }) => calledKinds.has(request.kind))).length,
      bound: upperBound(hit, sessions.length),
      requestBound: upperBound(stoppedRequests, own.length),
      peopleBound: upperBound(stoppedPeople, people),
    };
  });
}

/** A peer on the same traffic: what it would have refused. */
export interface PeerScore {
  readonly peer: string;
  readonly attackRequests: number;
  readonly attackRefused: number;
  readonly peopleRequests: number;
  readonly peopleRefused: number;
  readonly peopleSessionsRefused: number;
}

export function scorePeer(
  peer: string,
  refused: ReadonlySet<string>,
  { log, truth }: { readonly log: readonly LoggedRequest[]; readonly truth: Truth },
): PeerScore {
  let [attackRequests, attackRefused, peopleRequests, peopleRefused] = [0, 0, 0, 0];
  const sessions = new Set<string>();
  for (const { id, ip, time } of log) {
    const holder = truth.of(ip, Date.parse(time));
    if (holder === undefined || holder.side === "declared-agent") continue;
    const hit = refused.has(id);
    if (holder.side === "attack") {
      attackRequests++;
      if (hit) attackRefused++;
    } else {
      peopleRequests++;
      if (!hit) continue;
      peopleRefused++;
      sessions.add(`${holder.name} ${holder.session}`);
    }
  }
  return { peer, attackRequests, attackRefused, peopleRequests, peopleRefused, peopleSessionsRefused: sessions.size };
}
