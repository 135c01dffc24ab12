import { compromisedAccounts } from "./accounts/compromised-accounts.ts";
import { getActor } from "./actors/get-actor.ts";
import { listActors } from "./actors/list-actors.ts";
import { listAudit } from "./audit/list-audit.ts";
import { verifyAudit } from "./audit/verify-audit.ts";
import { errorBudget } from "./cohorts/error-budget.ts";
import { getCohort } from "./cohorts/get-cohort.ts";
import { listCohorts } from "./cohorts/list-cohorts.ts";
import { effectiveConfiguration } from "./configuration/effective-configuration.ts";
import { addDecision } from "./decisions/add-decision.ts";
import { findDecision } from "./decisions/find-decision.ts";
import { listDecisions } from "./decisions/list-decisions.ts";
import { removeDecision } from "./decisions/remove-decision.ts";
import { intentGraph } from "./discovery/intent-graph.ts";
import { listEndpoints } from "./discovery/list-endpoints.ts";
import { eventFacets } from "./events/event-facets.ts";
import { eventSeries } from "./events/event-series.ts";
import { eventWays } from "./events/event-ways.ts";
import { queryEvents } from "./events/query-events.ts";
import { health } from "./health/health.ts";
import type { AnyOperation, Operation } from "./operation.ts";
import { overview } from "./overview/overview.ts";
import { search } from "./search/search.ts";
import { getSession } from "./sessions/get-session.ts";

/**
 * Every operation by its name. A new one is a file of its own, an import and a line in both lists; HTTP, OpenAPI,
 * command line, MCP and docs/operations-api.md follow.
 */
export interface OperationTable {
  readonly overview: typeof overview;
  readonly "events.query": typeof queryEvents;
  readonly "events.series": typeof eventSeries;
  readonly "events.facets": typeof eventFacets;
  readonly "events.ways": typeof eventWays;
  readonly "decisions.list": typeof listDecisions;
  readonly "decisions.find": typeof findDecision;
  readonly "decisions.add": typeof addDecision;
  readonly "decisions.remove": typeof removeDecision;
  readonly "actors.list": typeof listActors;
  readonly "actors.get": typeof getActor;
  readonly "sessions.get": typeof getSession;
  readonly "cohorts.list": typeof listCohorts;
  readonly "cohorts.get": typeof getCohort;
  readonly "cohorts.budget": typeof errorBudget;
  readonly "accounts.compromised": typeof compromisedAccounts;
  readonly "endpoints.list": typeof listEndpoints;
  readonly "intent.graph": typeof intentGraph;
  readonly "audit.list": typeof listAudit;
  readonly "audit.verify": typeof verifyAudit;
  readonly "config.effective": typeof effectiveConfiguration;
  readonly health: typeof health;
  readonly search: typeof search;
}

export const operationTable: OperationTable = {
  overview,
  "events.query": queryEvents,
  "events.series": eventSeries,
  "events.facets": eventFacets,
  "events.ways": eventWays,
  "decisions.list": listDecisions,
  "decisions.find": findDecision,
  "decisions.add": addDecision,
  "decisions.remove": removeDecision,
  "actors.list": listActors,
  "actors.get": getActor,
  "sessions.get": getSession,
  "cohorts.list": listCohorts,
  "cohorts.get": getCohort,
  "cohorts.budget": errorBudget,
  "accounts.compromised": compromisedAccounts,
  "endpoints.list": listEndpoints,
  "intent.graph": intentGraph,
  "audit.list": listAudit,
  "audit.verify": verifyAudit,
  "config.effective": effectiveConfiguration,
  health,
  search,
};

/** The table as the faces see it: checked at the border, types forgotten. */
export const operations: readonly AnyOperation[] = Object.values(
  operationTable as unknown as Readonly<Record<string, AnyOperation>>,
);

/** An operation by its name. */
export function operationNamed(name: string): AnyOperation | undefined {
  return operations.find((operation) => operation.name === name);
}

/** The names of all operations. */
export type OperationName = keyof OperationTable;

/** What an operation is given; fields with a default may be left out. */
export type InputOf<Name extends OperationName> =
  OperationTable[Name] extends Operation<infer Input, infer _> ? Partial<Input> : never;

/** What an operation answers. */
export type OutputOf<Name extends OperationName> =
  OperationTable[Name] extends Operation<infer _, infer Output> ? Output : never;
