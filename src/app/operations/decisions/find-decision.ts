import { z } from "zod";
import { type Explanation, explain } from "../../explain/explanation.ts";
import { ruleBehind } from "../../explain/rule-behind.ts";
import { recordedVerdict } from "../events/recorded-verdict.ts";
import { type Operation, OperationFault } from "../operation.ts";

/** The request asked about. */
export interface FindDecisionInput {
  readonly reference: string;
}

/** `explain`: why a request was judged as it was; from memory or from the records. */
export const findDecision: Operation<FindDecisionInput, Explanation> = {
  name: "decisions.find",
  summary: "Why a request was judged as it was. The reference is the X-Request-Id of its answer.",
  effect: "read",
  permission: "explain",
  argument: "reference",
  example: { reference: "6e1f0a52-3" },
  input: z.strictObject({
    reference: z.string().min(1).max(200).meta({ description: "Request id of the answer." }),
  }),
  output: z.looseObject({ version: z.literal(1), reference: z.string() }) as unknown as z.ZodType<Explanation>,
  async handle(context, { reference }) {
    const seen = context.service.witness.recent.find(reference) ?? (await recordedVerdict(context, reference));
    if (seen === undefined)
      throw new OperationFault("not-found", `${JSON.stringify(reference)}: no decision with this reference is known`);
    return explain(seen, ruleBehind(seen, context.service.policyRoom.desk));
  },
};
