import type { Limit } from "./limit.ts";

type IntelLimit =
  | "userAgentCharacters"
  | "userAgentsCached"
  | "networksCached"
  | "listPrefixes"
  | "listBytes"
  | "databaseBytes"
  | "directoryBytes"
  | "directoryKeys"
  | "directories"
  | "fetchMs"
  | "fetchesWaiting"
  | "fetchesPerMinute"
  | "nonces"
  | "signatureHeaderBytes"
  | "signatureComponents"
  | "nameLookupsWaiting"
  | "nameLookupsPerMinute"
  | "verdictsCached"
  | "robotsBytes"
  | "robotsRules"
  | "agentsCounted";

/** Caps of what is known about the world: addresses, user agents, keys and lists. */
export const intelLimits: Readonly<Record<IntelLimit, Limit>> = {
  userAgentCharacters: {
    default: 1_024,
    unit: "count",
    why: "Matching reads this much of a user agent; browsers send at most about 400. A longer name is not a declaration.",
  },
  userAgentsCached: {
    default: 16_384,
    unit: "count",
    why: "Two generations of half this size: a site sees a few thousand user agents a day; an attacker who varies them only empties the cache.",
  },
  networksCached: {
    default: 131_072,
    unit: "count",
    why: "Addresses seen lately, so that a session costs one database lookup; about 200 bytes each. Half of it stays whatever comes.",
  },
  listPrefixes: {
    default: 2_000_000,
    unit: "count",
    why: "Prefixes in all lists together; a trie of this size stays below 200 MB.",
  },
  listBytes: {
    default: 67_108_864,
    unit: "bytes",
    why: "One downloaded list; the largest public ones are below 32 MiB.",
  },
  databaseBytes: {
    default: 268_435_456,
    unit: "bytes",
    why: "One MMDB file; full-size city databases are below 130 MB.",
  },
  directoryBytes: {
    default: 65_536,
    unit: "bytes",
    why: "A key directory with 100 Ed25519 keys is 12 kB; a hostile one may be endless.",
  },
  directoryKeys: { default: 100, unit: "count", why: "Keys read of one directory; rotation needs two." },
  directories: {
    default: 1_000,
    unit: "count",
    why: "Key directories remembered at once; agents in the world are hundreds.",
  },
  fetchMs: {
    default: 5_000,
    unit: "ms",
    why: "A whole fetch, name lookup to last byte; a slow directory must not tie up a slot.",
  },
  fetchesWaiting: {
    default: 16,
    unit: "count",
    why: "Directory fetches under way at once; any client can name a directory, so more are refused, not queued.",
  },
  fetchesPerMinute: {
    default: 60,
    unit: "count",
    why: "Directory fetches begun in one minute, so that nobody can use the gateway to send requests at others.",
  },
  nonces: {
    default: 200_000,
    unit: "count",
    why: "Nonces remembered until their signature expires. Full: signatures with new nonces are refused as unverifiable, never accepted unseen.",
  },
  signatureHeaderBytes: {
    default: 8_192,
    unit: "bytes",
    why: "Signature-Input, Signature and Signature-Agent together; a signature with RSA-4096 needs about 1.5 kB.",
  },
  signatureComponents: { default: 32, unit: "count", why: "Covered components of one signature." },
  nameLookupsWaiting: { default: 64, unit: "count", why: "Reverse name lookups under way at once." },
  nameLookupsPerMinute: {
    default: 600,
    unit: "count",
    why: "Reverse name lookups begun in one minute; impostors on many addresses must not turn us into a flood of DNS.",
  },
  verdictsCached: { default: 50_000, unit: "count", why: "Verified or refuted (bot, address) pairs remembered." },
  robotsBytes: { default: 524_288, unit: "bytes", why: "RFC 9309 section 2.5 asks crawlers to read at least 500 KiB." },
  robotsRules: { default: 10_000, unit: "count", why: "Rules read of one robots.txt." },
  agentsCounted: {
    default: 4_096,
    unit: "count",
    why: "Agents with counters of their own; the rest are summed as one.",
  },
};
