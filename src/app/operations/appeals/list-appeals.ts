import { z } from "zod";
import type { Operation } from "../operation.ts";
import { type Appeal, appealShape, keptAppeals, shownAppeal } from "./appeal.ts";

/** Which appeals. */
export interface ListAppealsInput {
  readonly state?: Appeal["state"] | undefined;
}

/** `appeals.list`: the inbox. */
export const listAppeals: Operation<ListAppealsInput, { readonly appeals: readonly Appeal[] }> = {
  name: "appeals.list",
  summary: "Appeals of people who were stopped, the longest waiting first.",
  effect: "read",
  permission: "explain",
  example: { state: "open" },
  input: z.strictObject({
    state: z.enum(["open", "accepted", "declined"]).optional().meta({ description: "Only those." }),
  }),
  output: z.strictObject({ appeals: z.array(appealShape) }),
  handle: (context, { state }) => ({
    appeals: keptAppeals(context)
      .filter((one) => state === undefined || one.state === state)
      .map(shownAppeal),
  }),
};
