import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { Failure, Loading } from "./parts/states.tsx";
import { OverviewScreen } from "./screens/overview/overview-screen.tsx";
import { NotFound } from "./shell/not-found.tsx";
import { Shell } from "./shell/shell.tsx";
import { parseSearch, type ScreenSearch, stringifySearch } from "./state/search.ts";

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: ({ error }) => <Failure error={asError(error)} />,
  validateSearch: (search): ScreenSearch => search as ScreenSearch,
});

const at = <Path extends string>(path: Path) => ({ path, getParentRoute: () => root }) as const;

const events = lazyRouteComponent(() => import("./screens/events/events-screen.tsx"), "EventsScreen");
const explain = lazyRouteComponent(() => import("./screens/explain/explain-screen.tsx"), "ExplainScreen");

const routes = [
  createRoute({ ...at("/"), component: OverviewScreen }),
  createRoute({ ...at("/events"), component: events }),
  createRoute({ ...at("/explain"), component: explain }),
  createRoute({ ...at("/explain/$reference"), component: explain }),
];

/** The console's screens by path; each but the overview is loaded when first opened. */
export function createConsoleRouter() {
  return createRouter({
    routeTree: root.addChildren(routes),
    basepath: "/console",
    parseSearch: (query) => parseSearch(query) as Record<string, unknown>,
    stringifySearch,
    defaultPreload: "intent",
    defaultPendingComponent: Loading,
    defaultErrorComponent: ({ error }) => <Failure error={asError(error)} />,
    scrollRestoration: true,
  });
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
