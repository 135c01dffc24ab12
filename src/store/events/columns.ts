import { type DecisionRecord, type Network, storeLimits } from "#core";
import type { Place } from "./places.ts";

/** One column of the `events` table: how it is stored, what it means, and how it is read off a decision. */
export interface Column {
  readonly name: string;
  readonly type: "double" | "float" | "integer" | "text";
  readonly description: string;
  readonly read: (record: DecisionRecord, place: Place) => number | string;
  /** Hardly two rows share a text here. */
  readonly distinct?: boolean;
}

/** What may be kept about an address: as it is, or only its network and a keyed hash. */
export interface Privacy {
  readonly addresses: "full" | "hashed";
  /** Keyed hash of an address, so that one address can be followed and searched without being kept. */
  readonly hashAddress: (ip: string) => number;
  /** What is known about the network of an address; absent: nothing. */
  readonly network?: ((ip: string) => Pick<Network, "country" | "asn" | "categories">) | undefined;
}

const textMax = storeLimits.textLengthMax.default;

/**
 * Everything remembered about a decision, in one list: the table, the batches, the exports and docs/store.md follow it.
 * No query strings, no cookies, no credentials; addresses only as network and keyed hash unless the operator chose
 * otherwise. New columns stand at the end: a database from before
 * gains them when it is opened. Any other change is a migration (`schemaVersion` in database.ts).
 */
export const columns: readonly Column[] = [
  { name: "sequence", type: "double", description: "order of decisions, from 1 per start", read: (r) => r.sequence },
  { name: "time", type: "double", description: "milliseconds since 1970, wall clock", read: (r) => r.exchange.at },
  { name: "application", type: "text", description: "protected application", read: (r) => r.exchange.application },
  {
    name: "reference",
    type: "text",
    description: "request id that the answer carried",
    read: (r) => r.exchange.id,
    distinct: true,
  },
  { name: "session", type: "text", description: "session key, hashed", read: (r) => r.session },
  { name: "actor", type: "text", description: "actor id, keyed hash", read: (r) => r.actor },
  {
    name: "identity",
    type: "double",
    description: "keyed hash of the first-party cookie that identified the client; 0: none",
    read: (r) => r.trail.identity,
  },
  { name: "cohort", type: "text", description: "convicted cohort it belonged to", read: (r) => r.trail.cohort },
  {
    name: "network",
    type: "text",
    description: "/24 or /48 of the address",
    read: (_, place) => place.network,
  },
  {
    name: "address",
    type: "double",
    description: "keyed hash of the address",
    read: (_, place) => place.hash,
  },
  {
    name: "ip",
    type: "text",
    description: "the address, where the operator keeps it",
    read: (_, place) => place.ip,
  },
  { name: "method", type: "text", description: "request method", read: (r) => cut(r.exchange.request.method, 32) },
  { name: "host", type: "text", description: "host asked for", read: (r) => cut(r.exchange.request.host) },
  {
    name: "path",
    type: "text",
    description: "path without query, secret-looking segments masked",
    read: (r) => cut(r.path),
    distinct: true,
  },
  {
    name: "template",
    type: "text",
    description: "path template of the endpoint",
    read: (r) => cut(r.trail.template),
  },
  {
    name: "status",
    type: "integer",
    description: "status of the answer, whoever gave it; 0: none",
    read: (r) => r.exchange.response?.status ?? r.exchange.ownStatus ?? 0,
  },
  {
    name: "bytes",
    type: "double",
    description: "body bytes sent; -1: not observed",
    read: (r) => r.exchange.response?.bytes ?? -1,
  },
  {
    name: "duration",
    type: "float",
    description: "milliseconds to the last byte; -1: not observed",
    read: (r) => r.exchange.response?.durationMs ?? -1,
  },
  { name: "agent", type: "text", description: "user agent", read: (r) => cut(r.exchange.request.userAgent) },
  { name: "ja4", type: "text", description: "JA4 of the TLS hello", read: (r) => r.exchange.client.fingerprint.ja4 },
  {
    name: "headers",
    type: "text",
    description: "structural header fingerprint",
    read: (r) => r.exchange.client.fingerprint.headers,
  },
  {
    name: "account",
    type: "double",
    description: "keyed hash of the account claimed; 0: none",
    read: (r) => r.exchange.request.account,
  },
  {
    name: "verified",
    type: "text",
    description: "agent that proved who it is",
    read: (r) => r.exchange.client.verified?.name ?? "",
  },
  { name: "kind", type: "text", description: "what the client is taken to be", read: (r) => r.verdict.kind },
  { name: "action", type: "text", description: "what the verdict asked for", read: (r) => r.verdict.action },
  { name: "enforced", type: "text", description: "what was done", read: (r) => r.enforced },
  { name: "total", type: "float", description: "score 0-100, higher is worse", read: (r) => r.verdict.score.total },
  {
    name: "behaviour",
    type: "float",
    description: "behaviour part of the score",
    read: (r) => r.verdict.score.behaviour,
  },
  {
    name: "presentation",
    type: "float",
    description: "presentation part of the score",
    read: (r) => r.verdict.score.presentation,
  },
  { name: "basis", type: "text", description: "why the action may be taken", read: (r) => r.verdict.basis },
  { name: "rule", type: "text", description: "rule that acted", read: (r) => r.verdict.rule ?? "" },
  {
    name: "watched",
    type: "text",
    description: "rules that matched and only watch, separated by spaces",
    read: (r) => (r.verdict.watched.length === 0 ? "" : cut(r.verdict.watched.join(" "))),
  },
  {
    name: "signals",
    type: "text",
    description: "evidence as JSON: [[detector, axis, group, nats, {evidence}], …]",
    // Filled in on the store's side, from what `findings.ts` wrote.
    read: () => "",
  },
  {
    name: "certified",
    type: "float",
    description: "certified bound on false positives; -1: none",
    read: (r) => r.verdict.certifiedFpr ?? -1,
  },
  { name: "decision", type: "float", description: "microseconds that judging took", read: (r) => r.decisionUs },
  {
    name: "revision",
    type: "integer",
    description: "version of the tables that judged",
    read: (r) => r.verdict.revision,
  },
  {
    name: "failure",
    type: "text",
    description: "why the fail mode answered; empty: it did not",
    read: (r) => cut(r.failure),
  },
  {
    name: "country",
    type: "text",
    description: "country of the address (ISO 3166), where a database tells",
    read: (_, place) => place.country,
  },
  {
    name: "asn",
    type: "integer",
    description: "autonomous system of the address; 0: unknown",
    read: (_, place) => place.asn,
  },
  {
    name: "infrastructure",
    type: "text",
    description: "tor, proxy, residential-proxy-suspect, vpn or hosting, where a list or the autonomous system says so",
    read: (_, place) => place.infrastructure,
  },
];

/** Columns of numbers and of texts, each in the order of `columns`: rows travel as one list of either. */
export const numberColumns: readonly Column[] = columns.filter(({ type }) => type !== "text");
export const textColumns: readonly Column[] = columns.filter(({ type }) => type === "text");

function cut(text: string, max: number = textMax): string {
  return text.length > max ? text.slice(0, max) : text;
}
