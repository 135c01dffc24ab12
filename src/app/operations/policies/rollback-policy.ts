import { z } from "zod";
import type { Operation } from "../operation.ts";
import { policyFault } from "./policy-fault.ts";

/** To which version. */
export interface RollbackPolicyInput {
  readonly version?: number | undefined;
  readonly why?: string | undefined;
}

/** The new version, which is as the old one was. */
export interface RollbackPolicyOutput {
  readonly version: number;
}

/** `policies.rollback`: the rules as they were. */
export const rollbackPolicy: Operation<RollbackPolicyInput, RollbackPolicyOutput> = {
  name: "policies.rollback",
  summary: "Put the rules back as they were in a version; without a number, as they were before the last change.",
  effect: "write",
  permission: "operate",
  argument: "version",
  example: { version: 1 },
  input: z.strictObject({
    version: z
      .number()
      .int()
      .min(1)
      .optional()
      .meta({ description: "Number of the version. Default: the one before." }),
    why: z.string().max(500).optional().meta({ description: "Stands in the history." }),
  }),
  output: z.strictObject({ version: z.number() }),
  handle({ service, caller }, { version, why }) {
    try {
      return { version: service.policyRoom.desk.rollback(version, { who: caller.name, why }).number };
    } catch (error) {
      throw policyFault(error);
    }
  },
};
