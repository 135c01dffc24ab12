import type { Exchange, Millis } from "./exchange.ts";
import type { Verdict } from "./verdict.ts";

/** What the rule or policy that chose an action says about how to carry it out: `{ status: 404 }`, `{ to: "honeypot" }`. */
export type ActionOptions = Readonly<Record<string, string | number | boolean>>;

/** One header of an answer, as it goes out. */
export type AnswerHeader = readonly [name: string, value: string];

/** An answer to give in the origin's place: whole, and shaped as the origin's own. */
export interface AnswerPlan {
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly AnswerHeader[];
  readonly body: Uint8Array;
  readonly framing: "length" | "chunked";
  /** From the request's head to the first byte of the answer. */
  readonly waitMs: Millis;
}

/** An answer of the origin as it passed by. */
export interface AnswerSeen {
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly AnswerHeader[];
  /** As many of the body's first bytes as were asked for. */
  readonly body: Uint8Array;
  /** Whether `body` is all of it. */
  readonly whole: boolean;
  readonly framing: "length" | "chunked";
  /** From the request's head to the first byte of the answer. */
  readonly waitMs: Millis;
}

/** What answers in the origin's place are made from. Synchronous and bounded, like the guard; never throws. */
export interface Treatments {
  /** The answer to give for a verdict; undefined where nothing fitting was learned, and the plain refusal is used. */
  plan(exchange: Exchange, verdict: Verdict): AnswerPlan | undefined;
  /** How many bytes of an answer's body are worth a look; -1: none of it, not even its head. */
  sampleBytes(exchange: Exchange, status: number): number;
  learn(exchange: Exchange, seen: AnswerSeen): void;
}
