import type { Millis } from "#core";
import { type ClientKind, clientKinds } from "../ledger/ledger-application.ts";
import { decayFactor } from "./decay.ts";

/** What an edge of the graph means, `from` and `to` being numbers of endpoints or cookie names. */
export const edgeTypes = [
  /** Answers of endpoint `from` set cookie `to`. */
  "issues",
  /** Requests to endpoint `from` bring cookie `to` when they owe it. */
  "carries",
  /** Endpoint `from` succeeds when cookie `to` is present. */
  "succeeds-with",
  /** Endpoint `from` succeeds when cookie `to` is absent. */
  "succeeds-without",
  /** After endpoint `from`, honest clients next go to endpoint `to`. */
  "follows",
  /** Tokens issued by endpoint `from` are consumed by endpoint `to`. */
  "feeds",
] as const;

export type EdgeType = (typeof edgeTypes)[number];

/** Whose edge it is. Which answers set which cookies is the origin's behaviour and the same for all: "any". */
export type EdgeKind = ClientKind | "any";

const edgeKinds: readonly EdgeKind[] = ["any", ...clientKinds];

/** Edges kept over all applications; further ones are not counted until old ones fade. */
export const edgesMax = 8_192;

/** One edge with its decayed counts. */
export interface CountedEdge {
  readonly type: EdgeType;
  readonly kind: EdgeKind;
  readonly from: number;
  readonly to: number;
  readonly hits: number;
  readonly trials: number;
}

/**
 * Decayed counts of the edges of one application's graph. Bounded; an edge that has faded below half an
 * observation makes room.
 */
export class EdgeCounts {
  readonly #index = new Map<number, number>();
  readonly #keys: number[] = [];
  readonly #counts: number[] = [];
  readonly #budget: { used: number };

  /** @param budget shared by all applications of a process, so that one of them cannot take all the room. */
  constructor(budget: { used: number }) {
    this.#budget = budget;
  }

  /** Counts one chance of an edge and whether it was taken. */
  count(type: EdgeType, edge: Pick<CountedEdge, "kind" | "from" | "to">, hit: number): void {
    const key = keyOf({ ...edge, type });
    let at = this.#index.get(key);
    if (at === undefined) {
      if (this.#budget.used >= edgesMax) return;
      this.#budget.used++;
      at = this.#keys.length;
      this.#keys.push(key);
      this.#counts.push(0, 0);
      this.#index.set(key, at);
    }
    this.#counts[at * 2] = (this.#counts[at * 2] ?? 0) + hit;
    this.#counts[at * 2 + 1] = (this.#counts[at * 2 + 1] ?? 0) + 1;
  }

  /** Takes an edge with its counts from a snapshot. */
  restore(edge: CountedEdge): void {
    this.count(edge.type, edge, 0);
    const at = this.#index.get(keyOf(edge));
    if (at === undefined) return;
    this.#counts[at * 2] = edge.hits;
    this.#counts[at * 2 + 1] = edge.trials;
  }

  /** Every edge, in order of first sight. */
  edges(): readonly CountedEdge[] {
    return this.#keys.map((key, at) => ({
      type: edgeTypes[Math.floor(key / 0x1_0000_0000 / edgeKinds.length)] ?? "follows",
      kind: edgeKinds[Math.floor(key / 0x1_0000_0000) % edgeKinds.length] ?? "any",
      from: Math.floor(key / 0x1_0000) % 0x1_0000,
      to: key % 0x1_0000,
      hits: this.#counts[at * 2] ?? 0,
      trials: this.#counts[at * 2 + 1] ?? 0,
    }));
  }

  /** Forgets by half every three days and drops what has faded. */
  decay(elapsedMs: Millis): void {
    const factor = decayFactor(elapsedMs);
    const kept = this.edges().filter(({ trials }) => trials * factor >= 0.5);
    this.#budget.used -= this.#keys.length - kept.length;
    this.#keys.length = 0;
    this.#counts.length = 0;
    this.#index.clear();
    for (const edge of kept) {
      const key = keyOf(edge);
      this.#index.set(key, this.#keys.length);
      this.#keys.push(key);
      this.#counts.push(edge.hits * factor, edge.trials * factor);
    }
  }
}

function keyOf({ type, kind, from, to }: Pick<CountedEdge, "type" | "kind" | "from" | "to">): number {
  const sort = edgeTypes.indexOf(type) * edgeKinds.length + edgeKinds.indexOf(kind);
  return (sort * 0x1_0000 + from) * 0x1_0000 + to;
}
