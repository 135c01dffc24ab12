import { z } from "zod";
import type { IncidentNote, KeptIncident } from "../../incidents/incident-book.ts";
import type { Counted } from "../actors/get-actor.ts";
import { type ActorSummary, actorColumns, actorSummary, toActor } from "../actors/list-actors.ts";
import { eventSeries } from "../events/event-series.ts";
import { OperationFault } from "../operation.ts";
import type { OperationContext } from "../operation-context.ts";
import { costOf, type IncidentCost, incidentCost } from "./incident-cost.ts";
import { type IncidentSummary, incidentShape, summarise } from "./incident-summary.ts";
import { type ProposedRule, ruleFor } from "./proposed-rule.ts";
import { type RetoolingStep, retoolingOf } from "./retooling.ts";

/** An incident with its story as far as it is known. */
export interface IncidentDetail extends IncidentSummary {
  /** Its cohorts, the one that opened it first. */
  readonly cohorts: readonly string[];
  readonly reasons: readonly string[];
  readonly series: {
    readonly from: number;
    readonly stepMs: number;
    readonly kinds: readonly string[];
    readonly rows: readonly (readonly number[])[];
  };
  readonly endpoints: readonly Counted[];
  readonly networksTop: readonly Counted[];
  readonly fingerprints: readonly Counted[];
  readonly members: readonly ActorSummary[];
  readonly accountsTouched: readonly Counted[];
  /** Changes of tools with the counter-measure before each, as far as the records tell. */
  readonly steps: readonly RetoolingStep[];
  readonly notes: readonly IncidentNote[];
  readonly cost: IncidentCost;
  /** The rule that would stop it, for somebody to read; null: the case is too thin, or it has its rule. */
  readonly proposal: ProposedRule | null;
  /** Name of the rule that is there for it; null: none. */
  readonly rule: string | null;
}

const counted = z.strictObject({ value: z.string(), requests: z.number() });

export const incidentDetail: z.ZodType<IncidentDetail> = z.strictObject({
  ...incidentShape,
  cohorts: z.array(z.string()),
  reasons: z.array(z.string()),
  series: z.strictObject({
    from: z.number(),
    stepMs: z.number(),
    kinds: z.array(z.string()),
    rows: z.array(z.array(z.number())),
  }),
  endpoints: z.array(counted),
  networksTop: z.array(counted),
  fingerprints: z.array(counted),
  members: z.array(actorSummary),
  accountsTouched: z.array(counted),
  steps: z.array(
    z.strictObject({
      at: z.number(),
      changed: z.array(z.string()),
      after: z.string().nullable(),
      why: z.string(),
    }),
  ),
  notes: z.array(z.strictObject({ at: z.number(), by: z.string(), text: z.string(), link: z.string().nullable() })),
  cost: incidentCost,
  proposal: z
    .strictObject({ name: z.string(), why: z.string(), when: z.string(), does: z.string(), mode: z.literal("watch") })
    .nullable(),
  rule: z.string().nullable(),
});

/** The incident of an id. @throws OperationFault `not-found` */
export function incidentOf({ service }: OperationContext, id: string): KeptIncident {
  const incident = service.incidents.find(id);
  if (incident === undefined) throw new OperationFault("not-found", `${JSON.stringify(id)}: there is no such incident`);
  return incident;
}

/** Everything about one incident. */
export async function detailOf(context: OperationContext, incident: KeptIncident): Promise<IncidentDetail> {
  const cohorts = [...incident.cohorts];
  const among = `cohort IN (${cohorts.map((_, i) => `$${i + 1}`).join(", ")})`;
  const [summary] = await summarise(context, [incident]);
  if (summary === undefined) throw new OperationFault("not-found", "the incident left meanwhile");
  const top = async (expression: string): Promise<readonly Counted[]> => {
    const rows = await context.query(
      `SELECT value, count(*) AS requests FROM (SELECT ${expression} AS value FROM everything WHERE ${among})
       WHERE value <> '' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20`,
      cohorts,
    );
    return rows.map(({ value, requests }) => ({ value: String(value), requests: Number(requests) }));
  };
  const members = await context.query(
    `SELECT ${actorColumns} FROM everything WHERE ${among} GROUP BY actor ORDER BY requests DESC, id LIMIT 100`,
    cohorts,
  );
  const span = { from: summary.firstSeen, to: summary.lastSeen + 1, steps: 60, by: "kind" } as const;
  const series = await eventSeries.handle(context, { ...span, cohort: cohorts });
  return {
    ...summary,
    cohorts,
    reasons: incident.reasons,
    series: { from: series.from, stepMs: series.stepMs, kinds: series.names, rows: series.rows },
    endpoints: await top("method || ' ' || template"),
    networksTop: await top("network"),
    fingerprints: await top("ja4"),
    members: members.map((row) => toActor(context, row)),
    accountsTouched: await top("CASE WHEN account = 0 THEN '' ELSE CAST(CAST(account AS BIGINT) AS VARCHAR) END"),
    steps: await retoolingOf(context, cohorts),
    notes: incident.notes,
    cost: await costOf(context, cohorts),
    ...ruleFor(context, cohorts),
  };
}
