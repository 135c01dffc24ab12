export * from "./intel.ts";
export * from "./ledger.ts";
export * from "./cohorts.ts";
export * from "./limit.ts";
export * from "./policy.ts";
export * from "./http2.ts";
export * from "./tls.ts";
export * from "./store.ts";
