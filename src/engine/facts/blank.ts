import { type Exchange, noFingerprint, observesAll, type Verdict } from "#core";

/** The exchange that facts point at before the first request. */
export const blankExchange: Exchange = Object.freeze({
  id: "",
  at: 0,
  application: "",
  client: { ip: "", fingerprint: noFingerprint },
  request: {
    method: "",
    scheme: "https" as const,
    host: "",
    path: "/",
    query: "",
    protocol: "",
    headers: { names: [], values: [] },
    userAgent: "",
    referer: "",
    cookies: [],
    bodyBytes: -1,
    token: 0,
    account: 0,
    password: 0,
    tokens: [],
    oddities: [],
  },
  observes: observesAll,
});

/** A verdict that says nothing. */
export const blankVerdict: Verdict = Object.freeze({
  action: "allow" as const,
  kind: "unknown" as const,
  score: { total: 0, behaviour: 0, presentation: 0 },
  signals: [],
  rule: null,
  watched: [],
  basis: "none" as const,
  certifiedFpr: null,
  reference: "",
  revision: 0,
});
