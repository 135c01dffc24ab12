import type { Exchange, Millis } from "./exchange.ts";
import type { Verdict } from "./verdict.ts";

/** The engine as connectors see it. Synchronous and bounded: no await, no disk, no network. */
export interface Guard {
  /** Judges a request before the origin sees it. May throw; the route's fail mode then answers. */
  inspect(exchange: Exchange): Verdict;
  /** Learns from the finished exchange. Called once per inspected exchange, also when the origin never answered. */
  observe(exchange: Exchange): void;
}

/** Time as an argument: judgement never reads a clock of its own. */
export interface Clock {
  /** Wall clock, for records and for what people read. May jump. */
  now(): Millis;
  /** Monotonic, for limits and lifetimes. Never goes back. */
  monotonic(): Millis;
}

/** One decision as it is handed to the store: the exchange, the verdict and what was done. */
export interface DecisionRecord {
  readonly sequence: number;
  readonly exchange: Exchange;
  readonly verdict: Verdict;
  /** The action carried out; differs from the verdict's in observe mode. */
  readonly enforced: Verdict["action"];
  readonly session: string;
  readonly actor: string;
  /** Why the engine did not judge, where the fail mode answered; empty otherwise. */
  readonly failure: string;
}

/** Where decisions are remembered. `append` never blocks and never throws; what it cannot take it counts. */
export interface RecordStore {
  append(record: DecisionRecord): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}
