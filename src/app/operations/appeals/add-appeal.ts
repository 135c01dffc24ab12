import { randomBytes } from "node:crypto";
import { isIP } from "node:net";
import { z } from "zod";
import { appLimits } from "#core";
import { reasonsInWords } from "../../explain/explanation.ts";
import { recordedVerdict } from "../events/recorded-verdict.ts";
import { type Operation, OperationFault } from "../operation.ts";
import { type Appeal, appealShape, appealsCollection, type KeptAppeal, keptAppeals, shownAppeal } from "./appeal.ts";

/** What somebody who was stopped says. */
export interface AddAppealInput {
  readonly reference: string;
  readonly text: string;
  readonly contact?: string | undefined;
}

/** `appeals.add`: takes an appeal in: from the support desk, or from the site's own form with a token of the role support. */
export const addAppeal: Operation<AddAppealInput, Appeal> = {
  name: "appeals.add",
  summary: "Take in an appeal of somebody who was stopped, by the reference that the answer carried.",
  effect: "write",
  permission: "explain",
  argument: "reference",
  example: { reference: "6e1f0a52-3", text: "I only wanted to pay.", contact: "ann@example.org" },
  input: z.strictObject({
    reference: z.string().min(1).max(200).meta({ description: "X-Request-Id of the answer." }),
    text: z.string().max(2_000).default("").meta({ description: "What they say." }),
    contact: z.string().max(200).optional().meta({ description: "How to answer them." }),
  }),
  output: appealShape,
  async handle(context, { reference, text, contact }) {
    const kept = keptAppeals(context);
    const known = kept.find((one) => one.reference === reference && one.state === "open");
    if (known !== undefined) throw new OperationFault("conflict", `an appeal for ${JSON.stringify(reference)} is open`);
    const oldest = kept.find(({ state }) => state !== "open");
    const full = kept.length >= appLimits.appealsMax.default;
    if (full && oldest === undefined) throw new OperationFault("slow-down", `${kept.length} appeals are open already`);
    const seen = context.service.witness.recent.find(reference) ?? (await recordedVerdict(context, reference));
    if (seen === undefined) throw new OperationFault("not-found", `${JSON.stringify(reference)}: no request has that`);
    const appeal: KeptAppeal = {
      id: randomBytes(6).toString("base64url"),
      reference,
      at: context.now,
      text,
      contact: contact ?? null,
      state: "open",
      ip: isIP(seen.ip) === 0 ? null : seen.ip,
      reason: seen.rule ?? reasonsInWords(seen, 1)[0] ?? seen.action,
      decidedBy: null,
      lifted: [],
      allowed: null,
    };
    context.change({ id: appeal.id, reference }, [
      { collection: appealsCollection, id: appeal.id, body: appeal },
      ...(full && oldest !== undefined ? [{ collection: appealsCollection, id: oldest.id, body: null }] : []),
    ]);
    return shownAppeal(appeal);
  },
};
