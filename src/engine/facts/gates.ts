import type { FactView } from "./fact-view.ts";
import type { Gate } from "./field.ts";
import { slips } from "./fields/header-fields.ts";
import { isOrdinary } from "./header-marks.ts";
import { sessionCounter } from "./session-book.ts";

/** Whether the fields behind a gate may say more than usual about the request at hand. */
export const gates: Readonly<Record<Gate, (view: FactView) => boolean>> = {
  jar: (view) => view.orchestration?.ledger.broken === true,
  headers: (view) => !isOrdinary(view.marks, view.headersObserved),
  slips: (view) => slips(view) !== 0,
  query: ({ exchange }) => exchange.request.query !== "",
  account: (view) => view.account !== 0,
  // Where sessions are not followed the counter is unknown, and unknown opens.
  probes: (view) => view.session(sessionCounter.probes) !== 0,
  // Fewer in ten seconds are no more than usual a minute.
  requests: (view) => view.requests > 6,
  submissions: (view) => view.session(sessionCounter.submissions) !== 0,
};
