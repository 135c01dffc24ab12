import type { Network } from "#core";

/** Name of a column. */
export type ColumnName =
  | "sequence"
  | "time"
  | "application"
  | "reference"
  | "session"
  | "actor"
  | "identity"
  | "cohort"
  | "network"
  | "address"
  | "ip"
  | "method"
  | "host"
  | "path"
  | "template"
  | "status"
  | "bytes"
  | "duration"
  | "agent"
  | "ja4"
  | "headers"
  | "account"
  | "verified"
  | "kind"
  | "action"
  | "enforced"
  | "total"
  | "behaviour"
  | "presentation"
  | "basis"
  | "rule"
  | "watched"
  | "signals"
  | "certified"
  | "decision"
  | "revision"
  | "failure"
  | "country"
  | "asn"
  | "infrastructure";

/** One column of the `events` table: how it is stored and what it means. */
export interface Column {
  readonly name: ColumnName;
  readonly type: "double" | "float" | "integer" | "text";
  readonly description: string;
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

/**
 * Everything remembered about a decision, in one list: the table, the batches, the exports and docs/store.md follow it, and
 * `row-writer.ts` reads each off a decision.
 * No query strings, no cookies, no credentials; addresses only as network and keyed hash unless the operator chose
 * otherwise. New columns stand at the end: a database from before
 * gains them when it is opened. Any other change is a migration (`schemaVersion` in database.ts).
 */
export const columns: readonly Column[] = [
  { name: "sequence", type: "double", description: "order of decisions, from 1 per start" },
  { name: "time", type: "double", description: "milliseconds since 1970, wall clock" },
  { name: "application", type: "text", description: "protected application" },
  { name: "reference", type: "text", description: "request id that the answer carried", distinct: true },
  { name: "session", type: "text", description: "session key, hashed" },
  { name: "actor", type: "text", description: "actor id, keyed hash" },
  {
    name: "identity",
    type: "double",
    description: "keyed hash of the first-party cookie that identified the client; 0: none",
  },
  { name: "cohort", type: "text", description: "convicted cohort it belonged to" },
  { name: "network", type: "text", description: "/24 or /48 of the address" },
  { name: "address", type: "double", description: "keyed hash of the address" },
  { name: "ip", type: "text", description: "the address, where the operator keeps it" },
  { name: "method", type: "text", description: "request method" },
  { name: "host", type: "text", description: "host asked for" },
  { name: "path", type: "text", description: "path without query, secret-looking segments masked", distinct: true },
  { name: "template", type: "text", description: "path template of the endpoint" },
  { name: "status", type: "integer", description: "status of the answer, whoever gave it; 0: none" },
  { name: "bytes", type: "double", description: "body bytes sent; -1: not observed" },
  { name: "duration", type: "float", description: "milliseconds to the last byte; -1: not observed" },
  { name: "agent", type: "text", description: "user agent" },
  { name: "ja4", type: "text", description: "JA4 of the TLS hello" },
  { name: "headers", type: "text", description: "structural header fingerprint" },
  { name: "account", type: "double", description: "keyed hash of the account claimed; 0: none" },
  { name: "verified", type: "text", description: "agent that proved who it is" },
  { name: "kind", type: "text", description: "what the client is taken to be" },
  { name: "action", type: "text", description: "what the verdict asked for" },
  { name: "enforced", type: "text", description: "what was done" },
  { name: "total", type: "float", description: "score 0-100, higher is worse" },
  { name: "behaviour", type: "float", description: "behaviour part of the score" },
  { name: "presentation", type: "float", description: "presentation part of the score" },
  { name: "basis", type: "text", description: "why the action may be taken" },
  { name: "rule", type: "text", description: "rule that acted" },
  { name: "watched", type: "text", description: "rules that matched and only watch, separated by spaces" },
  { name: "signals", type: "text", description: "evidence as JSON: [[detector, axis, group, nats, {evidence}], …]" },
  { name: "certified", type: "float", description: "certified bound on false positives; -1: none" },
  { name: "decision", type: "float", description: "microseconds that judging took" },
  { name: "revision", type: "integer", description: "version of the tables that judged" },
  { name: "failure", type: "text", description: "why the fail mode answered; empty: it did not" },
  { name: "country", type: "text", description: "country of the address (ISO 3166), where a database tells" },
  { name: "asn", type: "integer", description: "autonomous system of the address; 0: unknown" },
  {
    name: "infrastructure",
    type: "text",
    description: "tor, proxy, residential-proxy-suspect, vpn or hosting, where a list or the autonomous system says so",
  },
];

/** Columns of numbers and of texts, each in the order of `columns`: rows travel as one list of either. */
export const numberColumns: typeof columns = columns.filter(({ type }) => type !== "text");
export const textColumns: typeof columns = columns.filter(({ type }) => type === "text");
