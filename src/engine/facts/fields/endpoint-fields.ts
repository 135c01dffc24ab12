import type { FactView } from "../fact-view.ts";
import { type Field, flag, number } from "../field.ts";
import type { RateBook } from "../rate-book.ts";

type Read = (book: RateBook, index: number, at: number) => number;

function endpoint(read: Read): (view: FactView) => number {
  return (view) =>
    view.book.endpoints === undefined ? Number.NaN : read(view.book.endpoints, view.facts.endpoint, view.at);
}

function site(read: Read): (view: FactView) => number {
  return (view) =>
    view.book.sites === undefined ? Number.NaN : read(view.book.sites, view.facts.application, view.at);
}

/** Milliseconds of the origin's time per answer from which an endpoint is dear. */
const dearMs = 500;

/** How busy the endpoint and its application are, and how their answers go. */
export const endpointFields: readonly Field[] = [
  number("endpoint.perMinute", "Requests a minute, from everybody.", {
    usual: 600,
    read: endpoint((book, index, at) => book.perMinute(index, at)),
  }),
  number("endpoint.usualPerMinute", "Requests a minute as usual; unknown in the first quarter of an hour.", {
    read: endpoint((book, index) => book.usual(index)),
  }),
  number("endpoint.surge", "Times busier than usual; unknown in the first quarter of an hour.", {
    usual: 4,
    read: endpoint((book, index, at) => book.surge(index, at)),
  }),
  number("endpoint.errorShare", "Share of its last answers of 400 and above; unknown below ten.", {
    usual: 0.3,
    read: endpoint((book, index) => book.errorShare(index)),
  }),
  number("endpoint.originMs", "Milliseconds of the origin's time per answer; unknown below three.", {
    usual: 800,
    read: endpoint((book, index) => book.durationMs(index)),
  }),
  number("endpoint.answerBytes", "Bytes per answer; unknown below three.", {
    usual: 400_000,
    read: endpoint((book, index) => book.bytes(index)),
  }),
  flag("endpoint.dear", "An answer costs the origin half a second and more.", {
    usual: 0,
    read: (view) => {
      const ms = endpoint((book, index) => book.durationMs(index))(view);
      return Number.isNaN(ms) ? undefined : ms >= dearMs;
    },
  }),
  number("endpoint.requests", "Requests that the endpoint ever had.", {
    read: endpoint((book, index) => book.total(index)),
  }),
  number("endpoint.ageSeconds", "Seconds since the endpoint was first asked for.", {
    read: endpoint((book, index, at) => book.ageSeconds(index, at)),
  }),
  number("site.perMinute", "Requests a minute of the whole application.", {
    usual: 6_000,
    read: site((book, index, at) => book.perMinute(index, at)),
  }),
  number("site.surge", "Times busier than usual, the whole application.", {
    usual: 4,
    read: site((book, index, at) => book.surge(index, at)),
  }),
  number("site.errorShare", "Share of the application's last answers of 400 and above.", {
    usual: 0.3,
    read: site((book, index) => book.errorShare(index)),
  }),
  number("site.ageSeconds", "Seconds since the application's first request.", {
    read: site((book, index, at) => book.ageSeconds(index, at)),
  }),
];
