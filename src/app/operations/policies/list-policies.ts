import { z } from "zod";
import type { Operation } from "../operation.ts";
import { type PolicyRule, policyRule, policyRuleOf } from "./policy-shapes.ts";

/** Which rules. */
export interface ListPoliciesInput {
  readonly contains?: string | undefined;
}

/** The rules in force, in the order in which they are asked. */
export interface ListPoliciesOutput {
  readonly version: number;
  /** Empty, or why the rules in force are not those of the files. */
  readonly degraded: string;
  readonly panic: boolean;
  readonly rules: readonly PolicyRule[];
}

/** `policies.list`: every rule, where it stands and what it did. */
export const listPolicies: Operation<ListPoliciesInput, ListPoliciesOutput> = {
  name: "policies.list",
  summary: "Every rule: where it stands in its life, who put it there, how often it matched and acted.",
  effect: "read",
  permission: "look",
  example: {},
  input: z.strictObject({
    contains: z.string().max(200).optional().meta({ description: "Part of the name, the pack or the reason." }),
  }),
  output: z.strictObject({
    version: z.number(),
    degraded: z.string(),
    panic: z.boolean(),
    rules: z.array(policyRule),
  }),
  handle({ service }, { contains = "" }) {
    const { desk, policy, panic } = service.policyRoom;
    const version = policy.set.revision;
    const fitting = desk.list().filter(({ name, pack, why }) => `${name} ${pack} ${why}`.includes(contains));
    return {
      version,
      degraded: policy.degraded,
      panic: panic.on,
      rules: fitting.map((rule) => policyRuleOf(rule, version)),
    };
  },
};
