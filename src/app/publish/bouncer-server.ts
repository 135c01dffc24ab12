import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { BlockList, isIP } from "node:net";
import { type Clock, fnv1a } from "#core";
import { createDecisionStreams } from "./decision-stream.ts";
import type { PublishedDecision, PublishedDecisions } from "./published-decisions.ts";

/** How the list is offered. */
export interface BouncerServerOptions {
  readonly listen: { readonly host: string; readonly port: number };
  /** One key for each reader; each is told what is new to it. */
  readonly keys: readonly string[];
  readonly list: PublishedDecisions;
  /** Whether lists act; in observe mode they are shown as inactive and bouncers are given nothing. */
  readonly active: () => boolean;
  readonly clock: Clock;
}

/** How soon readers of the stream are told. */
const pushMs = 500;

/** A running server. */
export interface BouncerServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Offers published decisions in the protocol of CrowdSec's local API, which every CrowdSec bouncer speaks
 * (docs.crowdsec.net, "LAPI", swagger 1.0): `GET /v1/decisions` and `GET /v1/decisions/stream` with `X-Api-Key`; and in
 * our own form at `GET /decisions`, which also shows what is inactive and why, and `GET /decisions/stream`, which tells of
 * each change within a second (server-sent events). Nothing can be changed here.
 */
export async function openBouncerServer(options: BouncerServerOptions): Promise<BouncerServer> {
  const readers = new Map(options.keys.map((key) => [digestOf(key), { since: -1 }]));
  const streams = createDecisionStreams(options);
  const timer = setInterval(() => streams.push(), pushMs).unref();
  const server: Server = createServer({ headersTimeout: 5_000, requestTimeout: 10_000 }, (request, response) => {
    request.resume();
    const reader = readers.get(digestOf(String(request.headers["x-api-key"] ?? bearerOf(request))));
    if (reader === undefined) answer(response, 403, { message: "access forbidden" });
    else if (request.method !== "GET" && request.method !== "HEAD")
      answer(response, 405, { message: "only GET is served" });
    else if (request.url === "/decisions/stream") {
      if (!streams.open(response, String(request.headers["last-event-id"] ?? "")))
        answer(response, 503, { message: "too many readers of the stream" });
    } else respond(options, reader, { url: new URL(request.url ?? "/", "http://list.invalid"), response });
  });
  server.maxConnections = 256;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.listen.port, options.listen.host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : options.listen.port,
    async close() {
      clearInterval(timer);
      streams.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function respond(
  { list, active, clock }: BouncerServerOptions,
  reader: { since: number },
  { url, response }: { readonly url: URL; readonly response: ServerResponse },
): void {
  const now = clock.monotonic();
  if (url.pathname === "/v1/decisions/stream")
    answer(response, 200, stream(list, reader, { url, now, active: active() }));
  else if (url.pathname === "/v1/decisions") {
    const found = active() ? list.list().filter((entry) => fits(entry, url.searchParams)) : [];
    answer(response, 200, found.length === 0 ? null : found.map((entry) => asCrowdsec(entry, now)));
  } else if (url.pathname === "/decisions") {
    const decisions = list.list().map(({ expiresAt, ...entry }) => ({
      ...entry,
      expiresInMs: Number.isFinite(expiresAt) ? Math.round(expiresAt - now) : null,
    }));
    answer(response, 200, { version: 1, active: active(), sequence: list.sequence, decisions });
  } else answer(response, 404, { message: "there is nothing here" });
}

function stream(
  list: PublishedDecisions,
  reader: { since: number },
  { url, now, active }: { readonly url: URL; readonly now: number; readonly active: boolean },
): object {
  // Mode was switched to observe: bouncers drop what they hold, and begin anew when it is switched back.
  if (!active) {
    const deleted = reader.since < 0 ? [] : list.list();
    reader.since = -1;
    return { new: null, deleted: orNull(deleted.map((entry) => asCrowdsec(entry, now))) };
  }
  const startup = url.searchParams.get("startup") === "true" || reader.since < 0;
  const changes = startup ? undefined : list.changes(reader.since);
  const added = changes?.added ?? list.list();
  const removed = changes?.removed ?? [];
  reader.since = changes?.sequence ?? list.sequence;
  return {
    new: orNull(added.map((entry) => asCrowdsec(entry, now))),
    deleted: orNull(removed.map((entry) => asCrowdsec(entry, now))),
  };
}

/** Go writes an empty slice as null, and bouncers were written against that. */
function orNull<T>(items: readonly T[]): readonly T[] | null {
  return items.length === 0 ? null : items;
}

const endlessSeconds = 365 * 86_400;

function asCrowdsec({ scope, value, reason, origin, expiresAt }: PublishedDecision, now: number): object {
  const seconds = Number.isFinite(expiresAt) ? Math.max(0, Math.round((expiresAt - now) / 1_000)) : endlessSeconds;
  return {
    id: fnv1a(`${scope} ${value}`),
    origin: "gait",
    type: "ban",
    scope: scope === "ip" ? "Ip" : "Range",
    value,
    duration: `${seconds}s`,
    scenario: `gait/${origin}: ${reason}`,
    simulated: false,
  };
}

function fits({ scope, value }: PublishedDecision, query: URLSearchParams): boolean {
  const wanted = query.get("scope") ?? query.get("scopes");
  if (wanted !== null && !wanted.toLowerCase().split(",").includes(scope)) return false;
  const exact = query.get("value") ?? query.get("range");
  if (exact !== null && exact !== value) return false;
  const ip = query.get("ip");
  if (ip === null) return true;
  const family = isIP(ip) === 6 ? "ipv6" : "ipv4";
  if (scope === "ip" || isIP(ip) === 0) return ip === value;
  const [network = "", bits = ""] = value.split("/");
  if ((isIP(network) === 6 ? "ipv6" : "ipv4") !== family) return false;
  const block = new BlockList();
  block.addSubnet(network, Number(bits), family);
  return block.check(ip, family);
}

function bearerOf({ headers }: IncomingMessage): string {
  return (headers.authorization ?? "").replace(/^Bearer /i, "");
}

/** Compared by digest, so that the time it takes tells nothing of the key. */
function digestOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(text),
    "Cache-Control": "no-store",
  });
  response.end(text);
}
