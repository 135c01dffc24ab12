import { appLimits } from "#core";
import { packageVersion } from "../cli/commands/version.ts";
import type { Service } from "../serve/service.ts";
import { kinds } from "../serve/traffic-split.ts";

/** Clients count as present when they were seen this lately. */
export const presentMs: number = appLimits.splitBuckets.default * appLimits.splitBucketMs.default;

/** What `gait status --json` prints. Shapes change only with the version. */
export interface StatusDocument {
  readonly version: 1;
  readonly gait: string;
  readonly node: string;
  readonly mode: string;
  readonly applications: readonly { readonly name: string; readonly mode: string }[];
  readonly uptimeSeconds: number;
  readonly revision: number;
  readonly configFile: string | null;
  readonly degraded: string | null;
  readonly reloadsRefused: number;
  readonly draining: boolean;
  readonly listen: readonly string[];
  readonly admin: { readonly address: string | null; readonly socket: string };
  readonly requests: number;
  readonly requestsByKind: Readonly<Record<string, number>>;
  readonly clientsByKind: Readonly<Record<string, number>>;
  readonly decisionMicroseconds: { readonly p50: number; readonly p99: number };
  readonly failModeUsed: Readonly<Record<string, number>>;
  readonly actions: Readonly<Record<string, number>>;
  /** What would have been done but for observe mode. */
  readonly observed: Readonly<Record<string, number>>;
  readonly refusals: Readonly<Record<string, number>>;
  readonly upstreams: readonly { readonly name: string; readonly address: string; readonly healthy: boolean }[];
  readonly decisions: number;
  readonly memoryBytes: number;
}

/** The present state of a gateway as plain data. */
export function statusOf(service: Service): StatusDocument {
  const { witness, config } = service;
  const edge = service.edgeStats();
  const { totals } = witness.split;
  return {
    version: 1,
    gait: packageVersion(),
    node: process.versions.node,
    mode: config.mode,
    applications: [...witness.modes].map(([name, mode]) => ({ name, mode })),
    uptimeSeconds: Math.round((Date.now() - service.startedAt) / 1_000),
    revision: service.revision,
    configFile: service.configFile ?? null,
    degraded: service.degraded === "" ? null : service.degraded,
    reloadsRefused: service.reloadsRefused,
    draining: service.draining,
    listen: service.addresses.map(({ host, port }) => (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`)),
    admin: { address: service.adminAddress ?? null, socket: service.socketPath },
    requests: kinds.reduce((sum, kind) => sum + totals[kind], 0),
    requestsByKind: { ...totals },
    clientsByKind: witness.actors.byKind(Date.now() - presentMs),
    decisionMicroseconds: {
      p50: finite(witness.decisionTime.quantileUs(0.5)),
      p99: finite(witness.decisionTime.quantileUs(0.99)),
    },
    failModeUsed: edge.failures,
    actions: edge.actions,
    observed: edge.observed,
    refusals: edge.reasons,
    upstreams: edge.upstreams.map(({ upstream, address, healthy }) => ({ name: upstream, address, healthy })),
    decisions: service.protection.decisions.size,
    memoryBytes: process.memoryUsage.rss(),
  };
}

/** JSON knows no infinity; beyond the last step means "more than 10 ms". */
function finite(us: number): number {
  return Number.isFinite(us) ? us : 10_001;
}
