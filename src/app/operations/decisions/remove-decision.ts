import { z } from "zod";
import { forgetDecisions } from "../../records/standing-decisions.ts";
import { type Operation, OperationFault } from "../operation.ts";
import { type ListedDecision, listDecision, listedDecision } from "./listed-decision.ts";

/** What to lift. */
export interface RemoveDecisionInput {
  readonly value: string;
  readonly reason: string;
}

/** What was lifted. */
export interface RemoveDecisionOutput {
  readonly lifted: readonly ListedDecision[];
}

/** `decisions.remove`: lifts by id, or everything that stands for an address, network, fingerprint or cohort. */
export const removeDecision: Operation<RemoveDecisionInput, RemoveDecisionOutput> = {
  name: "decisions.remove",
  summary: "Lift what stands for an address, network, fingerprint or cohort, or one decision by its id.",
  effect: "write",
  permission: "unblock",
  argument: "value",
  example: { value: "203.0.113.9" },
  input: z.strictObject({
    value: z.string().min(1).max(200).meta({ description: "Value or id of the decision." }),
    reason: z.string().max(500).default("").meta({ description: "Why; stands in the audit log." }),
  }),
  output: z.strictObject({ lifted: z.array(listedDecision) }),
  handle(context, { value, reason }) {
    const { decisions } = context.service.protection;
    const standing = decisions.list().filter((one) => one.id === value || String(one.value) === value);
    if (standing.length === 0)
      throw new OperationFault("not-found", `${JSON.stringify(value)}: nothing stands for that`);
    forgetDecisions(context, standing, reason);
    for (const { id } of standing) decisions.remove(id);
    return { lifted: standing.map((one) => listDecision(one, performance.now())) };
  },
};
