import type { MessageKey } from "../i18n/english/index.ts";
import type { IconName } from "../parts/icons.tsx";

/** One place in the console. */
export interface Place {
  readonly to: string;
  readonly title: MessageKey;
  readonly icon: IconName;
  /** Pressed after `g`. */
  readonly key: string;
}

/** The navigation, in the order of an analyst's day: what happens, who it is, what is done about it, how it all is. */
export const navigation: readonly { readonly title: MessageKey; readonly places: readonly Place[] }[] = [
  {
    title: "nav.watch",
    places: [
      { to: "/", title: "nav.overview", icon: "overview", key: "o" },
      { to: "/incidents", title: "nav.incidents", icon: "incidents", key: "i" },
      { to: "/events", title: "nav.events", icon: "events", key: "e" },
      { to: "/actors", title: "nav.actors", icon: "actors", key: "a" },
      { to: "/accounts", title: "nav.accounts", icon: "accounts", key: "c" },
      { to: "/agents", title: "nav.agents", icon: "agents", key: "b" },
      { to: "/graph", title: "nav.graph", icon: "graph", key: "w" },
    ],
  },
  {
    title: "nav.act",
    places: [
      { to: "/policies", title: "nav.policies", icon: "policies", key: "p" },
      { to: "/review", title: "nav.review", icon: "review", key: "r" },
      { to: "/explain", title: "nav.explain", icon: "explain", key: "x" },
      { to: "/appeals", title: "nav.appeals", icon: "appeals", key: "u" },
    ],
  },
  {
    title: "nav.run",
    places: [
      { to: "/inventory", title: "nav.inventory", icon: "inventory", key: "n" },
      { to: "/alerts", title: "nav.alerts", icon: "alerts", key: "l" },
      { to: "/health", title: "nav.health", icon: "health", key: "h" },
      { to: "/settings", title: "nav.settings", icon: "settings", key: "s" },
    ],
  },
];

/** All places in one list. */
export const places: readonly Place[] = navigation.flatMap((group) => group.places);
