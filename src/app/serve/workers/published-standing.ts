import type { Clock, Exchange, Millis, StandingDecisions, Verdict } from "#core";
import { createDecisionTable, type Decision, type DecisionKeys, type DecisionTable } from "#policy";
import { openPanicSwitch } from "../../policy/panic-switch.ts";

/** Standing decisions on their way to the workers. Plain data. */
export interface PublishedStanding {
  /** Lifetimes are spans from the moment of publishing: every thread's monotonic clock starts on its own. */
  readonly decisions: readonly (Omit<Decision, "expiresAt"> & { readonly leftMs: Millis })[];
  /** Where the panic switch is looked at. */
  readonly directory: string;
}

/** How often a worker looks at the panic switch by itself, so that it holds while the judging thread hangs. */
const lookMs = 1_000;

/** What stands now. */
export function publishStanding(
  decisions: DecisionTable,
  { now, directory }: { readonly now: Millis; readonly directory: string },
): PublishedStanding {
  return {
    decisions: decisions.list().map(({ expiresAt, ...decision }) => ({ ...decision, leftMs: expiresAt - now })),
    directory,
  };
}

/** Puts published decisions into a table whose clock reads `now`; what the table refuses is left out. */
export function restoreStanding(
  decisions: DecisionTable,
  { published, now }: { readonly published: PublishedStanding; readonly now: Millis },
): void {
  for (const { leftMs, ...decision } of published.decisions) decisions.add({ ...decision, expiresAt: now + leftMs });
}

/**
 * A worker's copy: consulted only where the judging thread gave no verdict. It knows decisions about addresses,
 * networks, accounts, tokens and fingerprints; sessions and cohorts are the engine's idea and known to it alone.
 */
export function readStanding(published: unknown, clock: Clock): StandingDecisions | undefined {
  if (typeof published !== "object" || published === null) return undefined;
  const standing = published as PublishedStanding;
  const table = createDecisionTable();
  restoreStanding(table, { published: standing, now: clock.monotonic() });
  const panic = openPanicSwitch(standing.directory);
  let lookedAt = clock.monotonic();
  return {
    lookup(exchange, now) {
      if (now - lookedAt > lookMs) {
        lookedAt = now;
        panic.look();
      }
      if (panic.on) return verdictOf(exchange, { action: "log", reason: "panic" });
      const decision = table.lookup(keysOf(exchange), now);
      return decision === undefined ? undefined : verdictOf(exchange, decision);
    },
  };
}

function keysOf({ client, request }: Exchange): DecisionKeys {
  const { account, token } = request;
  return {
    address: client.ip,
    session: 0,
    account,
    token,
    fingerprint: client.fingerprint.ja4,
    behaviour: "",
    cohort: "",
  };
}

function verdictOf(exchange: Exchange, { action, reason }: Pick<Decision, "action" | "reason">): Verdict {
  return {
    action,
    kind: "unknown",
    score: { total: 0, behaviour: 0, presentation: 0 },
    signals: [],
    rule: reason,
    watched: [],
    basis: "list",
    certifiedFpr: null,
    reference: exchange.id,
    revision: 0,
  };
}
