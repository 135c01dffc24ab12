import { z } from "zod";
import type { RuleDifference } from "../../policy/policy-desk.ts";
import type { Operation } from "../operation.ts";
import { policyFault } from "./policy-fault.ts";

/** Two versions. */
export interface PolicyDiffInput {
  readonly from: number;
  readonly to: number;
}

/** Rule by rule. */
export interface PolicyDiffOutput {
  readonly rules: readonly RuleDifference[];
}

const difference: z.ZodType<RuleDifference> = z.strictObject({
  rule: z.string(),
  change: z.enum(["added", "removed", "changed"]),
  before: z.string(),
  after: z.string(),
});

/** `policies.diff`: what differs between two versions. */
export const policyDiff: Operation<PolicyDiffInput, PolicyDiffOutput> = {
  name: "policies.diff",
  summary: "What differs between two versions of the rules, rule by rule.",
  effect: "read",
  permission: "look",
  example: { from: 1, to: 2 },
  input: z.strictObject({
    from: z.number().int().min(1).meta({ description: "Number of the earlier version." }),
    to: z.number().int().min(1).meta({ description: "Number of the later version." }),
  }),
  output: z.strictObject({ rules: z.array(difference) }),
  handle({ service }, { from, to }) {
    try {
      return { rules: service.policyRoom.desk.diff(from, to) };
    } catch (error) {
      throw policyFault(error);
    }
  },
};
