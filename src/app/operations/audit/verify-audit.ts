import { z } from "zod";
import type { Operation } from "../operation.ts";

/** Nothing is asked. */
export type VerifyAuditInput = Readonly<Record<string, never>>;

/** Whether the log is as it was written; else the first entry that is not. */
export interface VerifyAuditOutput {
  readonly whole: boolean;
  readonly entries: number;
  /** Number of the first entry that was changed or is missing; null while whole. */
  readonly broken: number | null;
  readonly problem: string;
}

/** `audit.verify`: recomputes the chain. */
export const verifyAudit: Operation<VerifyAuditInput, VerifyAuditOutput> = {
  name: "audit.verify",
  summary: "Recompute the chain of the audit log and name the first entry that was changed or removed.",
  effect: "read",
  permission: "administer",
  example: {},
  findings: ({ whole }) => !whole,
  input: z.strictObject({}) as z.ZodType<VerifyAuditInput>,
  output: z.strictObject({
    whole: z.boolean(),
    entries: z.number(),
    broken: z.number().nullable(),
    problem: z.string(),
  }),
  handle({ service }) {
    const check = service.records.control.verifyAudit();
    return check.whole
      ? { whole: true, entries: check.entries, broken: null, problem: "" }
      : { whole: false, entries: check.number - 1, broken: check.number, problem: check.problem };
  },
};
