import { createServer, type Server, type Socket } from "node:net";
import { besideLimits, type Observes, observesAll } from "#core";
import { canonicalAddress, isRefusal, parseResponseHead, type SetVariable, type SpopMessage } from "#wire";
import { type DecisionService, readAskedHead } from "../beside/decision-service.ts";
import { SpoeConnection } from "./spoe-connection.ts";

/** What HAProxy shows us when both messages of deploy/haproxy are configured. */
export const haproxyObserves: Observes = Object.freeze({ ...observesAll, tls: false, body: false });

/** A running agent. */
export interface SpoeAgent {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Answers HAProxy's questions over SPOE. Two messages are understood, with arguments by name:
 *
 * - `gait-request`: `id` (unique-id), `ip` (src), `method`, `target` (pathq), `headers` (req.hdrs), `https` (ssl_fc)
 * - `gait-response`: `id`, `status`, `headers` (res.hdrs), `bytes`, `duration` (ms)
 *
 * Variables set for a request: `action`, `score`, `kind`, `reference`, and `code` where our parser refuses what
 * HAProxy accepted; the configuration in deploy/haproxy acts on `action`.
 */
export async function openSpoeAgent(
  service: DecisionService,
  listen: { readonly host: string; readonly port: number },
  { connectionsMax = besideLimits.spoeConnectionsMax.default }: { readonly connectionsMax?: number } = {},
): Promise<SpoeAgent> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    // HAProxy keeps connections for as long as its `timeout idle`; one that it no longer needs must not shut a new one out.
    const [silentLongest] = sockets;
    if (sockets.size >= connectionsMax) silentLongest?.destroy();
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", () => {
      sockets.delete(socket);
      sockets.add(socket);
    });
    new SpoeConnection(socket, (message) => answer(service, message));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(listen.port, listen.host, resolve);
  });
  const timer = setInterval(() => service.expire(), 5_000).unref();
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : listen.port,
    async close() {
      clearInterval(timer);
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function answer(service: DecisionService, { name, values }: SpopMessage): readonly SetVariable[] {
  if (name === "gait-request") return answerRequest(service, values);
  if (name === "gait-response") settleResponse(service, values);
  return [];
}

function answerRequest(service: DecisionService, values: SpopMessage["values"]): readonly SetVariable[] {
  const head = readAskedHead(text(values, "method"), text(values, "target"), text(values, "headers"));
  if (isRefusal(head))
    return [
      { name: "action", value: "block" },
      { name: "code", value: head.code },
    ];
  const https = values.get("https") === true;
  const decided = service.decide({
    id: text(values, "id"),
    head,
    facts: {
      peer: canonicalAddress(text(values, "ip")),
      trusted: true,
      scheme: https ? "https" : "http",
      ja4: text(values, "ja4"),
      tls: "",
      h2: "",
      oddities: [],
    },
  });
  return [
    { name: "action", value: decided.action },
    { name: "score", value: Math.round(decided.verdict.score.total) },
    { name: "kind", value: decided.verdict.kind },
    { name: "reference", value: decided.reference },
  ];
}

function settleResponse(service: DecisionService, values: SpopMessage["values"]): void {
  const status = Number(values.get("status") ?? 0);
  const bytes = Buffer.from(`HTTP/1.1 ${status} \r\n${text(values, "headers")}`, "latin1");
  const head = parseResponseHead(bytes, 0, bytes.length, { method: "GET", headersMax: 256 });
  if (isRefusal(head)) return;
  service.settle(text(values, "id"), {
    status,
    fields: head.fields,
    bytes: number(values, "bytes"),
    durationMs: number(values, "duration"),
  });
}

function text(values: SpopMessage["values"], name: string): string {
  const value = values.get(name);
  return typeof value === "string" ? value : "";
}

function number(values: SpopMessage["values"], name: string): number {
  const value = values.get(name);
  return typeof value === "number" ? value : -1;
}
