import { z } from "zod";
import type { Decision } from "#policy";

/** A standing decision as it is shown. */
export interface ListedDecision {
  readonly id: string;
  readonly scope: string;
  readonly value: string;
  readonly action: string;
  readonly reason: string;
  readonly origin: string;
  readonly createdAt: number;
  /** Null: stands until lifted. */
  readonly expiresInMs: number | null;
}

export const listedDecision: z.ZodType<ListedDecision> = z.strictObject({
  id: z.string(),
  scope: z.string(),
  value: z.string(),
  action: z.string(),
  reason: z.string(),
  origin: z.string(),
  createdAt: z.number(),
  expiresInMs: z.number().nullable(),
});

/** A decision for showing. @param monotonic the clock that lifetimes are measured by, ms */
export function listDecision(decision: Decision, monotonic: number): ListedDecision {
  const { id, scope, value, action, reason, origin, createdAt, expiresAt } = decision;
  return {
    id,
    scope,
    value: String(value),
    action,
    reason,
    origin,
    createdAt,
    expiresInMs: Number.isFinite(expiresAt) ? Math.max(0, Math.round(expiresAt - monotonic)) : null,
  };
}
