import type { Action } from "#core";
import type { Refusal } from "#wire";
import type { Decided } from "../beside/decision-service.ts";
import type { CheckDialect } from "./question-names.ts";

const slowing: ReadonlySet<Action> = new Set(["throttle", "tarpit"]);
const passing: ReadonlySet<Action> = new Set(["allow", "tag", "log"]);
const phrases: Readonly<Record<number, string>> = { 200: "OK", 403: "Forbidden", 429: "Too Many Requests" };

/** Up to the score, by what stands before it: the same few texts for every request. */
const beginnings = new Map<string, string>();

/** The answer that carries a verdict. No date: it goes to one program on the other end of one link. */
export function renderAnswer({ action, verdict, reference }: Decided, dialect: CheckDialect): string {
  const key = `${dialect} ${action} ${verdict.kind}`;
  let beginning = beginnings.get(key);
  if (beginning === undefined) {
    const status = statusOf(action, dialect);
    beginning =
      `HTTP/1.1 ${status} ${phrases[status]}\r\nContent-Length: 0\r\nCache-Control: no-store\r\n` +
      `${status === 429 ? "Retry-After: 5\r\n" : ""}X-Gait-Action: ${action}\r\nX-Gait-Kind: ${verdict.kind}\r\nX-Gait-Score: `;
    beginnings.set(key, beginning);
  }
  return `${beginning}${Math.round(verdict.score.total)}\r\nX-Request-Id: ${reference}\r\n\r\n`;
}

/** The answer to what our parser refuses; nginx understands no other refusal than 403. */
export function renderRefusal({ status, code }: Refusal, dialect: CheckDialect): string {
  const told = dialect === "auth-request" ? 403 : status;
  return `HTTP/1.1 ${told} ${phrases[told] ?? "Refused"}\r\nContent-Length: 0\r\nX-Gait-Action: block\r\nX-Gait-Code: ${code}\r\n\r\n`;
}

function statusOf(action: Action, dialect: CheckDialect): number {
  if (passing.has(action)) return 200;
  return slowing.has(action) && dialect !== "auth-request" ? 429 : 403;
}
