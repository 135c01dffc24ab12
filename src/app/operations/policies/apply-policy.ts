import { z } from "zod";
import type { Operation } from "../operation.ts";
import { policyFault } from "./policy-fault.ts";

/** A file of rules. */
export interface ApplyPolicyInput {
  readonly file: string;
  readonly text: string;
  readonly why?: string | undefined;
  readonly confirm?: string | undefined;
}

/** The version that it made. */
export interface ApplyPolicyOutput {
  readonly version: number;
  readonly rules: number;
}

/** `policies.apply`: a file of rules takes effect, as a new version. */
export const applyPolicy: Operation<ApplyPolicyInput, ApplyPolicyOutput> = {
  name: "policies.apply",
  summary:
    "Put a file of rules in force. Its rules come before packs and override them by name; what would act is tried.",
  effect: "write",
  permission: "operate",
  argument: "file",
  example: {
    file: "site.yaml",
    text: "- { name: object-walk, why: Reads the table., when: '\"id-walk\" in signals', then: block }",
  },
  input: z.strictObject({
    file: z.string().min(1).max(200).meta({ description: "Name of the file; applied again it is replaced." }),
    text: z.string().max(1_048_576).meta({ description: "Its rules, as YAML." }),
    why: z.string().max(500).optional().meta({ description: "Stands in the history." }),
    confirm: z
      .string()
      .max(200)
      .optional()
      .meta({ description: "The file's name once more: go on although over its limit." }),
  }),
  output: z.strictObject({ version: z.number(), rules: z.number() }),
  async handle({ service, caller }, { file, text, why, confirm }) {
    const { desk, policy } = service.policyRoom;
    try {
      const force = confirm === file ? ({ force: "yes" } as const) : {};
      const { number } = await desk.apply({ file, text }, { who: caller.name, why, ...force });
      return { version: number, rules: policy.set.rules.length };
    } catch (error) {
      throw policyFault(error);
    }
  },
};
