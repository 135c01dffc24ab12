import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Decision } from "#policy";
import { parseDuration } from "../../config/duration.ts";
import { isAbout, type RefusedKeys } from "../../policy/refusal-book.ts";
import { forgetDecisions, keepDecision } from "../../records/standing-decisions.ts";
import { recordedVerdict } from "../events/recorded-verdict.ts";
import { type Operation, OperationFault } from "../operation.ts";
import type { OperationContext } from "../operation-context.ts";
import { type ListedDecision, listDecision, listedDecision } from "./listed-decision.ts";

/** Who is to come through again. */
export interface UnblockInput {
  readonly what: string;
  readonly for: string;
  readonly reason: string;
}

/** What was done. */
export interface UnblockOutput {
  readonly lifted: readonly ListedDecision[];
  /** Stands so that whoever was refused is not refused again by the next look; null where only a value was lifted. */
  readonly allowed: ListedDecision | null;
}

/**
 * `decisions.unblock`: by the reference of a refused request everything that stands against its session, account, token or
 * cohort is lifted, and the session is allowed for a while, whatever rules and scores say of it. By value or id it lifts.
 */
export const unblock: Operation<UnblockInput, UnblockOutput> = {
  name: "decisions.unblock",
  summary:
    "Let somebody through again: by the reference of a refused request, or by address, network, cohort or decision id.",
  effect: "write",
  permission: "unblock",
  argument: "what",
  example: { what: "6e1f0a52-3", for: "24h", reason: "ticket 4711" },
  input: z.strictObject({
    what: z.string().min(1).max(200).meta({ description: "Reference (X-Request-Id of the answer), value or id." }),
    for: z.string().max(20).default("24h").meta({ description: "How long whoever was refused is let through." }),
    reason: z.string().max(500).default("").meta({ description: "Why; stands in the audit log." }),
  }),
  output: z.strictObject({ lifted: z.array(listedDecision), allowed: listedDecision.nullable() }),
  async handle(context, { what, for: span, reason }) {
    const spanMs = parseDuration(span);
    if (spanMs === undefined) throw new OperationFault("invalid", 'for: expected a duration such as "24h"');
    const { decisions } = context.service.protection;
    const byValue = decisions.list().filter(({ id, value }) => id === what || String(value) === what);
    const keys = byValue.length > 0 ? undefined : await keysOf(context, what);
    if (byValue.length === 0 && keys === undefined) {
      throw new OperationFault("not-found", `${JSON.stringify(what)}: nothing stands for that, and no request has it`);
    }
    const standing = keys === undefined ? byValue : decisions.list().filter((one) => isAbout(one, keys));
    const stopping = keys === undefined ? standing : standing.filter(({ action }) => action !== "allow");
    const listed = stopping.map((one) => listDecision(one, performance.now()));
    const allow = keys === undefined ? undefined : allowanceFor(keys, { context, what, reason, spanMs });
    // Written down before it takes effect.
    if (stopping.length > 0) forgetDecisions(context, stopping, reason);
    if (allow !== undefined) keepDecision(context, allow, spanMs);
    for (const { id } of stopping) decisions.remove(id);
    if (allow === undefined) return { lifted: listed, allowed: null };
    const added = decisions.add(allow);
    if (!added.added) throw new OperationFault("conflict", added.problem);
    return { lifted: listed, allowed: listDecision(allow, performance.now()) };
  },
};

/** From memory; for older requests the records know the address alone. */
async function keysOf(context: OperationContext, reference: string): Promise<RefusedKeys | undefined> {
  const refused = context.service.protection.refusals.find(reference);
  if (refused !== undefined) return refused;
  const seen = context.service.witness.recent.find(reference) ?? (await recordedVerdict(context, reference));
  if (seen === undefined || seen.ip === "") return undefined;
  return {
    address: seen.ip,
    session: 0,
    account: 0,
    token: 0,
    fingerprint: "",
    behaviour: "",
    cohort: seen.trail.cohort,
  };
}

function allowanceFor(
  { session, address }: RefusedKeys,
  about: {
    readonly context: OperationContext;
    readonly what: string;
    readonly reason: string;
    readonly spanMs: number;
  },
): Decision {
  const { context, what, reason, spanMs } = about;
  return {
    id: randomUUID(),
    ...(session === 0 ? { scope: "address", value: address } : { scope: "session", value: session }),
    action: "allow",
    reason: `${context.caller.name} unblocked ${what}${reason === "" ? "" : `: ${reason}`}`,
    origin: "operator",
    cohort: "",
    createdAt: context.now,
    expiresAt: performance.now() + spanMs,
  };
}
