import type { Conviction } from "../cohorts/index.ts";

/** A conviction on prior knowledge of a look at the shop, with what a test is about. */
export function testConviction(about: Partial<Conviction> = {}): Conviction {
  return {
    key: 1,
    grouping: "presentation",
    application: "shop",
    since: 0,
    nats: 20,
    alpha: 1e-6,
    linkedFrom: 0,
    basis: "prior",
    certifiedFpr: null,
    missing: 0,
    enforced: true,
    sessions: 30,
    purity: 1,
    pattern: [],
    evidence: [],
    attack: "",
    threat: "",
    ...about,
  };
}
