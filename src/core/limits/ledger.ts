import type { Limit } from "./limit.ts";

/** Names of the caps below. */
export type LedgerLimit =
  | "cookiesPerSession"
  | "cookiesPerRequest"
  | "cookieNames"
  | "cookieScopes"
  | "textLength"
  | "issuedEpochs"
  | "issuedEpochBits"
  | "applications";

/** Caps of the cookie ledger and the intent graph. Together they bound both, whatever clients and origins do. */
export const ledgerLimits: Readonly<Record<LedgerLimit, Limit>> = {
  cookiesPerSession: {
    default: 12,
    unit: "count",
    why: "Twelve slots of 28 bytes hold the cookies of almost every application; the least informative is dropped first.",
  },
  cookiesPerRequest: {
    default: 64,
    unit: "count",
    why: "Browsers must be allowed 50 per domain (RFC 6265); what comes after the 64th is not judged.",
  },
  cookieNames: { default: 4096, unit: "count", why: "Names that origins issue; further names are not tracked." },
  cookieScopes: {
    default: 2048,
    unit: "count",
    why: "Distinct cookie paths and hosts; a cookie beyond has an unknown scope and is never charged.",
  },
  textLength: { default: 256, unit: "count", why: "Longer names, paths and hosts are not kept." },
  issuedEpochs: {
    default: 8,
    unit: "count",
    why: "Generations of the memory of issued values; the oldest is forgotten.",
  },
  issuedEpochBits: {
    default: 4_194_304,
    unit: "count",
    why: "512 KiB per generation hold 350,000 values at a false recognition below 0.3 %.",
  },
  applications: {
    default: 64,
    unit: "count",
    why: "Applications with learned tables of their own; further ones are not learned.",
  },
};
