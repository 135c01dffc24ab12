import { z } from "zod";
import type { RuleChange } from "../../policy/policy-desk.ts";
import type { Operation } from "../operation.ts";
import { policyFault } from "./policy-fault.ts";

/** Which rule; without a name every version of the rules. */
export interface PolicyHistoryInput {
  readonly name?: string | undefined;
}

/** Who changed what, the oldest first. */
export interface PolicyHistoryOutput {
  readonly versions: readonly RuleChange[];
}

const change: z.ZodType<RuleChange> = z.strictObject({
  version: z.number(),
  at: z.number(),
  who: z.string(),
  why: z.string(),
  before: z.string(),
  after: z.string(),
});

/** `policies.history`: who changed a rule, when, why, and what it was before. */
export const policyHistory: Operation<PolicyHistoryInput, PolicyHistoryOutput> = {
  name: "policies.history",
  summary: "Who changed a rule, when and why, with what it was before and after; without a name all versions.",
  effect: "read",
  permission: "look",
  argument: "name",
  example: { name: "object-walk" },
  input: z.strictObject({ name: z.string().max(200).optional().meta({ description: "Name of the rule." }) }),
  output: z.strictObject({ versions: z.array(change) }),
  handle({ service }, { name }) {
    const { desk } = service.policyRoom;
    try {
      if (name !== undefined) return { versions: desk.show(name).history };
      return {
        versions: desk
          .versions()
          .map(({ number, at, who, why }) => ({ version: number, at, who, why, before: "", after: "" })),
      };
    } catch (error) {
      throw policyFault(error);
    }
  },
};
