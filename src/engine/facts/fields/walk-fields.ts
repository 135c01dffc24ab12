import { counter } from "../../features/counters.ts";
import type { FactView } from "../fact-view.ts";
import { type Field, flag, number, share } from "../field.ts";
import { sessionCounter } from "../session-book.ts";

/** Chances from which a share of a habit means something. */
const chancesMin = 4;

function habit(kept: (view: FactView) => number, chances: (view: FactView) => number): (view: FactView) => number {
  return (view) => share(kept(view), chances(view), { least: chancesMin });
}

/** Which way the client takes through the site, over its sessions; counts fade beyond 255. */
export const walkFields: readonly Field[] = [
  number("walk.idRequests", "Requests for numbered objects.", {
    usual: 20,
    read: (view) => view.client(counter.idRequests),
  }),
  number("walk.steps", "Steps from one number to a neighbouring one.", {
    usual: 3,
    read: (view) => view.client(counter.walkSteps),
  }),
  number("walk.stepShare", "Share of numbered requests that step to a neighbour.", {
    usual: 0.4,
    read: habit(
      (view) => view.client(counter.walkSteps),
      (view) => view.client(counter.idRequests),
    ),
  }),
  number("walk.revisits", "Pages asked for again.", { usual: 12, read: (view) => view.client(counter.revisits) }),
  number("walk.revisitShare", "Share of pages asked for again: people go back, harvesters do not.", {
    read: (view) => share(view.client(counter.revisits), view.client(counter.pages), { least: 8 }),
  }),
  number("walk.linkedShare", "Share of pages whose referer is a page this client was served.", {
    read: habit(
      (view) => view.client(counter.linkClosed),
      (view) => view.client(counter.linkChances),
    ),
  }),
  number("walk.foreignShare", "Share of pages that were reached from foreign sites.", {
    read: habit(
      (view) => view.client(counter.linkForeign),
      (view) => view.client(counter.linkForeign) + view.client(counter.linkChances),
    ),
  }),
  number("walk.unseenShare", "Share of pages whose referer is a page of ours that this client never fetched.", {
    usual: 0.2,
    read: habit(
      (view) => view.client(counter.linkUnseen),
      (view) => view.client(counter.linkChances),
    ),
  }),
  number("walk.pageClosure", "Share of pages whose sub-resources were fetched.", {
    read: habit(
      (view) => view.client(counter.pagesClosed),
      (view) => view.client(counter.pagesExpecting),
    ),
  }),
  number("walk.redirectsFollowedShare", "Share of redirects that were followed.", {
    read: habit(
      (view) => view.client(counter.redirectsFollowed),
      (view) => view.client(counter.redirectChances),
    ),
  }),
  number("walk.afterRefusal", "Requests within two seconds of a refusal.", {
    usual: 2,
    read: (view) => view.client(counter.afterDenial),
  }),
  number("walk.robotsReads", "Requests for robots.txt and site maps.", {
    usual: 0,
    read: (view) => view.client(counter.robots),
  }),
  flag("walk.favicon", "Ever asked for the site's icon, as browsers do.", {
    read: (view) => view.client(counter.favicon) > 0,
  }),
  number("walk.assetRefererShare", "Share of sub-resources that name the page which needs them.", {
    read: habit(
      (view) => view.client(counter.assetsReferred),
      (view) => view.client(counter.assets),
    ),
  }),
  number("walk.shapeChangeShare", "Share of pages on which the header shape changed.", {
    usual: 0.1,
    read: habit(
      (view) => view.client(counter.shapeChanges),
      (view) => view.client(counter.shapeChances),
    ),
  }),
  number("walk.loginAttempts", "Login attempts of the client.", {
    usual: 3,
    read: (view) => view.client(counter.loginAttempts),
  }),
  number("walk.loginFailures", "Refused login attempts of the client.", {
    usual: 2,
    read: (view) => view.client(counter.loginFailures),
  }),
  number("walk.loginQuick", "Login attempts within a second of a refusal: nobody retypes that fast.", {
    usual: 0,
    read: (view) => view.client(counter.loginQuick),
  }),
  number("walk.loginCold", "First login attempts of sessions that had seen no page.", {
    usual: 1,
    read: (view) => view.client(counter.loginCold),
  }),
  number("walk.accountChanges", "Times the claimed account changed.", {
    usual: 1,
    read: (view) => view.client(counter.accounts),
  }),
  number("walk.sameEndpointRun", "Longest run of requests on one endpoint in the session, sub-resources left out.", {
    column: sessionCounter.sameEndpointRunMax,
    usual: 12,
    read: (view) => view.session(sessionCounter.sameEndpointRunMax),
  }),
  number("walk.sameUrl", "Times the session asked for the very same address twice running.", {
    column: sessionCounter.sameUrl,
    usual: 6,
    read: (view) => view.session(sessionCounter.sameUrl),
  }),
  number("walk.noRefererPages", "Pages of the session without a referer.", {
    column: sessionCounter.pagesNoReferer,
    usual: 6,
    read: (view) => view.session(sessionCounter.pagesNoReferer),
  }),
  number("walk.noRefererShare", "Share of the session's pages without a referer; unknown below four pages.", {
    read: (view) =>
      share(view.session(sessionCounter.pagesNoReferer), view.session(sessionCounter.pages), { least: chancesMin }),
  }),
  number("walk.foreignReferers", "Pages of the session reached from foreign sites.", {
    column: sessionCounter.pagesForeignReferer,
    usual: 3,
    read: (view) => view.session(sessionCounter.pagesForeignReferer),
  }),
  number("walk.freshPathShare", "Different paths per request that is no sub-resource; unknown below ten.", {
    read: (view) => {
      const walked = view.requests - view.session(sessionCounter.assets);
      return share(view.book.sessions?.different(view.slot, "paths") ?? Number.NaN, walked, { least: 10 });
    },
  }),
  flag("walk.tooPredictable", "Moves as no person does: more predictably than people's walks of this length.", {
    read: (view) => typicality(view, 0),
  }),
  flag("walk.asNobodyGoes", "Moves as nobody else does on this site.", { read: (view) => typicality(view, 2) }),
  number("enumeration.requests", "Requests of the session in the space of values it asks most tellingly through.", {
    usual: 30,
    read: (view) => view.sources.enumeration.ofSession(view.facts).requests,
  }),
  number("enumeration.distinct", "Different values asked for there.", {
    usual: 20,
    read: (view) => view.sources.enumeration.ofSession(view.facts).distinct,
  }),
  number("enumeration.purity", "Estimated share of those requests that enumerate, 0 to 1.", {
    usual: 0.3,
    read: (view) => view.sources.enumeration.ofSession(view.facts).purity,
  }),
];

function typicality(view: FactView, bin: number): boolean | undefined {
  const found = view.sources.sequence.bin(view.slot);
  return found < 0 ? undefined : found === bin;
}
