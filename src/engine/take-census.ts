import { type ClientTable, rowBytes } from "./clients/client-table.ts";
import type { Census } from "./engine.ts";
import { type SessionTable, sessionBytes } from "./sessions/session-table.ts";

interface Counted extends Pick<Census, "endpoints" | "sessionsEvicted" | "clientsForgotten" | "requestsForgotten"> {
  readonly sessions: SessionTable;
  readonly clients: ClientTable;
  /** Other parts that hold typed arrays, each so many bytes per session. */
  readonly parts: readonly { readonly bytesPerSession: number }[];
}

/** What an engine holds and what it had to let go, indexes at their present load included. */
export function takeCensus({ sessions, clients, parts, ...counts }: Counted): Census {
  const perSession = sessions.size === 0 ? 0 : sessions.indexBytes / sessions.size;
  const partBytes = parts.reduce((sum, { bytesPerSession }) => sum + bytesPerSession, 0);
  const perClient = clients.size === 0 ? 0 : clients.indexBytes / clients.size;
  return {
    ...counts,
    sessions: sessions.size,
    clients: clients.size,
    bytesPerSession: sessionBytes + perSession + rowBytes + perClient + partBytes,
    bytesPerClient: rowBytes + perClient,
  };
}
