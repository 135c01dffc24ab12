import { randomUUID } from "node:crypto";
import { BlockList, isIP } from "node:net";
import { z } from "zod";
import type { Decision } from "#policy";
import { parseDuration } from "../../config/duration.ts";
import { forgetDecisions, keepDecision } from "../../records/standing-decisions.ts";
import { type Operation, OperationFault } from "../operation.ts";
import type { OperationContext } from "../operation-context.ts";
import { type Appeal, appealOf, appealShape, appealsCollection, type KeptAppeal, shownAppeal } from "./appeal.ts";

/** What becomes of an appeal. */
export interface DecideAppealInput {
  readonly id: string;
  readonly decision: "accept" | "decline" | "undo";
  readonly allowFor?: string | undefined;
}

/** How long somebody is let through whom no decision stops, but rules or scores. */
const exceptionDefault = "24h";

/** `appeals.decide`: accepting lifts what stands against the address and, where wanted or needed, makes an exception. */
export const decideAppeal: Operation<DecideAppealInput, Appeal> = {
  name: "appeals.decide",
  summary:
    "Accept an appeal (lifts what stands against its address, or lets it through for a while), decline it, or undo that.",
  effect: "write",
  permission: "unblock",
  argument: "id",
  example: { id: "Zk3x9Q2a", decision: "accept", allowFor: "7d" },
  input: z.strictObject({
    id: z.string().min(1).max(64).meta({ description: "Id of the appeal." }),
    decision: z.enum(["accept", "decline", "undo"]).meta({ description: "What becomes of it." }),
    allowFor: z.string().max(20).optional().meta({ description: "Let the address through for so long, such as 7d." }),
  }),
  output: appealShape,
  handle(context, { id, decision, allowFor }) {
    const appeal = appealOf(context, id);
    const by = context.caller.name;
    if (decision === "undo") return keep(context, undo(context, appeal));
    if (appeal.state !== "open") throw new OperationFault("conflict", `it is ${appeal.state} already; undo that first`);
    if (decision === "decline") return keep(context, { ...appeal, state: "declined", decidedBy: by });
    return keep(context, { ...accept(context, appeal, allowFor), state: "accepted", decidedBy: by });
  },
};

function keep(context: OperationContext, appeal: KeptAppeal): Appeal {
  const { id, state } = appeal;
  context.change({ id, state }, [{ collection: appealsCollection, id, body: appeal }]);
  return shownAppeal(appeal);
}

function accept(context: OperationContext, appeal: KeptAppeal, allowFor: string | undefined): KeptAppeal {
  const { ip, reference } = appeal;
  if (ip === null)
    throw new OperationFault("conflict", "the address is not known any more; lift what stands by its value instead");
  const { decisions } = context.service.protection;
  const standing = decisions.list().filter((one) => one.action !== "allow" && stops(one, ip));
  const span = allowFor ?? (standing.length === 0 ? exceptionDefault : undefined);
  const spanMs = span === undefined ? 0 : parseDuration(span);
  if (spanMs === undefined) throw new OperationFault("invalid", 'allowFor: expected a duration such as "7d"');
  const reason = `appeal ${appeal.id} about ${reference}`;
  if (standing.length > 0) forgetDecisions(context, standing, reason);
  for (const { id } of standing) decisions.remove(id);
  const monotonic = performance.now();
  const lifted = standing.map(({ expiresAt, ...rest }) => ({
    ...rest,
    until: Number.isFinite(expiresAt) ? context.now + (expiresAt - monotonic) : null,
  }));
  return { ...appeal, lifted, allowed: spanMs === 0 ? null : allow(context, { ip, reason, spanMs }) };
}

function allow(
  context: OperationContext,
  { ip, reason, spanMs }: { readonly ip: string; readonly reason: string; readonly spanMs: number },
): string {
  const decision: Decision = {
    id: randomUUID(),
    scope: "address",
    value: ip,
    action: "allow",
    reason,
    origin: "operator",
    cohort: "",
    createdAt: context.now,
    expiresAt: performance.now() + spanMs,
  };
  put(context, decision, spanMs);
  return decision.id;
}

/** Written down before it acts. */
function put(context: OperationContext, decision: Decision, spanMs: number): void {
  keepDecision(context, decision, spanMs);
  const added = context.service.protection.decisions.add(decision);
  if (!added.added) throw new OperationFault("conflict", added.problem);
}

function undo(context: OperationContext, appeal: KeptAppeal): KeptAppeal {
  const { decisions } = context.service.protection;
  const allowed = decisions.list().filter(({ id }) => id === appeal.allowed);
  if (allowed.length > 0) forgetDecisions(context, allowed, `undone: appeal ${appeal.id}`);
  for (const { id } of allowed) decisions.remove(id);
  for (const { until, ...rest } of appeal.lifted) {
    const spanMs = until === null ? Number.POSITIVE_INFINITY : until - context.now;
    if (spanMs > 0) put(context, { ...rest, expiresAt: performance.now() + spanMs }, spanMs);
  }
  return { ...appeal, state: "open", decidedBy: null, lifted: [], allowed: null };
}

/** Whether a decision stands against an address, by itself or within its network. */
function stops({ scope, value }: Decision, ip: string): boolean {
  if (scope === "address") return value === ip;
  if (scope !== "network" || typeof value !== "string") return false;
  const [base = "", bits = ""] = value.split("/");
  if (isIP(base) !== isIP(ip)) return false;
  const network = new BlockList();
  const family = isIP(ip) === 4 ? "ipv4" : "ipv6";
  network.addSubnet(base, Number(bits), family);
  return network.check(ip, family);
}
