import { z } from "zod";
import { findRings, type RingFinding, type ScarceIdentity, sharedByHonestMax } from "#actors";
import type { Operation } from "../operation.ts";
import type { OperationContext } from "../operation-context.ts";

/** Over which time. */
export interface ProductRingsInput {
  readonly days: number;
  readonly limit: number;
}

/** Rings of accounts, the largest first. Identities are keyed hashes, as in `product_events`. */
export interface ProductRingsOutput {
  readonly total: number;
  readonly rings: readonly RingFinding[];
}

const kinds: readonly ScarceIdentity[] = ["card", "phone", "email"];
const dayMs = 86_400_000;

/** `product.rings`: one card, phone or mailbox behind the sign-ups and trials of many accounts. */
export const productRings: Operation<ProductRingsInput, ProductRingsOutput> = {
  name: "product.rings",
  summary:
    "Rings of accounts: one card, phone or mailbox behind more sign-ups and trials than honest people share it for.",
  effect: "read",
  permission: "look",
  example: { days: 30 },
  input: z.strictObject({
    days: z.int().min(1).max(90).default(30).meta({ description: "How far back." }),
    limit: z.int().min(1).max(1_000).default(100).meta({ description: "Rings at most." }),
  }),
  output: z.strictObject({
    total: z.number(),
    rings: z.array(
      z.strictObject({
        application: z.string(),
        kind: z.enum(["card", "phone", "email"]),
        identity: z.number(),
        accounts: z.number(),
        signups: z.number(),
        trials: z.number(),
        disguised: z.number(),
        firstAt: z.number(),
        lastAt: z.number(),
        threats: z.array(z.string()),
        reason: z.string(),
      }),
    ),
  }),
  async handle(context, { days, limit }) {
    const since = context.now - days * dayMs;
    const found = (await Promise.all(kinds.map((kind) => sharedBy(context, kind, since)))).flat();
    const rings = findRings(found);
    return { total: rings.length, rings: rings.slice(0, limit) };
  },
};

const rowsMax = 10_000;

async function sharedBy(
  context: OperationContext,
  kind: ScarceIdentity,
  since: number,
): Promise<Parameters<typeof findRings>[0]> {
  const rows = await context.query(
    `SELECT application, "${kind}" AS identity,
       count(DISTINCT CASE WHEN account <> 0 THEN account ELSE nullif(organisation, 0) END) AS accounts,
       count(*) FILTER (type = 'signup') AS signups, count(*) FILTER (type = 'trial') AS trials,
       count(*) FILTER (list_contains(string_split(disguised, ' '), '${kind}')) AS disguised,
       min(time) AS "firstAt", max(time) AS "lastAt"
     FROM product_events WHERE "${kind}" <> 0 AND type IN ('signup', 'trial') AND time >= $1
     GROUP BY application, identity HAVING accounts > ${sharedByHonestMax[kind]} ORDER BY accounts DESC LIMIT ${rowsMax}`,
    [since],
  );
  return rows.map((row) => ({
    application: String(row.application),
    kind,
    identity: Number(row.identity),
    accounts: Number(row.accounts),
    signups: Number(row.signups),
    trials: Number(row.trials),
    disguised: Number(row.disguised),
    firstAt: Number(row.firstAt),
    lastAt: Number(row.lastAt),
  }));
}
