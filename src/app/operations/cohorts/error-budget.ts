import { z } from "zod";
import type { Operation } from "../operation.ts";

/** What may be spent on error today, and what was. */
export interface ErrorBudgetOutput {
  /** Honest people that a day's convictions may be expected to hit. */
  readonly peoplePerDay: number;
  readonly spentPeople: number;
  readonly tests: number;
  readonly discoveries: number;
  /** True: further convictions of today are only watched. */
  readonly exhausted: boolean;
  /** The latest convictions and what each may have cost, oldest first. */
  readonly entries: readonly {
    readonly at: number;
    readonly grouping: string;
    readonly alpha: number;
    readonly people: number;
  }[];
}

/** `cohorts.budget`: the ledger of false positives, in people. */
export const errorBudget: Operation<Readonly<Record<string, never>>, ErrorBudgetOutput> = {
  name: "cohorts.budget",
  summary: "How many honest people today's convictions may be expected to hit, what was spent, and on what.",
  effect: "read",
  permission: "look",
  example: {},
  input: z.strictObject({}),
  output: z.strictObject({
    peoplePerDay: z.number(),
    spentPeople: z.number(),
    tests: z.number(),
    discoveries: z.number(),
    exhausted: z.boolean(),
    entries: z.array(z.strictObject({ at: z.number(), grouping: z.string(), alpha: z.number(), people: z.number() })),
  }),
  handle({ service, now }) {
    const budget = service.engine.learned.budget(now);
    return { ...budget, entries: budget.entries.slice(-200) };
  },
};
