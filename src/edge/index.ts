export * from "./tls/index.ts";
export type { EdgeStats, UpstreamStats } from "./proxy/counters.ts";
export { type Gateway, openGateway } from "./proxy/gateway.ts";
export type {
  ApplicationOptions,
  GatewayOptions,
  ListenOptions,
  Mode,
  RouteOptions,
  TlsListenOptions,
  UpstreamOptions,
} from "./proxy/options.ts";
export * from "./logs/index.ts";
