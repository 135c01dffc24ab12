import type { Signal } from "#core";
import { type ClientTable, rowBytes, rowFloat } from "../clients/client-table.ts";
import type { Conviction } from "../cohorts/index.ts";
import { counter } from "../features/counters.ts";
import type { OrchestrationCase } from "../intent/orchestration.ts";

/** Requests that were answered before the mix of answers says something. */
export const askedLeast = 3;
/** Unknown, common, uncommon, rare: what is rare anyway need not be told apart further. */
export function rarity(commonness: number): number {
  return commonness < 0 ? 0 : commonness <= 1 ? 1 : commonness === 2 ? 2 : 3;
}

/** Bin of the axis "answers" from what was refused of what was asked. */
export function answersBin(refused: number, asked: number): number {
  if (refused === 0) return 0;
  return refused * 2 < asked ? 1 : 2;
}

/** Think times before their spread says something. */
const gapsLeast = 3;

/** Spread of a client's think times, as a bin; people's have a standard deviation near 0.8 on the natural logarithm. */
export function cadenceBin(clients: ClientTable, row: number): number {
  const gaps = clients.get(row, counter.gaps);
  if (gaps < gapsLeast) return -1;
  const squares = clients.f32[row * (rowBytes / 4) + rowFloat.logGapM2] as number;
  const deviation = Math.sqrt(Math.max(0, squares) / (Math.min(gaps, 120) - 1));
  if (deviation < 0.2) return 0;
  return deviation < 0.45 ? 1 : 2;
}

/** Bin of the axis "jar". */
export function jarBin(ledger: OrchestrationCase["ledger"]): number {
  if (ledger.events("neverIssued") > 0) return 4;
  const owed = ledger.opportunities("missing");
  if (owed > 0 && ledger.events("missing") === owed) return 3;
  if (ledger.maturity >= 2) return 0;
  return ledger.maturity === 1 || owed > 0 ? 1 : 2;
}

/** A conviction as the signal that hits a member. */
export function convictionSignal(conviction: Conviction): Signal {
  const { grouping, sessions, nats, purity, basis, certifiedFpr, enforced } = conviction;
  return {
    detector: "convicted-cohort",
    axis: "cohort",
    group: "cohort",
    // Beyond the day's budget of people a conviction is watched: it is listed and weighs nothing.
    nats: enforced ? nats : 0,
    evidence: {
      cohort: conviction.key.toString(36),
      grouping,
      sessions,
      purity: Math.round(purity * 100) / 100,
      basis,
      certifiedFpr: certifiedFpr ?? "none yet",
      enforced: enforced ? "yes" : "the day's budget of people is spent",
      ...(conviction.attack === "" ? {} : { attack: conviction.attack, threat: conviction.threat }),
      case: conviction.evidence.slice(0, 3).join("; "),
    },
  };
}
