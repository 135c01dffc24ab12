import type { Way } from "../../../src/app/operations/events/event-ways.ts";
import type { ActorDetail, CohortDetail, ListedDecision } from "../../../src/app/operations/index.ts";

/** Shapes of what was recorded, as the gateway's operations define them. */
export type {
  ActorDetail,
  ActorSummary,
  AuditLine,
  CohortCase,
  CohortDetail,
  EventFilter,
  EventRow,
  EventSignal,
  FacetField,
  Health,
  Overview,
  SearchHit,
  SessionDetail,
  SessionStep,
  SessionSummary,
} from "../../../src/app/operations/index.ts";

/** A value and how many requests showed it. */
export type Counted = ActorDetail["endpoints"][number] & CohortDetail["endpoints"][number];

/** A standing decision. */
export type Standing = ListedDecision;

/** How often one endpoint followed another. */
export type { Way };
