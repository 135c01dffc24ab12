import { sessionFlag } from "../../sessions/session-table.ts";
import type { FactView } from "../fact-view.ts";
import { type Field, flag, type NumberField, number, share } from "../field.ts";
import { type SessionCounter, type SessionSet, sessionCounter, sessionSum, setColumn } from "../session-book.ts";

function counted(
  name: string,
  description: string,
  source: { readonly from: SessionCounter; readonly usual?: number },
): Field {
  const column = sessionCounter[source.from];
  const read = (view: FactView): number => view.session(column);
  return number(name, description, { read, column, ...(source.usual === undefined ? {} : { usual: source.usual }) });
}

/** Different values of one sort, as a set of the session estimates them. */
function different(name: SessionSet): Pick<NumberField, "column" | "columnLimit" | "read"> {
  return {
    column: setColumn.of(name),
    columnLimit: (limit) => setColumn.limit(name, limit),
    read: (view) => view.book.sessions?.different(view.slot, name) ?? Number.NaN,
  };
}

function refused(view: FactView): number {
  return (
    view.session(sessionCounter.unauthorised) +
    view.session(sessionCounter.forbidden) +
    view.session(sessionCounter.tooMany)
  );
}

function clientErrors(view: FactView): number {
  return (
    refused(view) +
    view.session(sessionCounter.badRequest) +
    view.session(sessionCounter.notFound) +
    view.session(sessionCounter.otherErrors)
  );
}

function answers(view: FactView): number {
  return (
    clientErrors(view) +
    view.session(sessionCounter.serverErrors) +
    view.session(sessionCounter.ok) +
    view.session(sessionCounter.redirects) +
    view.session(sessionCounter.notModified) +
    view.session(sessionCounter.ranges)
  );
}

function flagged(view: FactView, bit: number): boolean {
  return view.sources.state.sessions.flag(view.slot, bit);
}

