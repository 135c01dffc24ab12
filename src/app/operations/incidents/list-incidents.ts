import { z } from "zod";
import type { Operation } from "../operation.ts";
import { type IncidentSummary, incidentShape, summarise } from "./incident-summary.ts";

/** Which incidents. */
export interface ListIncidentsInput {
  readonly state?: "open" | "muted" | "resolved" | undefined;
  readonly limit: number;
}

/** `incidents.list`: what people are asked to look at. */
export const listIncidents: Operation<ListIncidentsInput, { readonly incidents: readonly IncidentSummary[] }> = {
  name: "incidents.list",
  summary: "Incidents: convicted attacks that people are asked to look at, the latest first.",
  effect: "read",
  permission: "look",
  example: { state: "open" },
  input: z.strictObject({
    state: z.enum(["open", "muted", "resolved"]).optional().meta({ description: "Default: all." }),
    limit: z.int().min(1).max(500).default(100).meta({ description: "Incidents at most." }),
  }),
  output: z.strictObject({ incidents: z.array(z.strictObject(incidentShape)) }),
  async handle(context, { state, limit }) {
    const all = context.service.incidents.list().filter((one) => state === undefined || one.state === state);
    return { incidents: await summarise(context, all.slice(0, limit)) };
  },
};
