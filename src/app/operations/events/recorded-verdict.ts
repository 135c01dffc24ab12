import type { Action, Kind, Verdict } from "#core";
import type { SeenVerdict } from "../../serve/recent-verdicts.ts";
import type { OperationContext } from "../operation-context.ts";
import { toEvent } from "./event-row.ts";

/** A verdict read back from the records, as whole as the one in memory was. */
export async function recordedVerdict(context: OperationContext, reference: string): Promise<SeenVerdict | undefined> {
  const [row] = await context.query("SELECT * FROM everything WHERE reference = $1 ORDER BY time DESC LIMIT 1", [
    reference,
  ]);
  if (row === undefined) return undefined;
  const event = toEvent(context, row);
  const certified = Number(row.certified ?? -1);
  return {
    ...event,
    userAgent: event.agent,
    kind: event.kind as Kind,
    action: event.action as Action,
    enforced: event.enforced as Action,
    basis: event.basis as Verdict["basis"],
    rule: event.rule === "" ? null : event.rule,
    certifiedFpr: certified < 0 ? null : certified,
    revision: Number(row.revision ?? 0),
    trail: { session: 0, identity: Number(row.identity ?? 0), template: event.template, cohort: event.cohort },
  };
}
