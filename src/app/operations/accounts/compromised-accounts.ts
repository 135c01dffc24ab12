import { z } from "zod";
import type { Operation } from "../operation.ts";

/** How many. */
export interface CompromisedAccountsInput {
  readonly limit: number;
}

/** An account that may be in other hands, by its keyed hash. */
export interface CompromisedAccountLine {
  readonly account: string;
  readonly since: number;
  readonly nats: number;
  /** What was tried after the strange entry. */
  readonly steps: readonly string[];
  readonly reasons: readonly string[];
}

/** Most recent first: the list for resets and for holding sensitive steps. */
export interface CompromisedAccountsOutput {
  readonly total: number;
  readonly accounts: readonly CompromisedAccountLine[];
}

/** `accounts.compromised`: accounts that may be in other hands. */
export const compromisedAccounts: Operation<CompromisedAccountsInput, CompromisedAccountsOutput> = {
  name: "accounts.compromised",
  summary:
    "Accounts that may be in other hands, most recent first, with why: for resets and for holding sensitive steps.",
  effect: "read",
  permission: "look",
  example: { limit: 100 },
  input: z.strictObject({
    limit: z.int().min(1).max(10_000).default(500).meta({ description: "Accounts at most." }),
  }),
  output: z.strictObject({
    total: z.number(),
    accounts: z.array(
      z.strictObject({
        account: z.string(),
        since: z.number(),
        nats: z.number(),
        steps: z.array(z.string()),
        reasons: z.array(z.string()),
      }),
    ),
  }),
  handle({ service }, { limit }) {
    const found = service.engine.compromisedAccounts();
    return {
      total: found.length,
      accounts: found.slice(0, limit).map(({ account, since, nats, steps, reasons }) => ({
        account: account.toString(36),
        since,
        nats,
        steps,
        reasons,
      })),
    };
  },
};
