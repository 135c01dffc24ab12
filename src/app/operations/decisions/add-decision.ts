import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Hashed } from "#core";
import type { Decision, DecisionScope } from "#policy";
import { parseDuration } from "../../config/duration.ts";
import { keepDecision } from "../../records/standing-decisions.ts";
import { type Operation, OperationFault } from "../operation.ts";
import { type ListedDecision, listDecision, listedDecision } from "./listed-decision.ts";

const scopes = ["address", "network", "session", "account", "token", "fingerprint", "behaviour", "cohort"] as const;

/** Scopes whose values are keyed hashes, written as numbers. */
const hashedScopes: ReadonlySet<DecisionScope> = new Set(["session", "account", "token"]);

/** Whom to act on. */
export interface AddDecisionInput {
  readonly value: string;
  readonly action: "block" | "allow" | "throttle" | "challenge";
  readonly scope?: DecisionScope | undefined;
  readonly for?: string | undefined;
  readonly reason: string;
}

/** `decisions.add`: block or allow, for a while or until lifted. */
export const addDecision: Operation<AddDecisionInput, ListedDecision> = {
  name: "decisions.add",
  summary: "Block, allow, throttle or challenge an address, network, account, fingerprint or cohort.",
  effect: "write",
  permission: "operate",
  argument: "value",
  example: { value: "203.0.113.0/24", action: "block", for: "24h", reason: "ticket 4711" },
  input: z.strictObject({
    value: z.string().min(1).max(200).meta({
      description:
        "Address, CIDR network, JA4 fingerprint or cohort; others as decisions.list shows them, accounts as records do.",
    }),
    action: z.enum(["block", "allow", "throttle", "challenge"]).meta({ description: "What is done." }),
    scope: z
      .enum(scopes)
      .optional()
      .meta({ description: "What the value is. Default: address, or network where it has a slash." }),
    for: z.string().max(20).optional().meta({ description: "How long, such as 1h. Default: until lifted." }),
    reason: z.string().min(1).max(500).default("an operator's word").meta({ description: "Shown by explain." }),
  }),
  output: listedDecision,
  handle(context, { value, action, scope, for: span, reason }) {
    const { decisions } = context.service.protection;
    const spanMs = span === undefined ? Number.POSITIVE_INFINITY : parseDuration(span);
    if (spanMs === undefined) throw new OperationFault("invalid", 'for: expected a duration such as "1h"');
    const chosen: DecisionScope = scope ?? (value.includes("/") ? "network" : "address");
    const decision: Decision = {
      id: randomUUID(),
      scope: chosen,
      value: keyOf(chosen, value),
      action,
      reason,
      origin: "operator",
      cohort: "",
      createdAt: context.now,
      expiresAt: performance.now() + spanMs,
    };
    const problem = decisions.check(decision);
    if (problem !== undefined) throw new OperationFault("invalid", problem);
    keepDecision(context, decision, spanMs);
    const added = decisions.add(decision);
    if (!added.added) throw new OperationFault("conflict", added.problem);
    return listDecision(decision, performance.now());
  },
};

/** What decisions are kept by: of an account, session or token the keyed hash. */
function keyOf(scope: DecisionScope, value: string): string | Hashed {
  if (!hashedScopes.has(scope)) return value;
  const hash = Number(value);
  if (Number.isSafeInteger(hash) && hash > 0) return hash;
  throw new OperationFault("invalid", `${JSON.stringify(value)}: expected the number that stands for the ${scope}`);
}
