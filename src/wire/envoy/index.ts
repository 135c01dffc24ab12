export type { EnvoyHeader } from "./envoy-headers.ts";
export * from "./ext-authz.ts";
export * from "./ext-proc.ts";
