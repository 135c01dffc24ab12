import { z } from "zod";
import { forgetDecisions } from "../../records/standing-decisions.ts";
import { type Operation, OperationFault } from "../operation.ts";

/** Which cohort. */
export interface ExonerateInput {
  readonly cohort: string;
  readonly reason: string;
}

/** How many verdicts rested on it. */
export interface ExonerateOutput {
  readonly lifted: number;
}

/** `decisions.exonerate`: everything that rests on a cohort's conviction is lifted at once; operators' words stay. */
export const exonerate: Operation<ExonerateInput, ExonerateOutput> = {
  name: "decisions.exonerate",
  summary: "Lift every verdict that rests on a cohort's conviction. What operators decided stays.",
  effect: "write",
  permission: "operate",
  argument: "cohort",
  example: { cohort: "1z141z3", reason: "a partner's new client" },
  input: z.strictObject({
    cohort: z.string().min(1).max(100).meta({ description: "The cohort, as explain names it." }),
    reason: z.string().max(500).default("").meta({ description: "Why; stands in the audit log." }),
  }),
  output: z.strictObject({ lifted: z.number() }),
  handle(context, { cohort, reason }) {
    const { decisions } = context.service.protection;
    const resting = decisions.list().filter((one) => one.cohort === cohort && one.origin !== "operator");
    if (resting.length === 0)
      throw new OperationFault("not-found", `${JSON.stringify(cohort)}: no verdict rests on a cohort of that name`);
    forgetDecisions(context, resting, reason === "" ? `cohort ${cohort} was exonerated` : reason);
    return { lifted: decisions.exonerate(cohort) };
  },
};