/** What the session did so far, exactly; the request at hand is counted, its answer is not known yet. */
export const sessionFields: readonly Field[] = [
  number("session.requests", "Requests of the session, this one included.", {
    usual: 60,
    read: (view) => view.requests,
  }),
  number("session.ageSeconds", "Seconds since the session's first request.", {
    usual: 900,
    read: (view) => (view.at - view.sum(sessionSum.startedAt)) / 1_000,
  }),
  number("session.perMinute", "Requests a minute since the session began; unknown in its first ten seconds.", {
    usual: 40,
    gate: "requests",
    parts: true,
    read: (view) => {
      const seconds = (view.at - view.sum(sessionSum.startedAt)) / 1_000;
      return seconds < 10 ? Number.NaN : (view.requests * 60) / seconds;
    },
  }),
  counted("session.pages", "Pages asked for.", { from: "pages", usual: 10 }),
  counted("session.assets", "Sub-resources asked for.", { from: "assets", usual: 60 }),
  counted("session.calls", "Calls of an API.", { from: "calls", usual: 30 }),
  counted("session.writes", "Requests that change something.", { from: "writes", usual: 6 }),
  counted("session.heads", "HEAD requests.", { from: "heads", usual: 0 }),
  number("session.assetsPerPage", "Sub-resources per page; unknown before the second page.", {
    read: (view) => share(view.session(sessionCounter.assets), view.session(sessionCounter.pages), { least: 2 }),
  }),
  number("session.writeShare", "Share of requests that change something; unknown below five requests.", {
    usual: 0.5,
    read: (view) => share(view.session(sessionCounter.writes), view.requests, { least: 5 }),
  }),
  number("session.callShare", "Share of requests that call an API; unknown below five requests.", {
    usual: 0.9,
    read: (view) => share(view.session(sessionCounter.calls), view.requests, { least: 5 }),
  }),
  counted("session.ok", "Answers with a status of 200 to 299.", { from: "ok", usual: 60 }),
  counted("session.redirects", "Answers with a redirect.", { from: "redirects", usual: 6 }),
  counted("session.notModified", "Answers 304: the client had it already.", { from: "notModified", usual: 20 }),
  counted("session.badRequests", "Answers 400 or 422.", { from: "badRequest", usual: 2 }),
  counted("session.unauthorised", "Answers 401.", { from: "unauthorised", usual: 2 }),
  counted("session.forbidden", "Answers 403.", { from: "forbidden", usual: 1 }),
  counted("session.notFound", "Answers 404 or 410.", { from: "notFound", usual: 2 }),
  counted("session.tooMany", "Answers 429.", { from: "tooMany", usual: 0 }),
  counted("session.serverErrors", "Answers of 500 and above.", { from: "serverErrors", usual: 1 }),
  counted("session.emptyAnswers", "Answers without a body.", { from: "answersEmpty", usual: 8 }),
  counted("session.partialAnswers", "Answers 206: parts of a file.", { from: "ranges", usual: 4 }),
  number("session.refusals", "Answers 401, 403 and 429 together.", { usual: 2, read: refused }),
  number("session.clientErrors", "Answers of 400 to 499.", { usual: 3, read: clientErrors }),
  number("session.errorShare", "Share of answers of 400 and above; unknown below ten answers.", {
    usual: 0.2,
    read: (view) => share(clientErrors(view) + view.session(sessionCounter.serverErrors), answers(view), { least: 10 }),
  }),
  number("session.notFoundShare", "Share of answers 404 and 410; unknown below ten answers.", {
    usual: 0.1,
    read: (view) => share(view.session(sessionCounter.notFound), answers(view), { least: 10 }),
  }),
  number("session.okShare", "Share of answers of 200 to 299; unknown below ten answers.", {
    read: (view) => share(view.session(sessionCounter.ok), answers(view), { least: 10 }),
  }),
  number("session.notModifiedShare", "Share of answers 304; unknown below ten answers.", {
    read: (view) => share(view.session(sessionCounter.notModified), answers(view), { least: 10 }),
  }),
  number("session.megabytes", "Megabytes of answers.", {
    usual: 30,
    sum: { place: sessionSum.bytes, times: 1_048_576 },
    read: (view) => view.sum(sessionSum.bytes) / 1_048_576,
  }),
  number("session.kilobytesPerAnswer", "Kilobytes per answer; unknown below five answers.", {
    usual: 400,
    read: (view) => share(view.sum(sessionSum.bytes) / 1_024, answers(view), { least: 5 }),
  }),
  number("session.originSeconds", "Seconds of the origin's time that the session has used.", {
    usual: 20,
    sum: { place: sessionSum.durationMs, times: 1_000 },
    read: (view) => view.sum(sessionSum.durationMs) / 1_000,
  }),
  number(
    "session.originMsPerAnswer",
    "Milliseconds of the origin's time per answer; unknown below three timed answers.",
    {
      usual: 600,
      read: (view) => share(view.sum(sessionSum.durationMs), view.sum(sessionSum.timed), { least: 3 }),
    },
  ),
  number("session.paths", "Different paths, estimated.", {
    usual: 60,
    ...different("paths"),
  }),
  number("session.endpoints", "Different endpoints (method and template), estimated.", {
    usual: 11,
    ...different("endpoints"),
  }),
  number("session.queries", "Different path and query together, of requests with a query, estimated.", {
    usual: 12,
    ...different("queries"),
  }),
  number("session.accounts", "Different accounts that the session claimed, estimated.", {
    usual: 1.1,
    ...different("accounts"),
  }),
  number("session.passwords", "Different passwords tried, estimated; only what the edge could see.", {
    usual: 2.2,
    ...different("passwords"),
  }),
  counted("session.withQuery", "Requests with a query.", { from: "withQuery", usual: 20 }),
  counted("session.odd", "Requests whose bytes were odd.", { from: "odd", usual: 0 }),
  counted("session.probes", "Requests that looked for a weakness (`request.probe`).", { from: "probes", usual: 0 }),
  number("session.probeKinds", "Different kinds of weaknesses looked for.", {
    usual: 0,
    gate: "probes",
    read: (view) => bits(view.session(sessionCounter.probeKinds)),
  }),
  number("session.methods", "Different methods, of GET, HEAD, POST and others.", {
    usual: 2,
    read: (view) => bits(view.session(sessionCounter.methods)),
  }),
  counted("session.pageNumberMax", "Largest page or offset number asked for.", { from: "pageNumberMax", usual: 10 }),
  counted("session.pageSizeMax", "Largest number of rows asked for.", { from: "pageSizeMax", usual: 60 }),
  counted("session.agentChanges", "Times the user agent changed within the session.", {
    from: "agentChanges",
    usual: 0,
  }),
  counted("session.addressChanges", "Times the address changed within the session.", {
    from: "addressChanges",
    usual: 2,
  }),
  flag("session.sawPage", "Asked for a page before or now.", { read: (view) => flagged(view, sessionFlag.sawPage) }),
  flag("session.shownPage", "Was answered a page.", { read: (view) => flagged(view, sessionFlag.shownPage) }),
  flag("session.refusedBefore", "The last answer was a refusal.", {
    usual: 0,
    read: (view) => flagged(view, sessionFlag.denied),
  }),
  flag("session.established", "Showed a past or simply went on: left probation.", {
    read: (view) => view.sources.state.sessions.isEstablished(view.slot),
  }),
];

function bits(word: number): number {
  let left = word;
  let count = 0;
  for (; left > 0; left >>= 1) count += left & 1;
  return count;
}
