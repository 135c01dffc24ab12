import { isIP } from "node:net";
import { z } from "zod";
import { type Operation, OperationFault } from "../operation.ts";

/** Whom to forget. */
export interface DeleteSubjectInput {
  readonly by: "address" | "actor" | "session" | "account" | "identity";
  readonly value: string;
}

/** How much was forgotten. */
export interface DeleteSubjectOutput {
  readonly records: number;
}

/** `subjects.delete`: forgets everything recorded about one person or program. */
export const deleteSubject: Operation<DeleteSubjectInput, DeleteSubjectOutput> = {
  name: "subjects.delete",
  summary: "Delete everything recorded about one address, actor, session, account or cookie identity.",
  effect: "write",
  permission: "administer",
  argument: "value",
  destructive: true,
  example: { by: "actor", value: "a1b2c3d4e5" },
  input: z.strictObject({
    by: z.enum(["address", "actor", "session", "account", "identity"]).meta({ description: "What the value is." }),
    value: z.string().min(1).max(200).meta({ description: "Address, actor or session id, or the keyed hash." }),
  }),
  output: z.strictObject({ records: z.number() }),
  async handle(context, { by, value }) {
    const { records } = context.service;
    // What is to be forgotten must not be remembered by the entry that says so.
    const hash = records.hashAddress(value).toString(36);
    if (by === "address" && isIP(value) === 0) throw new OperationFault("invalid", "value: expected an address");
    if ((by === "account" || by === "identity") && !/^\d{1,16}$/.test(value))
      throw new OperationFault("invalid", "value: expected the keyed hash, as events show it");
    context.change({ by, value: by === "address" ? `#${hash}` : value });
    const wanted =
      by === "address" ? records.hashAddress(value) : by === "actor" || by === "session" ? value : Number(value);
    return { records: await records.erase(by, wanted) };
  },
};
