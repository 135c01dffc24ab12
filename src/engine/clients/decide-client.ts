import type { Kind, Millis } from "#core";
import type { AgentEntry } from "../sessions/agent-book.ts";
import type { ClientTable } from "./client-table.ts";

/**
 * Notes that the running verdict is against a client. Whoever calls itself an HTTP library is known for what it is from then on, and
 * convicted of nothing: that is what native applications do, whose users' accounts, habits and wants are as good as a browser's. A
 * driven browser and a crawler that say what they are teach nothing. An attacker who says so gains nothing: hiding it teaches as much.
 */
export function decideClient(
  clients: ClientTable,
  {
    row,
    at,
    agent,
    kind,
  }: { readonly row: number; readonly at: Millis; readonly agent: AgentEntry; readonly kind: Kind },
): void {
  if (kind === "automated") clients.decide(row, at);
  if (kind !== "declared-bot") return;
  if (agent.tool && agent.family === 0) clients.declare(row, at);
  else clients.decide(row, at);
}
