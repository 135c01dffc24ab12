export * from "./tls/index.ts";
export type { EdgeStats, UpstreamStats, WorkerState } from "./proxy/counters.ts";
export { type Gateway, openGateway } from "./proxy/gateway.ts";
export { keepPausesShort } from "./proxy/short-pauses.ts";
export type {
  ApplicationOptions,
  GatewayOptions,
  ListenOptions,
  Mode,
  RouteOptions,
  TlsListenOptions,
  UpstreamOptions,
} from "./proxy/options.ts";
export { runEdgeWorker, type WorkerReaders } from "./workers/run-edge-worker.ts";
export {
  openWorkerGateway,
  type WorkerGateway,
  type WorkerGatewayParts,
} from "./workers/worker-gateway.ts";
export * from "./logs/index.ts";
export {
  type AskedRequest,
  type BesideStats,
  createDecisionService,
  type Decided,
  type DecisionService,
  type DecisionServiceOptions,
  readAskedHead,
} from "./beside/decision-service.ts";
export { envoyCheckObserves, envoyObserves, openEnvoyAgent } from "./envoy/envoy-agent.ts";
export { LinkCut } from "./beside/link-cut.ts";
export { openSpoeAgent, type SpoeAgent } from "./haproxy/spoe-agent.ts";
export { haproxyObserves } from "./haproxy/spoe-messages.ts";
export { connectorKey, renderNginxKey } from "./http-check/nginx-key.ts";
export type { CheckDialect } from "./http-check/question-names.ts";
export { checkObserves, nginxAnswersObserves } from "./http-check/read-check.ts";
export {
  type CheckServer,
  type CheckServerOptions,
  openCheckServer,
} from "./http-check/check-server.ts";
export {
  createNodeMiddleware,
  type NodeMiddleware,
  type RefusalAnswer,
  nodeObserves,
} from "./node/node-middleware.ts";
export { openSyslogListener, type SyslogListener, type SyslogOptions } from "./syslog/syslog-listener.ts";
