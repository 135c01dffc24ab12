import { row8, rowBytes, slipShift } from "../../clients/client-table.ts";
import type { FactView } from "../fact-view.ts";
import { type Field, flag, number, text } from "../field.ts";
import type { StrangeHeader, UsualHeader } from "../header-marks.ts";

/** An absent header is evidence only where every header was observed. */
function lacks(name: UsualHeader): (view: FactView) => boolean | undefined {
  return (view) => (view.headersObserved ? !view.carries(name) : undefined);
}

/** Carries one of a sort of headers that ordinary visitors do not send. */
function carries(sort: StrangeHeader): (view: FactView) => boolean {
  return (view) => view.carries(sort);
}

/** What in the client's look contradicts itself, a bit each. */
export function slips(view: FactView): number {
  return (view.sources.state.clients.u8[view.row * rowBytes + row8.flags] as number) >> slipShift;
}

/** What the client wears: presentation. It may narrow a rule down; alone it convicts nobody. */
export const headerFields: readonly Field[] = [
  text("request.userAgent", "User agent as received.", {
    parts: true,
    read: ({ exchange }) => exchange.request.userAgent,
  }),
  number("request.userAgentLength", "Characters of the user agent.", {
    read: ({ exchange }) => exchange.request.userAgent.length,
  }),
  flag("request.looksLikeBrowser", 'The user agent begins as every browser\'s does: "Mozilla/5.0 (".', {
    usual: 1,
    read: ({ exchange }) => exchange.request.userAgent.startsWith("Mozilla/5.0 ("),
  }),
  number("client.browserMajor", "Major version of the claimed browser; 0: none recognised.", {
    read: ({ agent }) => agent.major,
  }),
  number("client.versionsBehind", "Versions behind the site's usual one for that browser; 0 while unknown.", {
    usual: 8,
    read: ({ agent, facts, sources }) =>
      sources.state.sites[facts.application]?.versionsBehind(agent.family, agent.major) ?? 0,
  }),
  flag("client.malformedAgent", "The user agent breaks the grammar that every browser keeps.", {
    usual: 0,
    read: ({ agent }) => agent.malformed !== "",
  }),
  number("request.headers", "Request headers; unknown when not all were observed.", {
    usual: 30,
    read: (view) => (view.headersObserved ? view.exchange.request.headers.names.length : Number.NaN),
  }),
  flag("request.lacksAccept", "No Accept header.", { usual: 0, gate: "headers", read: lacks("accept") }),
  flag("request.lacksLanguage", "No Accept-Language header.", {
    usual: 0,
    gate: "headers",
    read: lacks("accept-language"),
  }),
  flag("request.lacksEncoding", "No Accept-Encoding header.", {
    usual: 0,
    gate: "headers",
    read: lacks("accept-encoding"),
  }),
  flag("request.lacksFetchMetadata", "No Sec-Fetch-Site header, which current browsers send over https.", {
    usual: 0,
    gate: "headers",
    read: lacks("sec-fetch-site"),
  }),
  flag("request.lacksOrigin", "A write without Origin, which browsers send with every POST.", {
    read: lacks("origin"),
  }),
  text("request.fetchSite", "Sec-Fetch-Site: none, same-origin, same-site, cross-site; empty when absent.", {
    usualTexts: ["none", "same-origin", "cross-site", "same-site"],
    read: (view) => view.header("sec-fetch-site"),
  }),
  text("request.fetchMode", "Sec-Fetch-Mode: navigate, cors, no-cors…; empty when absent.", {
    usualTexts: ["navigate", "cors", "no-cors"],
    read: (view) => view.header("sec-fetch-mode"),
  }),
  text("request.fetchDestination", "Sec-Fetch-Dest: document, empty, image…; empty when absent.", {
    read: (view) => view.header("sec-fetch-dest"),
  }),
  text("request.language", "Accept-Language as received.", { read: (view) => view.header("accept-language") }),
  text("request.accept", "Accept as received.", { read: (view) => view.header("accept") }),
  text("request.contentType", "Content-Type of the request.", { read: (view) => view.header("content-type") }),
  text("request.origin", "Origin as received.", { read: (view) => view.header("origin") }),
  text("request.range", "Range as received.", { read: (view) => view.header("range") }),
  flag("request.conditional", "Asks whether what it has is still fresh (If-None-Match, If-Modified-Since).", {
    read: (view) => view.header("if-none-match") !== "" || view.header("if-modified-since") !== "",
  }),
  flag("request.prefetch", "The browser fetches ahead of a person (Sec-Purpose, Purpose).", {
    usual: 0,
    gate: "headers",
    read: carries("prefetch"),
  }),
  flag(
    "request.forwardedBySender",
    "Claims another address in a header that hopeful clients send and proxies do not (X-Originating-IP, X-Remote-IP, X-Remote-Addr, X-Client-IP, Client-IP). What trusted proxies set is read at the edge.",
    {
      usual: 0,
      gate: "headers",
      read: carries("forwarded"),
    },
  ),
  flag("request.automationHeader", "Carries a header that only tools of automation send.", {
    usual: 0,
    gate: "headers",
    read: carries("automation"),
  }),
  flag("request.methodOverride", "Asks to be read as another method (X-HTTP-Method-Override).", {
    usual: 0,
    gate: "headers",
    read: carries("override"),
  }),
  flag("client.hintsContradict", "Client hints and user agent name different browsers.", {
    usual: 0,
    gate: "slips",
    read: (view) => (slips(view) & 1) !== 0,
  }),
  flag("client.headersContradict", "Headers that the claimed browser always sends are missing.", {
    usual: 0,
    gate: "slips",
    read: (view) => (slips(view) & 2) !== 0,
  }),
  flag("client.tlsContradicts", "The TLS hello is of another class than the claimed browser's.", {
    usual: 0,
    gate: "slips",
    read: (view) => (slips(view) & 4) !== 0,
  }),
  text("client.ja4", "JA4 of the TLS hello; empty when not observed.", {
    read: ({ exchange }) => exchange.client.fingerprint.ja4,
  }),
  text("client.h2", "HTTP/2 fingerprint; empty when not observed.", {
    read: ({ exchange }) => exchange.client.fingerprint.h2,
  }),
  text("client.headerShape", "Structural hash of header names and order; empty when not observed.", {
    read: ({ exchange }) => exchange.client.fingerprint.headers,
  }),
];
