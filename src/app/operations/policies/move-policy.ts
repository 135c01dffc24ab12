import { z } from "zod";
import { type Operation, OperationFault } from "../operation.ts";
import { policyFault } from "./policy-fault.ts";
import { type PolicyRule, policyRule, policyRuleOf } from "./policy-shapes.ts";

/** Which rule, and how far. */
export interface MovePolicyInput {
  readonly name: string;
  /** Absent: one step on. */
  readonly to?: "watch" | "canary-1" | "canary-10" | "canary" | "enforce" | "retired" | undefined;
  readonly why?: string | undefined;
  /** The rule's name once more, to go on although it is over its limit. */
  readonly confirm?: string | undefined;
}

/** `policies.move`: a step in a rule's life, behind a backtest. */
export const movePolicy: Operation<MovePolicyInput, PolicyRule> = {
  name: "policies.move",
  summary:
    "Move a rule one step on (watch, 1 % and 10 % of sessions, enforce) or to a step. It is tried first; over its limit it stays.",
  effect: "write",
  permission: "operate",
  argument: "name",
  example: { name: "object-walk" },
  input: z.strictObject({
    name: z.string().min(1).max(200).meta({ description: "Name of the rule." }),
    to: z
      .enum(["watch", "canary-1", "canary-10", "canary", "enforce", "retired"])
      .optional()
      .meta({ description: "Where to. Default: one step on." }),
    why: z.string().max(500).optional().meta({ description: "Stands in the history." }),
    confirm: z
      .string()
      .max(200)
      .optional()
      .meta({ description: "The name once more: go on although it is over its limit." }),
  }),
  output: policyRule,
  async handle({ service, caller }, { name, to, why, confirm }) {
    const { desk, policy } = service.policyRoom;
    try {
      const approval = await desk.approve(name, {
        who: caller.name,
        why,
        ...(to === undefined ? {} : { to: to === "canary" ? "canary-1" : to }),
        ...(confirm === name ? { force: "yes" } : {}),
      });
      if (approval.kind === "refused")
        throw new OperationFault("conflict", `${name}: ${approval.why}; say its name once more (confirm) to go on`);
      return policyRuleOf(desk.show(name), policy.set.revision);
    } catch (error) {
      throw policyFault(error);
    }
  },
};
