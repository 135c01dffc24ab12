import { rowFloat } from "../../clients/client-table.ts";
import { counter } from "../../features/counters.ts";
import type { FactView } from "../fact-view.ts";
import { type Field, number, share } from "../field.ts";
import { sessionCounter, sessionSum } from "../session-book.ts";

/** Gaps from which statistics of rhythm mean something. */
const gapsMin = 6;

function gaps(view: FactView): number {
  return view.session(sessionCounter.gaps);
}

function mean(view: FactView): number {
  return share(view.sum(sessionSum.gapSum), gaps(view), { least: gapsMin });
}

function deviation(view: FactView): number {
  const n = gaps(view);
  if (n < gapsMin) return Number.NaN;
  const average = view.sum(sessionSum.gapSum) / n;
  return Math.sqrt(Math.max(0, view.sum(sessionSum.gapSquares) / n - average * average));
}

function logDeviation(view: FactView): number {
  const n = gaps(view);
  if (n < gapsMin) return Number.NaN;
  const average = view.sum(sessionSum.logGapSum) / n;
  return Math.sqrt(Math.max(0, view.sum(sessionSum.logGapSquares) / n - average * average));
}

/** When requests come, sub-resources not counted. Unknown below six gaps. */
export const rhythmFields: readonly Field[] = [
  number("rhythm.gaps", "Gaps between requests that are no sub-resources.", { usual: 40, read: gaps }),
  number("rhythm.meanSeconds", "Mean gap.", { read: mean }),
  number("rhythm.deviationSeconds", "Standard deviation of gaps.", { read: deviation }),
  number("rhythm.variation", "Deviation divided by mean: people 1 and more, a timer near 0.", {
    read: (view) => deviation(view) / Math.max(1e-3, mean(view)),
  }),
  number(
    "rhythm.logDeviation",
    "Standard deviation of ln(gap seconds): people near 1, a program with jitter below 0.3.",
    {
      read: logDeviation,
    },
  ),
  number(
    "rhythm.burstiness",
    "(deviation - mean) / (deviation + mean), from -1 for a timer over 0 for chance to 1 for bursts.",
    {
      read: (view) => {
        const [m, d] = [mean(view), deviation(view)];
        return m + d === 0 ? -1 : (d - m) / (d + m);
      },
    },
  ),
  number("rhythm.shortestSeconds", "Shortest gap.", {
    read: (view) => (gaps(view) < gapsMin ? Number.NaN : view.sum(sessionSum.gapMin)),
  }),
  number("rhythm.quickShare", "Share of gaps below a quarter of a second.", {
    usual: 0.6,
    read: (view) => share(view.session(sessionCounter.quickGaps), gaps(view), { least: gapsMin }),
  }),
  number("rhythm.pageLogDeviation", "Standard deviation of ln(seconds) between pages, over the client's sessions.", {
    read: (view) => {
      const n = view.client(counter.gaps);
      return n < gapsMin ? Number.NaN : Math.sqrt(Math.max(0, view.float(rowFloat.logGapM2)) / (n - 1));
    },
  }),
  number("rhythm.pageMeanSeconds", "Mean seconds between pages, over the client's sessions.", {
    read: (view) => (view.client(counter.gaps) < gapsMin ? Number.NaN : view.float(rowFloat.gapMean)),
  }),
  number("rhythm.quickPageShare", "Share of page gaps below 0.7 s, over the client's sessions.", {
    usual: 0.3,
    read: (view) => share(view.client(counter.quickGaps), view.client(counter.gaps), { least: gapsMin }),
  }),
  number(
    "rhythm.againstPace",
    "ln of the client's page gap against the usual pace of people here: -2 is seven times faster.",
    {
      read: (view) => {
        const pace = view.sources.state.sites[view.facts.application]?.pace ?? Number.NaN;
        return view.client(counter.gaps) < gapsMin ? Number.NaN : view.float(rowFloat.logGapMean) - pace;
      },
    },
  ),
];
