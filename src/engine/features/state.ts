import type { RefererHosts } from "../baselines/referer-hosts.ts";
import type { SiteBaseline } from "../baselines/site-baseline.ts";
import type { ClientTable } from "../clients/client-table.ts";
import type { EndpointTable } from "../endpoints/endpoint-table.ts";
import type { SessionTable } from "../sessions/session-table.ts";

/** Everything features read and write. */
export interface FeatureState {
  readonly clients: ClientTable;
  readonly sessions: SessionTable;
  readonly endpoints: EndpointTable;
  readonly refererHosts: RefererHosts;
  /** By application number. */
  readonly sites: readonly SiteBaseline[];
  /** One vote of a client that has people's habits for what browsers look like here. */
  learnAgent(application: number, agent: number): void;
}
