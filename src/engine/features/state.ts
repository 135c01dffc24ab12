import { RefererHosts } from "../baselines/referer-hosts.ts";
import type { SiteBaseline } from "../baselines/site-baseline.ts";
import type { ClientTable } from "../clients/client-table.ts";
import type { EndpointTable } from "../endpoints/endpoint-table.ts";
import type { AgentBook } from "../sessions/agent-book.ts";
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

/** What `createFeatureState` makes its state of. */
export interface FeatureTables extends Pick<FeatureState, "clients" | "sessions" | "endpoints"> {
  readonly agents: AgentBook;
  readonly refererHostsMax: number;
}

/** The state of an engine that has seen no site yet; its owner adds a baseline for each application. */
export function createFeatureState({
  agents,
  refererHostsMax,
  ...tables
}: FeatureTables): FeatureState & { readonly sites: SiteBaseline[] } {
  const sites: SiteBaseline[] = [];
  return {
    ...tables,
    sites,
    refererHosts: new RefererHosts(refererHostsMax),
    learnAgent(application, agent) {
      const { family, major } = agents.entry(agent);
      sites[application]?.learnVersion(family, major);
    },
  };
}
