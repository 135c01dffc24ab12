import { z } from "zod";
import { appLimits } from "#core";
import { incidentsCollection, type KeptIncident } from "../../incidents/incident-book.ts";
import { type Operation, OperationFault } from "../operation.ts";
import { detailOf, type IncidentDetail, incidentDetail, incidentOf } from "./incident-detail.ts";

/** Which incident stays, and which become part of it. */
export interface MergeIncidentsInput {
  readonly id: string;
  readonly others: readonly string[];
}

/** `incidents.merge`: several incidents are one attack. */
export const mergeIncidents: Operation<MergeIncidentsInput, IncidentDetail> = {
  name: "incidents.merge",
  summary: "Several incidents are one attack: cohorts and notes of the others go over to the first, and they are gone.",
  effect: "write",
  permission: "analyse",
  argument: "id",
  example: { id: "inc-1a2b3c", others: ["inc-4d5e6f"] },
  input: z.strictObject({
    id: z.string().min(1).max(80).meta({ description: "The incident that stays." }),
    others: z
      .array(z.string().min(1).max(80))
      .min(1)
      .max(20)
      .meta({ description: "The incidents that become part of it." }),
  }),
  output: incidentDetail,
  async handle(context, { id, others }) {
    const kept = incidentOf(context, id);
    const joined = [...new Set(others)].map((other) => incidentOf(context, other));
    if (joined.some((other) => other.id === id))
      throw new OperationFault("invalid", `${JSON.stringify(id)} cannot become part of itself`);
    const all = [kept, ...joined];
    const cohorts = [...new Set(all.flatMap((one) => one.cohorts))];
    const notes = all.flatMap((one) => one.notes).sort((a, b) => a.at - b.at);
    if (cohorts.length > appLimits.incidentCohortsMax.default || notes.length > appLimits.incidentNotesMax.default)
      throw new OperationFault(
        "conflict",
        `together they have ${cohorts.length} cohorts (at most ${appLimits.incidentCohortsMax.default}) and ${notes.length} notes (at most ${appLimits.incidentNotesMax.default})`,
      );
    const merged: KeptIncident = {
      ...kept,
      cohorts,
      notes,
      attack: all.find(({ attack }) => attack !== "")?.attack ?? "",
      openedAt: Math.min(...all.map(({ openedAt }) => openedAt)),
      lastSeen: Math.max(...all.map(({ lastSeen }) => lastSeen)),
      sessions: Math.max(...all.map(({ sessions }) => sessions)),
      assignee: all.find(({ assignee }) => assignee !== null)?.assignee ?? null,
    };
    context.change({ id, others: joined.map((other) => other.id) }, [
      { collection: incidentsCollection, id, body: merged },
      ...joined.map((other) => ({ collection: incidentsCollection, id: other.id, body: null })),
    ]);
    context.service.incidents.replace(merged);
    for (const other of joined) context.service.incidents.forget(other.id);
    return detailOf(context, merged);
  },
};
