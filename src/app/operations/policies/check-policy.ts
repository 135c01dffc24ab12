import { z } from "zod";
import { ConditionProblem } from "#policy";
import type { Operation } from "../operation.ts";

/** The condition to be read. */
export interface CheckPolicyInput {
  readonly when: string;
}

/** Where it is wrong, in characters from 0. */
export interface CheckPolicyOutput {
  readonly problems: readonly {
    readonly from: number;
    readonly to: number;
    readonly message: string;
    readonly suggestion: string | null;
  }[];
}

/** `policies.check`: whether a condition can be read, and where not. */
export const checkPolicy: Operation<CheckPolicyInput, CheckPolicyOutput> = {
  name: "policies.check",
  summary: "Whether the condition of a rule can be read: where it is wrong and what may have been meant.",
  effect: "read",
  permission: "look",
  argument: "when",
  example: { when: "session.requests > 100" },
  input: z.strictObject({ when: z.string().max(4_096).meta({ description: "Condition of a rule (CEL)." }) }),
  output: z.strictObject({
    problems: z.array(
      z.strictObject({
        from: z.number(),
        to: z.number(),
        message: z.string(),
        suggestion: z.string().nullable(),
      }),
    ),
  }),
  handle({ service }, { when }) {
    try {
      service.policyRoom.policy.language.compile(when);
      return { problems: [] };
    } catch (error) {
      if (!(error instanceof ConditionProblem)) throw error;
      const { start, end, message } = error;
      const suggestion = /did you mean "([^"]+)"/.exec(message)?.[1] ?? null;
      return { problems: [{ from: start, to: end, message, suggestion }] };
    }
  },
};
