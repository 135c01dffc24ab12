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
const actors = lazyRouteComponent(() => import("./screens/actors/actors-screen.tsx"), "ActorsScreen");
const actor = lazyRouteComponent(() => import("./screens/actors/actor-screen.tsx"), "ActorScreen");
const session = lazyRouteComponent(() => import("./screens/sessions/session-screen.tsx"), "SessionScreen");
const entity = lazyRouteComponent(() => import("./screens/entities/entity-screen.tsx"), "EntityScreen");
const incidents = lazyRouteComponent(() => import("./screens/incidents/incidents-screen.tsx"), "IncidentsScreen");
const incident = lazyRouteComponent(() => import("./screens/incidents/incident-screen.tsx"), "IncidentScreen");
const cohort = lazyRouteComponent(() => import("./screens/incidents/cohort-screen.tsx"), "CohortScreen");
const graph = lazyRouteComponent(() => import("./screens/graph/graph-screen.tsx"), "GraphScreen");
const policies = lazyRouteComponent(() => import("./screens/policies/policies-screen.tsx"), "PoliciesScreen");
const policy = lazyRouteComponent(() => import("./screens/policies/policy-screen.tsx"), "PolicyScreen");
const review = lazyRouteComponent(() => import("./screens/review/review-screen.tsx"), "ReviewScreen");
const appeals = lazyRouteComponent(() => import("./screens/appeals/appeals-screen.tsx"), "AppealsScreen");
const accounts = lazyRouteComponent(() => import("./screens/accounts/accounts-screen.tsx"), "AccountsScreen");
const agents = lazyRouteComponent(() => import("./screens/agents/agents-screen.tsx"), "AgentsScreen");
const inventory = lazyRouteComponent(() => import("./screens/inventory/inventory-screen.tsx"), "InventoryScreen");
const alerts = lazyRouteComponent(() => import("./screens/alerts/alerts-screen.tsx"), "AlertsScreen");
const health = lazyRouteComponent(() => import("./screens/health/health-screen.tsx"), "HealthScreen");
const settings = lazyRouteComponent(() => import("./screens/settings/settings-screen.tsx"), "SettingsScreen");
const login = lazyRouteComponent(() => import("./screens/login/login-screen.tsx"), "LoginScreen");

const routes = [
  createRoute({ ...at("/"), component: OverviewScreen }),
  createRoute({ ...at("/events"), component: events }),
  createRoute({ ...at("/explain"), component: explain }),
  createRoute({ ...at("/explain/$reference"), component: explain }),
  createRoute({ ...at("/actors"), component: actors }),
  createRoute({ ...at("/actors/$actor"), component: actor }),
  createRoute({ ...at("/sessions/$session"), component: session }),
  createRoute({ ...at("/entities/$type/$value"), component: entity }),
  createRoute({ ...at("/incidents"), component: incidents }),
  createRoute({ ...at("/incidents/$incident"), component: incident }),
  createRoute({ ...at("/cohorts/$cohort"), component: cohort }),
  createRoute({ ...at("/accounts"), component: accounts }),
  createRoute({ ...at("/agents"), component: agents }),
  createRoute({ ...at("/graph"), component: graph }),
  createRoute({ ...at("/policies"), component: policies }),
  createRoute({ ...at("/policies/$policy"), component: policy }),
  createRoute({ ...at("/review"), component: review }),
  createRoute({ ...at("/appeals"), component: appeals }),
  createRoute({ ...at("/inventory"), component: inventory }),
  createRoute({ ...at("/alerts"), component: alerts }),
  createRoute({ ...at("/health"), component: health }),
  createRoute({ ...at("/settings"), component: settings }),
  createRoute({ ...at("/login"), component: login }),
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
