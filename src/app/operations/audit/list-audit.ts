import { z } from "zod";
import type { Operation } from "../operation.ts";

/** Which entries. */
export interface ListAuditInput {
  readonly after: number;
  readonly limit: number;
}

/** One change that somebody made. */
export interface AuditLine {
  readonly number: number;
  readonly at: number;
  readonly who: string;
  readonly operation: string;
  readonly subject: Readonly<Record<string, unknown>>;
  readonly hash: string;
}

/** A page of entries, the oldest first. */
export interface ListAuditOutput {
  readonly entries: readonly AuditLine[];
  /** Give it as `after` for the next page; null on the last. */
  readonly next: number | null;
  readonly total: number;
}

/** `audit.list`: who changed what. */
export const listAudit: Operation<ListAuditInput, ListAuditOutput> = {
  name: "audit.list",
  summary: "Who changed what, when; the oldest first.",
  effect: "read",
  permission: "administer",
  example: { after: 0, limit: 100 },
  input: z.strictObject({
    after: z.int().min(0).default(0).meta({ description: "Entries after this number." }),
    limit: z.int().min(1).max(1_000).default(100).meta({ description: "Entries per page." }),
  }),
  output: z.strictObject({
    entries: z.array(
      z.strictObject({
        number: z.number(),
        at: z.number(),
        who: z.string(),
        operation: z.string(),
        subject: z.record(z.string(), z.unknown()),
        hash: z.string(),
      }),
    ),
    next: z.number().nullable(),
    total: z.number(),
  }),
  handle({ service }, { after, limit }) {
    const { control } = service.records;
    const found = control.audit({ after, limit });
    const total = control.auditLength();
    const last = found.at(-1);
    return {
      entries: found.map(({ number, at, who, operation, subject, hash }) => ({
        number,
        at,
        who,
        operation,
        subject: JSON.parse(subject) as Record<string, unknown>,
        hash,
      })),
      next: last !== undefined && last.number < total ? last.number : null,
      total,
    };
  },
};
