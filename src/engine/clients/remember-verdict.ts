import type { Judgement } from "../score.ts";
import { hashOrigin } from "../sessions/session-table.ts";
import { type ClientTable, row32, rowBytes } from "./client-table.ts";
import type { VerdictMemory } from "./verdict-memory.ts";

const words = new Uint32Array(4);

/** Keeps what behaviour said against a row that is given up, so that its address and user agent do not start clean. */
export function rememberVerdict(
  memory: VerdictMemory,
  clients: ClientTable,
  { row, judgement }: { readonly row: number; readonly judgement: Judgement },
): void {
  if (judgement.kind !== "automated") return;
  for (let i = 0; i < 4; i++) words[i] = clients.u32[row * (rowBytes / 4) + row32.address + i] as number;
  const origin = hashOrigin(words, clients.applicationOf(row), clients.agentOf(row));
  let said = 0;
  for (const { axis, nats } of judgement.signals) if (axis !== "presentation") said += nats;
  memory.remember(origin, said, clients.lastSeen(row));
}
