import { z } from "zod";
import type { Operation } from "../operation.ts";

/** How this hour's log-ins differ from the same hour of earlier weeks. */
export interface LoginShift {
  /** False while the same hour was never seen, or too few log-ins were: then nothing is compared. */
  readonly compared: boolean;
  readonly attempts: number;
  /** Chance of a mix as different by itself; overdispersion of real traffic makes it too small, so it points and proves nothing. */
  readonly p: number | null;
  /** The kinds of log-in that carry the excess, the largest first. */
  readonly cells: readonly {
    readonly cell: string;
    readonly now: number;
    readonly expected: number;
    readonly share: number;
  }[];
}

/** `accounts.shift`: what kind of log-in has grown. */
export const loginShift: Operation<Readonly<Record<string, never>>, LoginShift> = {
  name: "accounts.shift",
  summary:
    "How this hour's log-ins differ from the same hour of earlier weeks, by the kinds of log-in that carry the excess.",
  effect: "read",
  permission: "look",
  example: {},
  input: z.strictObject({}),
  output: z.strictObject({
    compared: z.boolean(),
    attempts: z.number(),
    p: z.number().nullable(),
    cells: z.array(z.strictObject({ cell: z.string(), now: z.number(), expected: z.number(), share: z.number() })),
  }),
  handle({ service }) {
    const shift = service.engine.loginShift();
    if (shift === undefined) return { compared: false, attempts: 0, p: null, cells: [] };
    const cells = shift.cells.map(({ cell, now, expected, share }) => ({
      cell,
      now,
      expected: Math.round(expected * 10) / 10,
      share: Math.round(share * 1_000) / 1_000,
    }));
    return { compared: true, attempts: shift.attempts, p: shift.p, cells };
  },
};
