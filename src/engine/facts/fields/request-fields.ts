import { endpointClasses } from "../../endpoints/endpoint-class.ts";
import { methodCode } from "../../features/facts.ts";
import { type Field, flag, number, text } from "../field.ts";
import { probeKinds } from "../probes.ts";
import { longestValue, parameterCount, queryNumber } from "../query.ts";
import { sessionCounter } from "../session-book.ts";

const refererWords: readonly string[] = ["", "none", "own", "foreign"];

/** The request at hand. */
export const requestFields: readonly Field[] = [
  text("request.method", "Method as received.", {
    parts: true,
    usualTexts: ["GET"],
    read: ({ exchange }) => exchange.request.method,
  }),
  text("request.host", "Host, lower case, without the usual port.", {
    parts: true,
    read: ({ exchange }) => exchange.request.host,
  }),
  text("request.path", "Path as received, without the query.", {
    parts: true,
    read: ({ exchange }) => exchange.request.path,
  }),
  text("request.query", "Query without the question mark; secret-looking values are masked.", {
    parts: true,
    read: ({ exchange }) => exchange.request.query,
  }),
  text("request.template", "Learned path template: `/product/{x}`.", {
    parts: true,
    read: ({ facts, sources }) => sources.state.endpoints.template(facts.endpoint),
  }),
  text(
    "request.class",
    "What the endpoint is for: unknown, page, asset, api, login, logout, signup, checkout, search, robots, well-known, feed or favicon.",
    {
      parts: true,
      usualTexts: ["page", "asset", "api", "unknown"],
      read: ({ facts }) => endpointClasses[facts.class] ?? "unknown",
    },
  ),
  text("request.protocol", "HTTP/1.0, HTTP/1.1 or HTTP/2.0; empty when not observed.", {
    read: ({ exchange }) => exchange.request.protocol,
  }),
  text("request.scheme", "http or https.", { read: ({ exchange }) => exchange.request.scheme }),
  text("request.probe", `What weakness the path and query look for: ${probeKinds.join(", ")}; empty for none.`, {
    parts: true,
    read(view) {
      // The session knows that it looked for no weakness: no look into the table. Unknown where sessions are not followed.
      if (view.session(sessionCounter.probes) === 0) return "";
      const { facts, exchange, book } = view;
      return probeKinds[book.probes.kindOf(facts.urlHash, exchange.request.path, exchange.request.query)] ?? "";
    },
  }),
  text("request.extension", "Ending of the path's last segment, lower case, without the dot; empty for none.", {
    parts: true,
    read: ({ exchange }) => extensionOf(exchange.request.path),
  }),
  text("application", "Name of the protected application.", { read: ({ exchange }) => exchange.application }),
  flag("request.isWrite", "The method changes something: neither GET nor HEAD.", {
    read: ({ facts }) => facts.method > methodCode.head,
  }),
  flag("request.isPage", "Asks for what a person looks at.", {
    read: ({ facts }) => facts.method <= methodCode.head && [0, 1, 4, 5, 6, 7, 8].includes(facts.class),
  }),
  number("request.depth", "Segments of the path.", {
    usual: 5,
    read: ({ exchange }) => exchange.request.path.split("/", 32).filter((part) => part !== "").length,
  }),
  number("request.pathLength", "Characters of the path.", {
    usual: 120,
    read: ({ exchange }) => exchange.request.path.length,
  }),
  number("request.queryLength", "Characters of the query.", {
    usual: 200,
    gate: "query",
    read: ({ exchange }) => exchange.request.query.length,
  }),
  number("request.parameters", "Parameters of the query.", {
    usual: 6,
    gate: "query",
    read: ({ exchange }) => parameterCount(exchange.request.query),
  }),
  number("request.longestValue", "Characters of the longest parameter value.", {
    usual: 80,
    gate: "query",
    read: ({ exchange }) => longestValue(exchange.request.query),
  }),
  number("request.encoded", "Percent-encoded characters in path and query.", {
    usual: 12,
    read: ({ exchange }) => percents(exchange.request.path) + percents(exchange.request.query),
  }),
  number("request.pageNumber", "Number under a usual name for a page, an offset or a start; 0: none.", {
    usual: 10,
    gate: "query",
    read: ({ exchange }) => queryNumber(exchange.request.query, "page"),
  }),
  number("request.pageSize", "Number under a usual name for how many rows to send; 0: none.", {
    usual: 60,
    gate: "query",
    read: ({ exchange }) => queryNumber(exchange.request.query, "size"),
  }),
  number("request.bodyBytes", "Length of the body; unknown when not observed.", {
    read: ({ exchange }) => (exchange.request.bodyBytes < 0 ? Number.NaN : exchange.request.bodyBytes),
  }),
  number("request.oddities", "What the parsers found odd about the bytes, as a count.", {
    usual: 0,
    read: ({ exchange }) => exchange.request.oddities.length,
  }),
  flag("request.hasAccount", "Carries an account: of a login form or of a token.", {
    read: ({ exchange }) => exchange.request.account !== 0,
  }),
  flag("request.hasToken", "Carries a credential header.", { read: ({ exchange }) => exchange.request.token !== 0 }),
  number("request.cookies", "Cookies presented; unknown when not observed.", {
    usual: 20,
    read: ({ exchange }) => (exchange.observes.cookies ? exchange.request.cookies.length : Number.NaN),
  }),
  text("request.refererKind", "Where the client says it comes from: none, own, foreign; empty when not observed.", {
    read: ({ facts }) => refererWords[facts.referer] ?? "",
  }),
  text("request.referer", "Referer as received; empty when absent.", {
    read: ({ exchange }) => exchange.request.referer,
  }),
  flag("request.linked", "The referer names a page that this client was served.", {
    read: ({ facts }) => facts.linked,
  }),
  number("request.gapSeconds", "Seconds since the session's last request; unknown for its first.", {
    read: ({ facts }) => (facts.gapMs < 0 ? Number.NaN : facts.gapMs / 1_000),
  }),
];

function extensionOf(path: string): string {
  const last = path.slice(path.lastIndexOf("/") + 1);
  const dot = last.lastIndexOf(".");
  return dot < 0 || last.length - dot > 12 ? "" : last.slice(dot + 1).toLowerCase();
}

function percents(text: string): number {
  let count = 0;
  for (let i = text.indexOf("%"); i >= 0 && count < 1_000; i = text.indexOf("%", i + 1)) count++;
  return count;
}
