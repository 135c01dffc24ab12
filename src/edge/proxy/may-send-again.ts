import type { RequestHead } from "#wire";
import type { UpstreamFault } from "./upstream-connection.ts";

/** Methods that may be sent twice with the effect of once (RFC 9110 section 9.2.2). */
const idempotent: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "OPTIONS",
  "PUT",
  "DELETE",
  "PROPFIND",
  "SEARCH",
  "REPORT",
  "QUERY",
]);

/** Whether a request that an upstream let down may go out once more: nothing of it can have been answered or half sent. */
export function maySendAgain(head: RequestHead, fault: UpstreamFault): boolean {
  if (!fault.untouched || fault.status !== 502) return false;
  return head.framing === "none" && !head.websocket && idempotent.has(head.method);
}
