import type { Decision, DecisionTable } from "#policy";
import type { ControlStore } from "#store";
import type { OperationContext } from "../operations/operation-context.ts";

const collection = "decisions";

/** A decision as it survives a restart: lifetimes by the wall clock, because the monotonic one starts anew. */
interface KeptDecision extends Omit<Decision, "expiresAt"> {
  /** Null: until lifted. */
  readonly until: number | null;
}

/** Writes a decision durably, with its audit entry, before it acts. */
export function keepDecision(context: OperationContext, decision: Decision, spanMs: number): void {
  const { expiresAt: _, ...rest } = decision;
  const kept: KeptDecision = { ...rest, until: Number.isFinite(spanMs) ? context.now + spanMs : null };
  const { scope, value, action, reason } = decision;
  context.change({ id: decision.id, scope, value, action, reason, forMs: kept.until === null ? null : spanMs }, [
    { collection, id: decision.id, body: kept },
  ]);
}

/** Forgets decisions durably, with one audit entry, before they are lifted. */
export function forgetDecisions(context: OperationContext, decisions: readonly Decision[], reason: string): void {
  const lifted = decisions.map(({ id, scope, value, action }) => ({ id, scope, value, action }));
  context.change(
    { lifted, reason },
    decisions.map(({ id }) => ({ collection, id, body: null })),
  );
}

/** Puts back what stood when the gateway stopped; what expired meanwhile is dropped. Returns how many stand. */
export function restoreDecisions(
  control: ControlStore,
  table: DecisionTable,
  clock: { readonly now: number; readonly monotonic: number },
): number {
  let standing = 0;
  for (const { body } of control.documents(collection)) {
    const { until, ...rest } = body as KeptDecision;
    if (until !== null && until <= clock.now) continue;
    const expiresAt = until === null ? Number.POSITIVE_INFINITY : clock.monotonic + (until - clock.now);
    if (table.add({ ...rest, expiresAt }).added) standing++;
  }
  return standing;
}
