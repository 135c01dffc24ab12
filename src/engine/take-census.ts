import { type ClientTable, rowBytes } from "./clients/client-table.ts";
import type { Census } from "./engine.ts";
import { type SessionTable, sessionBytes } from "./sessions/session-table.ts";

interface Counted extends Pick<Census, "endpoints" | "sessionsEvicted" | "clientsForgotten" | "requestsForgotten"> {
  readonly sessions: SessionTable;
  readonly clients: ClientTable;
  /** Typed-array bytes per session that other parts hold. */
  readonly partBytes: number;
}

/** What an engine holds and what it had to let go, indexes at their present load included. */
export function takeCensus({ sessions, clients, partBytes, ...counts }: Counted): Census {
  const perSession = sessions.size === 0 ? 0 : sessions.indexBytes / sessions.size;
  const perClient = clients.size === 0 ? 0 : clients.indexBytes / clients.size;
  return {
    ...counts,
    sessions: sessions.size,
    clients: clients.size,
    bytesPerSession: sessionBytes + perSession + rowBytes + perClient + partBytes,
    bytesPerClient: rowBytes + perClient,
  };
}
