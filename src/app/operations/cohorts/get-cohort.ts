import { z } from "zod";
import { type ActorSummary, actorColumns, actorSummary, toActor } from "../actors/list-actors.ts";
import { type Operation, OperationFault } from "../operation.ts";
import { behaviourSources, type CohortCase, cohortCase, toCohort } from "./cohort-case.ts";

/** The cohort asked about. */
export interface GetCohortInput {
  readonly id: string;
}

/** A cohort with its members and where they went. */
export interface CohortDetail {
  /** Null when the engine has let go of it; the records stay. */
  readonly cohort: CohortCase | null;
  readonly requests: number;
  readonly sessions: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly actors: readonly ActorSummary[];
  readonly endpoints: readonly { readonly value: string; readonly requests: number }[];
  /** Requests over time in 60 steps. */
  readonly timeline: { readonly from: number; readonly stepMs: number; readonly counts: readonly number[] };
}

const steps = 60;

/** `cohorts.get`: one cohort, its members and its way through the site. */
export const getCohort: Operation<GetCohortInput, CohortDetail> = {
  name: "cohorts.get",
  summary: "One cohort: its case, members, endpoints and timeline.",
  effect: "read",
  permission: "look",
  argument: "id",
  example: { id: "1a2b3c" },
  input: z.strictObject({ id: z.string().min(1).max(64).meta({ description: "Cohort id." }) }),
  output: z.strictObject({
    cohort: cohortCase.nullable(),
    requests: z.number(),
    sessions: z.number(),
    firstSeen: z.number(),
    lastSeen: z.number(),
    actors: z.array(actorSummary),
    endpoints: z.array(z.strictObject({ value: z.string(), requests: z.number() })),
    timeline: z.strictObject({ from: z.number(), stepMs: z.number(), counts: z.array(z.number()) }),
  }),
  async handle(context, { id }) {
    const views = context.service.engine.cohorts();
    const view = views.find(({ key }) => key.toString(36) === id);
    const [row] = await context.query(
      `SELECT count(*) AS requests, count(DISTINCT session) AS sessions, min(time) AS first, max(time) AS last
       FROM everything WHERE cohort = $1`,
      [id],
    );
    const requests = Number(row?.requests ?? 0);
    if (view === undefined && requests === 0)
      throw new OperationFault("not-found", `${JSON.stringify(id)}: no such cohort is known`);
    const firstSeen = Number(row?.first ?? view?.firstSeen ?? 0);
    const lastSeen = Number(row?.last ?? view?.lastSeen ?? 0);
    const stepMs = Math.max(1, Math.ceil((lastSeen + 1 - firstSeen) / steps));
    const actors = await context.query(
      `SELECT ${actorColumns} FROM everything WHERE cohort = $1 GROUP BY actor ORDER BY requests DESC, id LIMIT 100`,
      [id],
    );
    const endpoints = await context.query(
      "SELECT method || ' ' || template AS value, count(*) AS requests FROM everything WHERE cohort = $1 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20",
      [id],
    );
    const times = await context.query(
      `SELECT floor((time - ${firstSeen}) / ${stepMs}) AS step, count(*) AS n FROM everything WHERE cohort = $1 GROUP BY 1`,
      [id],
    );
    const counts = Array.from({ length: steps }, () => 0);
    for (const { step, n } of times) counts[Math.min(steps - 1, Number(step))] = Number(n);
    return {
      cohort: view === undefined ? null : toCohort(view, behaviourSources(context.service.engine, views)),
      requests,
      sessions: Number(row?.sessions ?? 0),
      firstSeen,
      lastSeen,
      actors: actors.map((one) => toActor(context, one)),
      endpoints: endpoints.map((one) => ({ value: String(one.value), requests: Number(one.requests) })),
      timeline: { from: firstSeen, stepMs, counts },
    };
  },
};
