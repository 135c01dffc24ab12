import type { EndpointTable } from "../endpoints/endpoint-table.ts";
import { isSensitiveStep } from "../features/authentication.ts";
import { type Facts, methodCode } from "../features/facts.ts";
import { hashText, mix32 } from "../sessions/text-hash.ts";
import { sensitiveStepOf } from "./sensitive-steps.ts";

/**
 * The steps at which a session is judged with others: whoever takes one has shown what they came for. Besides log-in, sign-up and check-out
 * that is asking whether a gift card or voucher is good, which is how their numbers are guessed, two requests a session.
 */
export class CohortSteps {
  readonly #endpoints: Pick<EndpointTable, "template">;
  /** Hashes of endpoints' templates, by number. */
  readonly #hashes: number[] = [];
  /** By endpoint number: 1 where numbers of cards are tried, 0 where not; missing: not looked at yet. */
  readonly #cards: number[] = [];

  constructor(endpoints: Pick<EndpointTable, "template">) {
    this.#endpoints = endpoints;
  }

  /** Key of an endpoint and manner (reading or writing), the same in every process. */
  keyOf({ endpoint, method }: Facts): number {
    return mix32(this.hashOf(endpoint) + (method > 1 ? 1 : 0));
  }

  /** Hash of an endpoint's template: numbers differ from one process to the next, and convictions outlive it. */
  hashOf(endpoint: number): number {
    let hash = this.#hashes[endpoint] ?? 0;
    if (hash === 0) {
      hash = hashText(this.#endpoints.template(endpoint), 6) || 1;
      this.#hashes[endpoint] = hash;
    }
    return hash;
  }

  isOne(facts: Facts): boolean {
    const { method, endpoint } = facts;
    if (method <= methodCode.head) return false;
    if (isSensitiveStep(facts)) return true;
    if (endpoint < 0) return false;
    const known = this.#cards[endpoint];
    if (known !== undefined) return known === 1;
    const cards = sensitiveStepOf(this.#endpoints.template(endpoint)) === "gift card";
    this.#cards[endpoint] = cards ? 1 : 0;
    return cards;
  }
}

/**
 * Straight: the step was the session's first request. Native: it is spoken to by programs, and no page was opened before. Called: the
 * session began with a call. Counted: how it came to a later call was counted.
 */
export const came = { straight: 1, native: 2, called: 4, counted: 8 } as const;

/** What came of the step at which a session is reported. */
export interface Outcome {
  readonly account: number;
  readonly password: number;
  readonly letIn: boolean | null;
  readonly pushed: boolean;
}

/** 1 where a session came straight to its step. */
export function straightBit(how: number): number {
  return (how & came.straight) === 0 ? 0 : 1;
}
