import { z } from "zod";
import type { Operation } from "../operation.ts";
import { behaviourSources, type CohortCase, cohortCase, toCohort } from "./cohort-case.ts";

/** Which cohorts. */
export interface ListCohortsInput {
  readonly state: "convicted" | "all";
  readonly application?: string | undefined;
  readonly limit: number;
}

/** Convicted ones first. */
export interface ListCohortsOutput {
  readonly total: number;
  readonly cohorts: readonly CohortCase[];
}

/** `cohorts.list`: sessions judged together. */
export const listCohorts: Operation<ListCohortsInput, ListCohortsOutput> = {
  name: "cohorts.list",
  summary: "Sessions judged together, convicted cohorts first, with their case in words.",
  effect: "read",
  permission: "look",
  example: { state: "convicted" },
  input: z.strictObject({
    state: z.enum(["convicted", "all"]).default("convicted").meta({ description: "Convicted ones only, or all." }),
    application: z.string().max(64).optional().meta({ description: "One application only." }),
    limit: z.int().min(1).max(500).default(100).meta({ description: "Cohorts at most." }),
  }),
  output: z.strictObject({ total: z.number(), cohorts: z.array(cohortCase) }),
  handle({ service }, { state, application, limit }) {
    const views = service.engine.cohorts();
    const sources = behaviourSources(service.engine, views);
    const fitting = views
      .filter((view) => state === "all" || view.conviction !== undefined)
      .filter((view) => application === undefined || view.application === application);
    return { total: fitting.length, cohorts: fitting.slice(0, limit).map((view) => toCohort(view, sources)) };
  },
};
