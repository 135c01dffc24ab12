import type { Action, Kind, Millis, Score, Signal } from "#core";
import type { SeenVerdict } from "./recent-verdicts.ts";

/** One client as the status page shows it: address and user agent. */
export interface ActorRow {
  readonly application: string;
  readonly ip: string;
  readonly userAgent: string;
  readonly firstSeen: Millis;
  requests: number;
  lastSeen: Millis;
  kind: Kind;
  action: Action;
  readonly score: { -readonly [Name in keyof Score]: Score[Name] };
  /** What it rested on; of the same kind and action, up to five seconds older. */
  signals: readonly Signal[];
  signalsAt: Millis;
  /** Requests that were refused, slowed down or otherwise not simply passed on. */
  stopped: number;
  /** Names of this client that cost hashing: worked out by whoever asks, kept here. */
  readonly names: ActorNames;
}

/** What a client is called in records; empty until asked for. */
export interface ActorNames {
  /** Keyed hash of the address; NaN: not worked out yet. */
  address: number;
  /** Actor by address and user agent. */
  here: string;
  /** The cookie identity it had last, and the actor by it. */
  identity: number;
  identified: string;
  /** Number of its session, and the session's key. */
  session: number;
  sessionKey: string;
}

/** Who is counted. */
export interface ActorSeen {
  readonly ip: string;
  readonly userAgent: string;
  readonly application: string;
  readonly at: Millis;
}

/** Evidence that is kept with a client outlives young collections, so it is not taken anew from each of its requests. */
const signalsMs = 5_000;
const none: readonly Signal[] = Object.freeze([]);

/**
 * Clients seen lately, by address and user agent, in two steps because both texts mostly come again as the same string.
 * Bounded: the first seen leaves when a new one comes.
 */
export class ActorTally {
  readonly #byAddress = new Map<string, Map<string, ActorRow>>();
  /** In the order in which they were first seen, going round. */
  readonly #order: (ActorRow | undefined)[];
  #next = 0;

  constructor(actorsMax: number) {
    this.#order = new Array<ActorRow | undefined>(actorsMax).fill(undefined);
  }

  /** The row of a client, opened when it is new. */
  row({ ip, userAgent, application, at }: ActorSeen): ActorRow {
    const agents = this.#byAddress.get(ip);
    const known = agents?.get(userAgent);
    if (known !== undefined) return known;
    this.#forget(this.#order[this.#next]);
    const row: ActorRow = {
      application,
      ip,
      userAgent,
      firstSeen: at,
      lastSeen: at,
      requests: 0,
      kind: "unknown",
      action: "allow",
      score: { total: 0, behaviour: 0, presentation: 0 },
      signals: none,
      signalsAt: Number.NEGATIVE_INFINITY,
      stopped: 0,
      names: { address: Number.NaN, here: "", identity: 0, identified: "", session: 0, sessionKey: "" },
    };
    this.#order[this.#next] = row;
    this.#next = (this.#next + 1) % this.#order.length;
    const beside = this.#byAddress.get(ip);
    if (beside === undefined) this.#byAddress.set(ip, new Map([[userAgent, row]]));
    else beside.set(userAgent, row);
    return row;
  }

  /** Counts one judged request of a client. */
  count(row: ActorRow, seen: Pick<SeenVerdict, "at" | "kind" | "action" | "enforced" | "score" | "signals">): void {
    row.requests++;
    row.lastSeen = seen.at;
    row.score.total = seen.score.total;
    row.score.behaviour = seen.score.behaviour;
    row.score.presentation = seen.score.presentation;
    if (seen.kind !== row.kind || seen.action !== row.action || seen.at - row.signalsAt >= signalsMs) {
      row.signals = seen.signals;
      row.signalsAt = seen.at;
    }
    row.kind = seen.kind;
    row.action = seen.action;
    if (seen.enforced !== "allow" && seen.enforced !== "log" && seen.enforced !== "tag") row.stopped++;
  }

  /** Those seen since `since`, in the order in which they deserve a look: automation by its requests, then the rest. */
  top(count: number, since: Millis): readonly ActorRow[] {
    const recent = this.#rows().filter(({ lastSeen }) => lastSeen >= since);
    return recent.sort((a, b) => weight(b) - weight(a) || b.requests - a.requests).slice(0, count);
  }

  /** How many clients of each kind were seen since `since`. */
  byKind(since: Millis): Readonly<Record<Kind, number>> {
    const counts: Record<Kind, number> = { human: 0, "verified-agent": 0, "declared-bot": 0, automated: 0, unknown: 0 };
    for (const { kind, lastSeen } of this.#rows()) if (lastSeen >= since) counts[kind]++;
    return counts;
  }

  #rows(): ActorRow[] {
    return this.#order.filter((row) => row !== undefined);
  }

  #forget(row: ActorRow | undefined): void {
    if (row === undefined) return;
    const agents = this.#byAddress.get(row.ip);
    agents?.delete(row.userAgent);
    if (agents?.size === 0) this.#byAddress.delete(row.ip);
  }
}

function weight({ kind }: ActorRow): number {
  if (kind === "automated") return 2;
  return kind === "declared-bot" || kind === "verified-agent" ? 1 : 0;
}
