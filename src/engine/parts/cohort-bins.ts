import { type ClientTable, rowBytes, rowFloat } from "../clients/client-table.ts";
import { cohortAxisIndex } from "../cohorts/index.ts";
import { counter } from "../features/counters.ts";
import type { OrchestrationCase } from "../intent/orchestration.ts";
import { came } from "./cohort-steps.ts";

/** Requests that were answered before the mix of answers says something. */
const askedLeast = 3;
/** Unknown, common, uncommon, rare: what is rare anyway need not be told apart further. */
export function rarity(commonness: number): number {
  return commonness < 0 ? 0 : commonness <= 1 ? 1 : commonness === 2 ? 2 : 3;
}

/** Bin of the axis "answers" from what was refused of what was asked. */
function answersBin(refused: number, asked: number): number {
  if (refused === 0) return 0;
  return refused * 2 < asked ? 1 : 2;
}

/** Think times before their spread says something. */
const gapsLeast = 3;

/** Spread of a client's think times, as a bin; people's have a standard deviation near 0.8 on the natural logarithm. */
function cadenceBin(clients: ClientTable, row: number): number {
  const gaps = clients.get(row, counter.gaps);
  if (gaps < gapsLeast) return -1;
  const squares = clients.f32[row * (rowBytes / 4) + rowFloat.logGapM2] as number;
  const deviation = Math.sqrt(Math.max(0, squares) / (Math.min(gaps, 120) - 1));
  if (deviation < 0.2) return 0;
  return deviation < 0.45 ? 1 : 2;
}

/** Bin of the axis "jar". */
function jarBin(ledger: OrchestrationCase["ledger"]): number {
  if (ledger.events("neverIssued") > 0) return 4;
  const owed = ledger.opportunities("missing");
  if (owed > 0 && ledger.events("missing") === owed) return 3;
  if (ledger.maturity >= 2) return 0;
  return ledger.maturity === 1 || owed > 0 ? 1 : 2;
}

/** Failed log-ins of a client so far, as one byte: to be compared with itself. */
export function failuresOf(clients: ClientTable, row: number): number {
  return clients.get(row, counter.loginFailures) & 0xff;
}

/** What one session has shown so far. */
export interface SessionShown {
  readonly clients: ClientTable;
  readonly row: number;
  /** A page's parts are still on their way. */
  readonly loading: boolean;
  readonly typicality: number;
  /** Eighth of its pause before a log-in; -1 unknown. */
  readonly gap: number;
  readonly novelty: number;
  readonly refused: number;
  readonly asked: number;
  /** Bits of `came`. */
  readonly came: number;
  /** It took a sensitive step. */
  readonly login: boolean;
  readonly ledger: OrchestrationCase["ledger"] | undefined;
}

/** Bins of the axes that one session shows; -1 where it has not. */
export function fillSessionBins(bins: Int8Array, shown: SessionShown): void {
  const get = (index: number): number => shown.clients.get(shown.row, index);
  bins.fill(-1);
  const pages = get(counter.pagesExpecting);
  const closed = get(counter.pagesClosed);
  // A password manager submits before the page's load is over and its balance drawn.
  const loaded = closed > 0 || shown.loading;
  const native = shown.login && (shown.came & came.native) !== 0;
  if (shown.login) {
    const straight = (shown.came & came.straight) !== 0;
    const way = loaded && get(counter.loginCold) === 0 ? 0 : 1;
    bins[cohortAxisIndex.arrival] = straight ? 2 : native ? 0 : way;
  }
  if (pages > 0) bins[cohortAxisIndex["side-effects"]] = closed >= pages ? 0 : closed > 0 ? 1 : 2;
  bins[cohortAxisIndex.typicality] = shown.typicality;
  bins[cohortAxisIndex.gap] = shown.gap;
  bins[cohortAxisIndex.habit] = shown.novelty;
  bins[cohortAxisIndex.cadence] = cadenceBin(shown.clients, shown.row);
  // Native applications have no pages and no jar: what is usual among browsers says nothing about them.
  if (shown.login && !native) bins[cohortAxisIndex.way] = Math.max(0, Math.min(2, get(counter.pages) - 1));
  if (shown.asked >= askedLeast) bins[cohortAxisIndex.answers] = answersBin(shown.refused, shown.asked);
  if (shown.ledger?.observed !== true) return;
  const jar = jarBin(shown.ledger);
  if (!native || jar >= 3) bins[cohortAxisIndex.jar] = jar;
  if (shown.ledger.orderSize >= 3)
    bins[cohortAxisIndex.order] = ["chromium", "rfc"].includes(shown.ledger.orderRule ?? "") ? 0 : 1;
}
