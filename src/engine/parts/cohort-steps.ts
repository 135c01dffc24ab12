import type { EndpointTable } from "../endpoints/endpoint-table.ts";
import { isSensitiveStep } from "../features/authentication.ts";
import { type Facts, methodCode } from "../features/facts.ts";
import { sensitiveStepOf } from "./sensitive-steps.ts";

/**
 * The steps at which a session is judged with others: whoever takes one has shown what they came for. Besides log-in, sign-up and check-out
 * that is asking whether a gift card or voucher is good, which is how their numbers are guessed, two requests a session.
 */
export class CohortSteps {
  readonly #endpoints: Pick<EndpointTable, "template">;
  /** By endpoint number: 1 where numbers of cards are tried, 0 where not; missing: not looked at yet. */
  readonly #cards: number[] = [];

  constructor(endpoints: Pick<EndpointTable, "template">) {
    this.#endpoints = endpoints;
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

/** Straight: the step was the session's first request. Native: it is spoken to by programs, and no page was opened before. */
export const came = { straight: 1, native: 2 } as const;

/** What came of the step at which a session is reported. */
export interface Outcome {
  readonly account: number;
  readonly password: number;
  readonly letIn: boolean | null;
  readonly pushed: boolean;
}
