import type { NetworkCategory } from "#core";
import { row64, rowBytes, rowFlag } from "../../clients/client-table.ts";
import type { FactView } from "../fact-view.ts";
import { type Field, flag, number, share, text } from "../field.ts";
import { type SessionCounter, sessionCounter } from "../session-book.ts";

/** Noted when the session begins and when its address changes. */
function noted(name: string, description: string, counter: SessionCounter): Field {
  return flag(name, description, {
    usual: 0,
    column: sessionCounter[counter],
    read: (view) => view.session(sessionCounter[counter]) > 0,
  });
}

/** As `noted`, and known before any rule asks: a pack can be tried on what was stored when nobody had thought of it. */
function categorised(
  name: string,
  description: string,
  [counter, category]: readonly [SessionCounter, NetworkCategory],
): Field {
  return flag(name, description, {
    usual: 0,
    column: sessionCounter[counter],
    read: ({ network }) => network.categories.includes(category),
  });
}

function hasFlag(view: FactView, bit: number): boolean {
  return view.sources.state.clients.flag(view.row, bit);
}

/** Who seems to be there: address, network, declared or proven identity, and what is remembered of the client. */
export const clientFields: readonly Field[] = [
  text("client.ip", "The client's address.", { read: ({ exchange }) => exchange.client.ip }),
  number("client.asn", "Autonomous system number of its network; 0: unknown.", { read: ({ network }) => network.asn }),
  text("client.organisation", "Holder of its network.", { read: ({ network }) => network.organisation }),
  text("client.country", "ISO 3166-1 alpha-2 of its address; empty: unknown.", {
    read: ({ network }) => network.country,
  }),
  text("client.city", "City of its address; empty: unknown.", { read: ({ network }) => network.city }),
  categorised("client.hosting", "The address belongs to a hosting network.", ["hosting", "hosting"]),
  categorised("client.vpn", "The address is an exit of a VPN.", ["vpn", "vpn"]),
  categorised("client.proxy", "The address is a public proxy.", ["proxy", "proxy"]),
  categorised("client.tor", "The address is a Tor exit.", ["tor", "tor"]),
  categorised("client.mobileGateway", "The address is shared by a mobile network's customers.", [
    "mobileGateway",
    "mobile-gateway",
  ]),
  categorised("client.corporate", "The address is shared by a firm.", ["corporate", "corporate-nat"]),
  categorised("client.residentialProxy", "The address is suspected to be lent to a proxy service.", [
    "residentialProxy",
    "residential-proxy-suspect",
  ]),
  categorised("client.listed", "The address stands on a configured list.", ["listed", "listed"]),
  noted(
    "client.sharedAddress",
    "Many people stand behind the address: a list says mobile gateway or firm, or three people were seen there within a day.",
    "sharedAddress",
  ),
  text("client.bot", "Name of the bot that the user agent declares; empty: none.", {
    read: ({ bot }) => bot?.name ?? "",
  }),
  text(
    "client.purpose",
    "Why the declared bot comes: train, search, user-triggered, monitor, seo, preview, archive, security, tool, feed, other.",
    {
      read: ({ bot }) => bot?.purpose ?? "",
    },
  ),
  noted("client.declared", "The user agent declares a bot.", "declared"),
  noted("client.verifiable", "The declared bot's operator offers a way to prove its claim.", "verifiable"),
  flag("client.verified", "An agent that proved who it is.", {
    usual: 0,
    read: ({ exchange }) => exchange.client.verified !== undefined,
  }),
  text("client.agentName", "Name of the proven agent; empty: none.", {
    read: ({ exchange }) => exchange.client.verified?.name ?? "",
  }),
  text("client.agentOperator", "Operator of the proven agent.", {
    read: ({ exchange }) => exchange.client.verified?.operator ?? "",
  }),
  number("client.requests", "Requests of the client over all its sessions.", {
    usual: 400,
    read: (view) => view.sources.state.clients.requestsOf(view.row),
  }),
  number("client.sessions", "Sessions of the client.", {
    usual: 20,
    read: (view) => view.sources.state.clients.sessionsOf(view.row),
  }),
  number("client.ageSeconds", "Seconds since the client was first seen.", {
    read: (view) =>
      Math.max(
        0,
        (view.at - (view.sources.state.clients.f64[view.row * (rowBytes / 8) + row64.firstSeen] as number)) / 1_000,
      ),
  }),
  flag("client.returning", "Showed a cookie that we issued in an earlier visit.", {
    read: (view) => view.sources.state.clients.identityOf(view.row) !== 0,
  }),
  flag("client.convictedBefore", "The engine took this client for automation at some time.", {
    usual: 0,
    read: (view) => hasFlag(view, rowFlag.convicted),
  }),
  flag("client.anchored", "Scarce facts vouch for the client (an accepted login with people's habits).", {
    read: (view) => hasFlag(view, rowFlag.anchored),
  }),
  number("address.agents", "Different user agents seen on the address, at most 32.", {
    usual: 4,
    read: ({ address }) => address.agents,
  }),
  number("address.switches", "Times user agents took turns on the address.", {
    usual: 20,
    read: ({ address }) => address.switches,
  }),
  number("address.pages", "Pages asked for from the address.", { usual: 100, read: ({ address }) => address.pages }),
  number("address.assetsPerPage", "Sub-resources per page from the address; unknown below eight pages.", {
    read: ({ address }) => share(address.assets, address.pages, { least: 8 }),
  }),
];
