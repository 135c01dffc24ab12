import { ask } from "./browser.ts";

interface Found {
  readonly events: readonly {
    readonly reference: string;
    readonly session: string;
    readonly actor: string;
    readonly ip: string;
    readonly headers: string;
  }[];
}

/** Every screen of the console with real things of the demo in its address. */
export async function allScreens(): Promise<readonly { readonly name: string; readonly path: string }[]> {
  const { cohorts } = await ask<{ readonly cohorts: readonly { readonly id: string }[] }>("cohorts.list", { limit: 1 });
  // A session that was judged with others has the most to say, so that what does not fit is always seen.
  const judged = await ask<Found>("events.query", { cohort: cohorts.map(({ id }) => id), limit: 1 });
  const { events } =
    judged.events.length > 0 ? judged : await ask<Found>("events.query", { kind: ["automated"], limit: 1 });
  const { incidents } = await ask<{ readonly incidents: readonly { readonly id: string }[] }>("incidents.list", {});
  const [event] = events;
  const [incident] = incidents;
  const [cohort] = cohorts;
  return [
    { name: "overview-live", path: "/" },
    { name: "overview-range", path: "/?range=15m" },
    { name: "events", path: "/events?where=kind:automated&where=-method:POST" },
    { name: "events-empty", path: "/events?where=path:/nowhere" },
    { name: "explain", path: "/explain" },
    { name: "explanation", path: `/explain/${event?.reference ?? ""}` },
    { name: "actors", path: "/actors" },
    { name: "actor", path: `/actors/${event?.actor ?? ""}` },
    { name: "session", path: `/sessions/${event?.session ?? ""}` },
    { name: "session-compare", path: `/sessions/${event?.session ?? ""}?compare=person` },
    { name: "entity-address", path: `/entities/ip/${event?.ip ?? ""}` },
    { name: "entity-fingerprint", path: `/entities/fingerprint/${event?.headers ?? ""}` },
    { name: "accounts", path: "/accounts" },
    { name: "agents", path: "/agents" },
    { name: "incidents", path: "/incidents" },
    ...(incident === undefined ? [] : [{ name: "incident", path: `/incidents/${incident.id}` }]),
    { name: "cohort", path: `/cohorts/${cohort?.id ?? ""}` },
    { name: "ways", path: "/graph?range=15m" },
    { name: "policies", path: "/policies" },
    { name: "packs", path: "/policies?tab=packs" },
    { name: "policy-new", path: "/policies/new" },
    { name: "review", path: "/review" },
    { name: "appeals", path: "/appeals" },
    { name: "inventory", path: "/inventory" },
    { name: "alerts", path: "/alerts" },
    { name: "appeals-declined", path: "/appeals?state=declined" },
    { name: "health", path: "/health" },
    { name: "settings", path: "/settings" },
    { name: "account", path: "/settings?tab=account" },
    { name: "people", path: "/settings?tab=people" },
    { name: "audit", path: "/settings?tab=audit" },
    { name: "login", path: "/login" },
    { name: "nowhere", path: "/no/such/page" },
  ];
}
