import type { Overview } from "../../api/contract.ts";
import type { LiveDocument } from "../../api/live.ts";
import type { Split } from "../../parts/split-chart.tsx";
import { fixedRange } from "../../state/range.ts";

/** The overview's numbers, whether they come from the stream or from the records. */
export interface Figures {
  /** The range that a link from these numbers carries. */
  readonly range: string;
  readonly requests: number;
  readonly byKind: Readonly<Record<string, number>>;
  readonly clientsByKind: Readonly<Record<string, number>> | undefined;
  readonly split: Split;
  readonly done: Readonly<Record<string, number>>;
  readonly would: Readonly<Record<string, number>>;
  /** Whether `done` and `would` count since the gateway's start instead of over the range. */
  readonly sinceStart: boolean;
  readonly latencyUs: { readonly p50: number; readonly p99: number };
  readonly failModeUsed: number | undefined;
  readonly saved: Overview["saved"] | undefined;
  readonly badInfrastructureShare: number | null | undefined;
  readonly openIncidents: number | undefined;
  readonly waiting: number;
  readonly shed: number;
}

/**
 * The last ten minutes as the gateway's memory has them; what only the records know (what was saved, whose infrastructure it
 * came from, open incidents) a few seconds later.
 */
export function figuresOfLive(
  { at, kinds, split, status }: LiveDocument,
  recorded: Pick<Overview, "saved" | "badInfrastructureShare" | "incidents"> | undefined,
): Figures {
  const byKind = Object.fromEntries(
    kinds.map((kind, index) => [kind, split.rows.reduce((sum, row) => sum + (row[index] ?? 0), 0)]),
  );
  return {
    range: fixedRange(split.from, at),
    requests: sum(byKind),
    byKind,
    clientsByKind: status.clientsByKind,
    split: { from: split.from, stepMs: split.stepMs, names: kinds, rows: split.rows },
    done: status.actions,
    would: status.observed,
    sinceStart: true,
    latencyUs: status.decisionMicroseconds,
    failModeUsed: sum(status.failModeUsed),
    saved: recorded?.saved,
    badInfrastructureShare: recorded?.badInfrastructureShare,
    openIncidents: recorded?.incidents.open,
    waiting: 0,
    shed: 0,
  };
}

/** A range as the records have it. */
export function figuresOfRange(overview: Overview): Figures {
  return {
    range: fixedRange(overview.from, overview.to),
    requests: overview.totals.requests,
    byKind: overview.byKind,
    clientsByKind: undefined,
    split: { from: overview.from, stepMs: overview.stepMs, names: overview.kinds, rows: overview.rows },
    done: overview.enforced,
    would: overview.wouldHave,
    sinceStart: false,
    latencyUs: overview.addedLatencyUs,
    failModeUsed: undefined,
    saved: overview.saved,
    badInfrastructureShare: overview.badInfrastructureShare,
    openIncidents: overview.incidents.open,
    waiting: overview.waiting,
    shed: overview.shed,
  };
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
