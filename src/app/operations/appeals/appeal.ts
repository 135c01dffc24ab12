import { z } from "zod";
import type { Decision } from "#policy";
import { OperationFault } from "../operation.ts";
import type { OperationContext } from "../operation-context.ts";

/** Where appeals are kept. */
export const appealsCollection = "appeals";

/** Somebody says that they were stopped by mistake. */
export interface Appeal {
  readonly id: string;
  /** Of the answer that stopped them. */
  readonly reference: string;
  readonly at: number;
  readonly text: string;
  readonly contact: string | null;
  readonly state: "open" | "accepted" | "declined";
  /** Null where it is not known any more. */
  readonly ip: string | null;
  /** Why they were stopped. */
  readonly reason: string;
  readonly decidedBy: string | null;
}

/** As it is kept: with what undoing needs. */
export interface KeptAppeal extends Appeal {
  readonly lifted: readonly (Omit<Decision, "expiresAt"> & { readonly until: number | null })[];
  /** Id of the exception that was made. */
  readonly allowed: string | null;
}

export const appealShape: z.ZodType<Appeal> = z.strictObject({
  id: z.string(),
  reference: z.string(),
  at: z.number(),
  text: z.string(),
  contact: z.string().nullable(),
  state: z.enum(["open", "accepted", "declined"]),
  ip: z.string().nullable(),
  reason: z.string(),
  decidedBy: z.string().nullable(),
});

/** All that are kept, the oldest first. */
export function keptAppeals({ service }: OperationContext): readonly KeptAppeal[] {
  return service.records.control
    .documents(appealsCollection)
    .map(({ body }) => body as KeptAppeal)
    .sort((a, b) => a.at - b.at);
}

/** @throws OperationFault `not-found` */
export function appealOf(context: OperationContext, id: string): KeptAppeal {
  const found = keptAppeals(context).find((one) => one.id === id);
  if (found === undefined) throw new OperationFault("not-found", `${JSON.stringify(id)}: there is no such appeal`);
  return found;
}

/** As it is shown. */
export function shownAppeal({ lifted: _, allowed: __, ...appeal }: KeptAppeal): Appeal {
  return appeal;
}
