import { appLimits } from "#core";
import type { Decision } from "#policy";
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

/** `GET /decisions`: what stands, the newest last. Changes go through the operations, which write them down. */
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
