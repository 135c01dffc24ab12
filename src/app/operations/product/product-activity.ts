import { z } from "zod";
import type { Operation } from "../operation.ts";

/** Whose activity, and over which time. */
export interface ProductActivityInput {
  readonly by: (typeof subjects)[number];
  readonly days: number;
  readonly limit: number;
}

/** What one subject did: events of the usual types, and how many identities it did it with. */
export interface ProductActivityLine {
  readonly application: string;
  /** Keyed hash. */
  readonly subject: number;
  readonly events: number;
  readonly signups: number;
  readonly trials: number;
  readonly referrals: number;
  readonly invocations: number;
  readonly keys: number;
  readonly payouts: number;
  readonly amount: number;
  readonly accounts: number;
  readonly cards: number;
  readonly addresses: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** The busiest first. */
export interface ProductActivityOutput {
  readonly subjects: readonly ProductActivityLine[];
}

const subjects = ["account", "organisation", "user", "key", "card", "email", "phone", "referrer", "session"] as const;
const dayMs = 86_400_000;

const counts = {
  events: "count(*)",
  signups: "count(*) FILTER (type = 'signup')",
  trials: "count(*) FILTER (type = 'trial')",
  referrals: "count(*) FILTER (type = 'referral')",
  invocations: "count(*) FILTER (type = 'invocation')",
  keys: "count(*) FILTER (type = 'key-created')",
  payouts: "count(*) FILTER (type = 'payout')",
  amount: "sum(amount)",
  accounts: "count(DISTINCT nullif(account, 0))",
  cards: "count(DISTINCT nullif(card, 0))",
  addresses: "count(DISTINCT nullif(address, 0))",
  firstAt: "min(time)",
  lastAt: "max(time)",
} as const;

/** `product.activity`: sign-ups, trials, referrals, invocations and payouts of each account, organisation, card… */
export const productActivity: Operation<ProductActivityInput, ProductActivityOutput> = {
  name: "product.activity",
  summary: "What each account, organisation, card or other identity did, by type of product event; the busiest first.",
  effect: "read",
  permission: "look",
  example: { by: "organisation" },
  input: z.strictObject({
    by: z.enum(subjects).default("account").meta({ description: "Kind of identity." }),
    days: z.int().min(1).max(90).default(30).meta({ description: "How far back." }),
    limit: z.int().min(1).max(10_000).default(100).meta({ description: "Subjects at most." }),
  }),
  output: z.strictObject({
    subjects: z.array(
      z.strictObject({
        application: z.string(),
        subject: z.number(),
        events: z.number(),
        signups: z.number(),
        trials: z.number(),
        referrals: z.number(),
        invocations: z.number(),
        keys: z.number(),
        payouts: z.number(),
        amount: z.number(),
        accounts: z.number(),
        cards: z.number(),
        addresses: z.number(),
        firstAt: z.number(),
        lastAt: z.number(),
      }),
    ),
  }),
  async handle({ query, now }, { by, days, limit }) {
    const selected = Object.entries(counts).map(([name, sql]) => `${sql} AS "${name}"`);
    const rows = await query(
      `SELECT application, "${by}" AS subject, ${selected.join(", ")} FROM product_events
       WHERE "${by}" <> 0 AND time >= $1 GROUP BY application, subject ORDER BY events DESC, subject LIMIT ${limit}`,
      [now - days * dayMs],
    );
    const number = (value: unknown): number => Number(value ?? 0);
    return {
      subjects: rows.map((row) => ({
        application: String(row.application),
        subject: number(row.subject),
        events: number(row.events),
        signups: number(row.signups),
        trials: number(row.trials),
        referrals: number(row.referrals),
        invocations: number(row.invocations),
        keys: number(row.keys),
        payouts: number(row.payouts),
        amount: number(row.amount),
        accounts: number(row.accounts),
        cards: number(row.cards),
        addresses: number(row.addresses),
        firstAt: number(row.firstAt),
        lastAt: number(row.lastAt),
      })),
    };
  },
};
