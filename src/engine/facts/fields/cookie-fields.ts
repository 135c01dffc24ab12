import { counter } from "../../features/counters.ts";
import type { LedgerAxis } from "../../ledger/ledger-row.ts";
import type { FactView } from "../fact-view.ts";
import { type Field, flag, number, share, text } from "../field.ts";

/** Axes that a jar which breaks no rule never moves. */
const brokenAxes: readonly LedgerAxis[] = ["missing", "stale", "neverIssued", "outOfScope", "ghost", "duplicate"];

function events(name: string, description: string, axis: LedgerAxis): Field {
  return number(name, description, {
    usual: 0,
    ...(brokenAxes.includes(axis) ? { gate: "jar" } : {}),
    read: (view) => view.orchestration?.ledger.events(axis) ?? Number.NaN,
  });
}

function eventShare(view: FactView, axis: LedgerAxis): number {
  const ledger = view.orchestration?.ledger;
  return ledger === undefined ? Number.NaN : share(ledger.events(axis), ledger.opportunities(axis), { least: 3 });
}

/** What the cookie ledger says; unknown where a connector does not show every cookie both ways. */
export const cookieFields: readonly Field[] = [
  number("cookies.held", "Cookies that the session should hold.", {
    usual: 12,
    read: (view) => view.orchestration?.ledger.cookies ?? Number.NaN,
  }),
  events("cookies.missing", "Cookies that were due and did not come.", "missing"),
  number("cookies.missingShare", "Share of due cookies that did not come; unknown below three chances.", {
    usual: 0.1,
    gate: "jar",
    read: (view) => eventShare(view, "missing"),
  }),
  events("cookies.stale", "Cookies that came with an old value.", "stale"),
  events("cookies.neverIssued", "Cookies with a value that we never issued.", "neverIssued"),
  events("cookies.unknownName", "Cookies under a name that nobody issues.", "unknownName"),
  events("cookies.outOfScope", "Cookies sent where their path, host or scheme forbids it.", "outOfScope"),
  events("cookies.ghosts", "Cookies that came back after they were deleted.", "ghost"),
  events("cookies.duplicates", "The same cookie twice in one request.", "duplicate"),
  events("cookies.orderBreaks", "Requests whose cookies stood in an order that no browser's jar gives.", "orderBreak"),
  text("cookies.orderRule", "The jar whose order fits best: chromium, rfc, libcurl…; empty while unknown.", {
    read: (view) => view.orchestration?.ledger.orderRule ?? "",
  }),
  number(
    "cookies.maturity",
    "Age class of the oldest cookie brought along: 0 none, 1 < 1 h, 2 < 1 d, 3 < 7 d, 4 older.",
    {
      read: (view) => view.orchestration?.ledger.maturity ?? Number.NaN,
    },
  ),
  number("cookies.inherited", "Times a cookie came that was issued before this session.", {
    read: (view) => view.orchestration?.ledger.inherited ?? Number.NaN,
  }),
  flag("cookies.shared", "Several jars speak under this session's key, as behind one address.", {
    read: (view) => view.orchestration?.ledger.shared,
  }),
  number(
    "cookies.returnedShare",
    "Share of requests that returned a cookie where one was due, over the client's sessions.",
    {
      read: (view) => share(view.client(counter.cookieReturned), view.client(counter.cookieChances), { least: 3 }),
    },
  ),
  flag("cookies.none", "The client has chances to return cookies and returned none.", {
    usual: 0,
    read: (view) => (view.client(counter.cookieChances) < 3 ? undefined : view.client(counter.cookieReturned) === 0),
  }),
];
