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
  score: Score;
  signals: readonly Signal[];
  /** Requests that were refused, slowed down or otherwise not simply passed on. */
  stopped: number;
}

/** Clients seen lately, by address and user agent. Bounded: the first seen leaves when a new one comes. */
export class ActorTally {
  readonly #rows = new Map<string, ActorRow>();
  readonly #actorsMax: number;

  constructor(actorsMax: number) {
    this.#actorsMax = actorsMax;
  }

  count(seen: SeenVerdict): void {
    const key = `${seen.ip} ${seen.userAgent}`;
    let row = this.#rows.get(key);
    if (row === undefined) {
      if (this.#rows.size >= this.#actorsMax) this.#forgetFirst();
      const { application, ip, userAgent, kind, action, score, signals, at } = seen;
      row = {
        application,
        ip,
        userAgent,
        firstSeen: at,
        lastSeen: at,
        requests: 0,
        kind,
        action,
        score,
        signals,
        stopped: 0,
      };
      this.#rows.set(key, row);
    }
    row.requests++;
    row.lastSeen = seen.at;
    row.kind = seen.kind;
    row.action = seen.action;
    row.score = seen.score;
    row.signals = seen.signals;
    if (seen.enforced !== "allow" && seen.enforced !== "log" && seen.enforced !== "tag") row.stopped++;
  }

  /** Those seen since `since`, in the order in which they deserve a look: automation by its requests, then the rest. */
  top(count: number, since: Millis): readonly ActorRow[] {
    const recent = [...this.#rows.values()].filter(({ lastSeen }) => lastSeen >= since);
    return recent.sort((a, b) => weight(b) - weight(a) || b.requests - a.requests).slice(0, count);
  }

  /** How many clients of each kind were seen since `since`. */
  byKind(since: Millis): Readonly<Record<Kind, number>> {
    const counts: Record<Kind, number> = { human: 0, "verified-agent": 0, "declared-bot": 0, automated: 0, unknown: 0 };
    for (const { kind, lastSeen } of this.#rows.values()) if (lastSeen >= since) counts[kind]++;
    return counts;
  }

  #forgetFirst(): void {
    for (const key of this.#rows.keys()) {
      this.#rows.delete(key);
      return;
    }
  }
}

function weight({ kind }: ActorRow): number {
  if (kind === "automated") return 2;
  return kind === "declared-bot" || kind === "verified-agent" ? 1 : 0;
}
