import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { type Observes, observesAll } from "#core";
import { canonicalAddress, isRefusal, type NetworkSet, type Refusal } from "#wire";
import { type AskedRequest, readAskedHead } from "../beside/decision-service.ts";

/**
 * Which statuses and headers the asking proxy uses: nginx `auth_request` understands only 2xx, 401 and 403 (anything
 * else becomes 500 at the client) and tells of the request as our configuration makes it; Caddy (`forward_auth`) and
 * Traefik (`forwardAuth`) pass any refusal on and tell by `X-Forwarded-*`; Envoy (`ext_authz` over HTTP) asks with the
 * client's own method, target and host, and appends the client's address to `X-Forwarded-For`.
 */
export type CheckDialect = "auth-request" | "forward-auth" | "ext-authz";

/** What a proxy that asks by subrequest shows: the request, and nothing of the answer. The cookie axes are off. */
export const checkObserves: Observes = Object.freeze({
  ...observesAll,
  setCookie: "none",
  response: false,
  tls: false,
  body: false,
});

/** What nginx shows when its njs module reports answers, too (deploy/nginx/nginx-with-answers.conf). */
export const nginxAnswersObserves: Observes = Object.freeze({ ...checkObserves, setCookie: "all", response: true });

/**
 * Headers by which a proxy tells of the request it asks about. Only those of its own dialect are read: the other's it
 * would pass on as the client sent them, and a client could choose the path that is judged.
 */
const told = {
  "auth-request": {
    method: "x-original-method",
    target: "x-original-uri",
    scheme: "x-original-scheme",
    host: "x-original-host",
    address: "x-real-ip",
  },
  "forward-auth": {
    method: "x-forwarded-method",
    target: "x-forwarded-uri",
    scheme: "x-forwarded-proto",
    host: "x-forwarded-host",
    address: "x-forwarded-for",
  },
  "ext-authz": { method: "", target: "", scheme: "x-forwarded-proto", host: "host", address: "x-forwarded-for" },
} as const;

/** Headers of the question itself, not of the client's request. */
const ours: ReadonlySet<string> = new Set([
  ...Object.values(told["auth-request"]),
  ...Object.values(told["forward-auth"]),
  "x-gait-answers",
  "x-forwarded-port",
  "x-forwarded-server",
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
]);

/** Who asks, and in which dialect. */
export interface Asker {
  readonly dialect: CheckDialect;
  /** Whose word about the client is believed; a question from anybody else is refused (header spoofing). */
  readonly trusted: NetworkSet;
}

/** Reads the question of a proxy. The client's headers keep the order in which the proxy sent them on. */
export function readCheck(request: IncomingMessage, { dialect, trusted }: Asker): AskedRequest | Refusal {
  if (!mayAsk(request.socket, trusted)) return { status: 403, code: "check-untrusted" };
  const names = told[dialect];
  const method = names.method === "" ? (request.method ?? "") : header(request, names.method);
  const target = names.target === "" ? (request.url ?? "") : header(request, names.target);
  if (method === "" || target === "") return { status: 400, code: "check-incomplete" };
  const ip = clientAddress(header(request, names.address), trusted);
  if (ip === "") return { status: 400, code: "check-no-address" };
  const host = header(request, names.host) || (request.headers.host ?? "");
  const head = readAskedHead(method, target, `Host: ${host}\r\n${clientLines(request)}\r\n`);
  if (isRefusal(head)) return head;
  const scheme = header(request, names.scheme) === "https" ? "https" : "http";
  const id = header(request, "x-request-id");
  // Only nginx with the module says so, in a header that its configuration always sets.
  const answers = dialect === "auth-request" && header(request, "x-gait-answers") === "1";
  return {
    ...(answers ? { observes: nginxAnswersObserves } : {}),
    id: /^[A-Za-z0-9._-]{8,128}$/.test(id) ? id : "",
    head,
    facts: { peer: ip, trusted: true, scheme, ja4: "", tls: "", h2: "", oddities: [] },
  };
}

/** Asked once for each connection: its peer does not change. */
const askers = new WeakMap<Socket, boolean>();

function mayAsk(socket: Socket, trusted: NetworkSet): boolean {
  let known = askers.get(socket);
  if (known === undefined) {
    known = trusted.has(canonicalAddress(socket.remoteAddress ?? ""));
    askers.set(socket, known);
  }
  return known;
}

function header(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === "string" ? value : "";
}

/** The nearest hop that is not a trusted proxy; one address is a list of one. */
function clientAddress(value: string, trusted: NetworkSet): string {
  // A list of one is its own answer, trusted or not: the usual case, and asking for trust costs more than the rest.
  if (!value.includes(",")) return canonicalAddress(value.trim());
  let nearest = "";
  for (const hop of value.split(",", 32).reverse()) {
    const address = canonicalAddress(hop.trim());
    if (address === "") return nearest;
    nearest = address;
    if (!trusted.has(address)) return address;
  }
  return nearest;
}

function clientLines(request: IncomingMessage): string {
  const { rawHeaders } = request;
  let lines = "";
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? "";
    if (!ours.has(name.toLowerCase())) lines += `${name}: ${rawHeaders[i + 1]}\r\n`;
  }
  return lines;
}
