/** What the console may import, types only: the operations and their shapes. */
export type { InputOf, OperationName, OperationTable, OutputOf } from "./operation-table.ts";
export type { Effect, FaultKind } from "./operation.ts";
export type { Permission, Role } from "./permissions.ts";
export type { ActorDetail } from "./actors/get-actor.ts";
export type { ActorSummary } from "./actors/list-actors.ts";
export type { AuditLine } from "./audit/list-audit.ts";
export type { CohortCase, ConvictionCase } from "./cohorts/cohort-case.ts";
export type { CohortDetail } from "./cohorts/get-cohort.ts";
export type { ListedDecision } from "./decisions/listed-decision.ts";
export type { EndpointLine } from "./discovery/list-endpoints.ts";
export type { EventFilter } from "./events/event-filter.ts";
export type { EventRow, EventSignal } from "./events/event-row.ts";
export type { FacetField } from "./events/event-facets.ts";
export type { Health, HealthPart } from "./health/health.ts";
export type { Overview } from "./overview/overview.ts";
export type { SearchHit } from "./search/search.ts";
export type { SessionDetail, SessionStep } from "./sessions/get-session.ts";
export type { SessionSummary } from "./sessions/session-summary.ts";
