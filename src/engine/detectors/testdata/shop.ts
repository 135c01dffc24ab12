import { type Exchange, keyedHash, readTrace, type Signal, testHashKey, type TraceOptions } from "#core";
import { Orchestration } from "../../intent/orchestration.ts";
import type { ClientKind } from "../../ledger/ledger-application.ts";
import { orchestrationDetectors } from "../orchestration-detectors.ts";

/** Endpoints of the small shop that the traces walk through, numbered from 1 on. */
const endpoints = [
  { name: "GET /", sort: "page", sensitive: false },
  { name: "GET /login", sort: "page", sensitive: false },
  { name: "POST /login", sort: "other", sensitive: true },
  { name: "GET /app.js", sort: "asset", sensitive: false },
  { name: "GET /list", sort: "page", sensitive: false },
  { name: "GET /config", sort: "other", sensitive: false },
  { name: "POST /order", sort: "other", sensitive: false },
] as const;

function endpointOf({ request }: Exchange): number {
  return endpoints.findIndex(({ name }) => name === `${request.method} ${request.path}`) + 1;
}

/** A shop that has learned nothing yet. */
export function createShop(): Orchestration {
  const shop = new Orchestration({ sessionsMax: 4, limits: { issuedEpochBits: 65_536 } });
  for (const [index, endpoint] of endpoints.entries()) shop.describe(index + 1, endpoint);
  return shop;
}

/** How a session is walked. */
export interface Walk extends TraceOptions {
  readonly kind?: ClientKind;
  /** Account that vouches for the session, anchoring it. */
  readonly voter?: string;
  readonly cohort?: number;
  readonly tokens?: (exchange: Exchange) => Exchange;
}

/** Sends one session through the shop and returns what the detectors say before it ends. */
export function walk(shop: Orchestration, trace: string, options: Walk = {}): readonly Signal[] {
  const exchanges = readTrace(trace, options).map(options.tokens ?? ((exchange) => exchange));
  const slot = 0;
  const kind = options.kind ?? "web";
  let now = exchanges[0]?.at ?? 0;
  shop.open(slot, "default", now);
  const voter = options.voter === undefined ? 0 : keyedHash(testHashKey, options.voter);
  if (voter !== 0) shop.anchor(slot, { voter, cohort: 0 }, now);
  for (const exchange of exchanges) {
    const endpoint = endpointOf(exchange);
    now = exchange.at;
    shop.request(slot, exchange, { endpoint, now });
    shop.response(slot, exchange, { endpoint, now: now + 40 });
  }
  const signals = orchestrationDetectors.flatMap((detector) => detector.inspect(shop.subject(slot, kind)) ?? []);
  shop.settle(slot, { kind, cohort: options.cohort ?? 0 }, now);
  shop.close(slot);
  return signals;
}

/** Nats by detector, rounded to a tenth. */
export function byName(signals: readonly Signal[]): Readonly<Record<string, number>> {
  return Object.fromEntries(signals.map(({ detector, nats }) => [detector, Math.round(nats * 10) / 10]));
}

/** Referer of the shop itself. */
export const own = '"Referer: https://shop.example/login"';

/** A person: page, script and its cookie, log-in form, log-in. */
export const person: string = `
  GET /login 200 < sid=s1; Path=/ < csrf=c1; Path=/
  +0.4 GET /app.js 200 > sid=s1;csrf=c1
  +9 GET / 200 > sid=s1;csrf=c1;_ga=g1 ${own}
  +9 POST /login 302 > sid=s1;csrf=c1;_ga=g1 ${own} < sid=s2; Path=/
  +9 GET /list 200 > csrf=c1;sid=s2;_ga=g1 ${own}`;

/** A library: the log-in alone. */
export const bare = "POST /login 200 < sid=s1; Path=/";

/** Anchored sessions, a minute apart, each with an account of its own. */
export function teach(shop: Orchestration, count: number, options: Walk = {}, trace: string = person): void {
  const start = options.start ?? Date.UTC(2026, 0, 5, 9);
  for (let i = 0; i < count; i++) {
    walk(shop, trace, { ...options, start: start + i * 60_000, voter: `voter-${options.kind ?? "web"}-${i}` });
  }
}

