import { z } from "zod";
import type { Operation } from "../operation.ts";
import { detailOf, type IncidentDetail, incidentDetail, incidentOf } from "./incident-detail.ts";

/** `incidents.get`: one incident. */
export const getIncident: Operation<{ readonly id: string }, IncidentDetail> = {
  name: "incidents.get",
  summary: "One incident: why, who, where, over time, and what people noted.",
  effect: "read",
  permission: "look",
  argument: "id",
  example: { id: "inc-1a2b3c" },
  input: z.strictObject({ id: z.string().min(1).max(80).meta({ description: "Incident id." }) }),
  output: incidentDetail,
  handle: (context, { id }) => detailOf(context, incidentOf(context, id)),
};
