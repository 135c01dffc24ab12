import { randomUUID } from "node:crypto";
import { appLimits } from "#core";
import type { Decision } from "#policy";
import { parseDuration } from "../../config/duration.ts";
import { type AdminRoute, answerJson } from "../admin-request.ts";

/** A standing decision as it is listed; `expiresInMs` is null when it stands until lifted. */
interface ListedDecision {
  readonly id: string;
  readonly scope: string;
  readonly value: string;
  readonly action: string;
  readonly reason: string;
  readonly origin: string;
  readonly createdAt: string;
  readonly expiresInMs: number | null;
}

/** `GET /decisions`: what stands, the newest last. */
export const listDecisions: AdminRoute = {
  method: "GET",
  path: "/decisions",
  needs: "look",
  handle({ response, service }) {
    const all = service.protection.decisions.list();
    const shown = all.slice(-appLimits.decisionsListedMax.default).map(listed);
    answerJson(response, 200, { version: 1, total: all.length, decisions: shown });
  },
};

/** `POST /decisions` `{action: "block" | "allow", value: ADDRESS or NETWORK, for?: "1h", reason?}`. */
export const addDecision: AdminRoute = {
  method: "POST",
  path: "/decisions",
  needs: "control",
  handle({ body, response, service }) {
    const parsed = decisionFrom(body);
    if (typeof parsed === "string") {
      answerJson(response, 400, { error: parsed });
      return;
    }
    const added = service.protection.decisions.add(parsed);
    if (added.added) answerJson(response, 201, listed(parsed));
    else answerJson(response, 400, { error: added.problem });
  },
};

/** `DELETE /decisions/ID`, or with an address or network in place of the id everything that stands for it. */
export const removeDecision: AdminRoute = {
  method: "DELETE",
  path: "/decisions/*",
  needs: "control",
  handle({ path, response, service }) {
    const wanted = decodeURIComponent(path.slice("/decisions/".length));
    const { decisions } = service.protection;
    const lifted = decisions.list().filter(({ id, value }) => id === wanted || value === wanted);
    for (const { id } of lifted) decisions.remove(id);
    if (lifted.length === 0) answerJson(response, 404, { error: "nothing stands for that" });
    else answerJson(response, 200, { lifted: lifted.map(listed) });
  },
};

function decisionFrom(body: unknown): Decision | string {
  if (typeof body !== "object" || body === null) return "expected an object with action and value";
  const { action, value, for: span, reason } = body as Record<string, unknown>;
  if (action !== "block" && action !== "allow") return 'action: expected "block" or "allow"';
  if (typeof value !== "string" || value.length > 64) return "value: expected an address or a CIDR network";
  if (reason !== undefined && (typeof reason !== "string" || reason.length > 500))
    return "reason: expected a text of at most 500 characters";
  const spanMs =
    span === undefined ? Number.POSITIVE_INFINITY : typeof span === "string" ? parseDuration(span) : undefined;
  if (spanMs === undefined) return 'for: expected a duration such as "1h"';
  return {
    id: randomUUID(),
    scope: value.includes("/") ? "network" : "address",
    value,
    action,
    reason: reason ?? `${action}ed by an operator`,
    origin: "operator",
    cohort: "",
    createdAt: Date.now(),
    expiresAt: performance.now() + spanMs,
  };
}

function listed({ id, scope, value, action, reason, origin, createdAt, expiresAt }: Decision): ListedDecision {
  return {
    id,
    scope,
    value: String(value),
    action,
    reason,
    origin,
    createdAt: new Date(createdAt).toISOString(),
    expiresInMs: Number.isFinite(expiresAt) ? Math.max(0, Math.round(expiresAt - performance.now())) : null,
  };
}
