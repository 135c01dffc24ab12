import { z } from "zod";
import { appLimits } from "#core";
import { incidentsCollection, type KeptIncident } from "../../incidents/incident-book.ts";
import { type Operation, OperationFault } from "../operation.ts";
import { detailOf, type IncidentDetail, incidentDetail, incidentOf } from "./incident-detail.ts";

/** What to change; what is left out stays. */
export interface UpdateIncidentInput {
  readonly id: string;
  /** Null takes the assignment away. */
  readonly assign?: string | null | undefined;
  readonly note?: string | undefined;
  readonly link?: string | undefined;
  readonly state?: "open" | "muted" | "resolved" | undefined;
}

/** `incidents.update`: assign, note, mute, resolve or open again. */
export const updateIncident: Operation<UpdateIncidentInput, IncidentDetail> = {
  name: "incidents.update",
  summary: "Assign an incident, note something, pin a public page, mute it, resolve it or open it again.",
  effect: "write",
  permission: "analyse",
  argument: "id",
  example: { id: "inc-1a2b3c", note: "same tool as last week", state: "muted" },
  input: z.strictObject({
    id: z.string().min(1).max(80).meta({ description: "Incident id." }),
    assign: z.string().max(64).nullable().optional().meta({ description: "Who looks after it; null: nobody." }),
    note: z.string().min(1).max(4_000).optional().meta({ description: "What is worth knowing." }),
    link: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .optional()
      .meta({ description: "A public page (a commit, a forum post) pinned with the note." }),
    state: z.enum(["open", "muted", "resolved"]).optional().meta({ description: "New state." }),
  }),
  output: incidentDetail,
  async handle(context, { id, assign, note, link, state }) {
    const before = incidentOf(context, id);
    if (before.notes.length >= appLimits.incidentNotesMax.default && note !== undefined)
      throw new OperationFault("conflict", `an incident holds at most ${appLimits.incidentNotesMax.default} notes`);
    const added = { at: context.now, by: context.caller.name, text: note ?? "", link: link ?? null };
    const after: KeptIncident = {
      ...before,
      assignee: assign === undefined ? before.assignee : assign,
      state: state ?? before.state,
      resolvedBy: state === "resolved" ? context.caller.name : state === undefined ? before.resolvedBy : "",
      notes: note === undefined && link === undefined ? before.notes : [...before.notes, added],
    };
    context.change({ id, assign, state, noted: note !== undefined, link }, [
      { collection: incidentsCollection, id, body: after },
    ]);
    context.service.incidents.replace(after);
    return detailOf(context, after);
  },
};
