export * from "./intel.ts";
export * from "./ledger.ts";
export * from "./limit.ts";
export * from "./tls.ts";
export * from "./policy.ts";
export * from "./engine.ts";
export * from "./limit.ts";
