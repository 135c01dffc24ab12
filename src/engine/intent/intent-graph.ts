import type { Millis } from "#core";
import { type ClientKind, clientKinds, type LedgerApplication } from "../ledger/ledger-application.ts";
import { falseDiscoveries, gTest, wilsonBound } from "../statistics/index.ts";
import type { EdgeChange } from "./deploy-watch.ts";
import type { CountedEdge, EdgeKind, EdgeType } from "./edge-counts.ts";
import type { EndpointSort } from "./endpoint-book.ts";
import type { IntentApplication } from "./intent-application.ts";
import type { Orchestration } from "./orchestration.ts";
import { supportMin, supportNeeded } from "./step-book.ts";
import { factsMax, generalFacts } from "./step-facts.ts";

/** Share of kept edges that may be chance (Benjamini and Hochberg). */
const falseEdgeShare = 0.01;

/** The learned graph of one application, as plain JSON: what is drawn, exported and compared between days. */
export interface IntentGraph {
  readonly version: 1;
  readonly application: string;
  readonly at: Millis;
  readonly endpoints: readonly {
    readonly id: number;
    readonly name: string;
    readonly sort: EndpointSort;
    readonly sensitive: boolean;
  }[];
  readonly cookies: readonly {
    readonly name: string;
    readonly issued: number;
    /** Values are almost always new: the cookie tells clients apart. */
    readonly identity: boolean;
    /** Longest lifetime in seconds; null: a session cookie. */
    readonly lifetimeSeconds: number | null;
    /** Being relearned after a deploy. */
    readonly frozen: boolean;
  }[];
  /** Cookies that script sets, and the anchored sessions that showed them. */
  readonly scriptCookies: readonly { readonly name: string; readonly sessions: number }[];
  /** Edges that are no chance: G-test against independence, 1 % false discoveries, support of at least 90. */
  readonly edges: readonly GraphEdge[];
  /** What honest clients do before sensitive steps. */
  readonly steps: readonly GraphStep[];
  readonly changes: readonly EdgeChange[];
}

export interface GraphEdge {
  readonly type: EdgeType;
  /** Kind of client it was learned from; "any" for what the origin does with all of them. */
  readonly kind: EdgeKind;
  readonly from: string;
  readonly to: string;
  readonly rate: number;
  readonly support: number;
  /** Chance of seeing this under independence. */
  readonly p: number;
}

export interface GraphStep {
  readonly endpoint: string;
  readonly kind: ClientKind;
  readonly preconditions: readonly {
    readonly fact: string;
    readonly share: number;
    readonly lower: number;
    readonly support: number;
  }[];
}

/** Draws the learned graph of an application together. Slow lane: linear in edges, some milliseconds. */
export function exportGraph(orchestration: Orchestration, application: string, at: Millis): IntentGraph {
  const ledger = orchestration.ledger.tables.application(application);
  const intent = orchestration.application(ledger.index);
  const counted = intent.edges.edges();
  const endpoints = usedEndpoints(orchestration, intent, counted);
  return {
    version: 1,
    application,
    at,
    endpoints,
    cookies: cookiesOf(orchestration, ledger),
    scriptCookies: intent.script.list(),
    edges: significant(orchestration, intent, counted),
    steps: stepsOf(orchestration, intent),
    changes: orchestration.watch.changes(ledger.index),
  };
}

function usedEndpoints(
  { endpoints }: Orchestration,
  intent: IntentApplication,
  counted: readonly CountedEdge[],
): IntentGraph["endpoints"] {
  const used = new Set<number>(intent.steps.stepEndpoints());
  for (const [endpoint, answers] of intent.answers.entries()) if (answers >= 1) used.add(endpoint);
  for (const edge of counted) if (edge.type === "follows") used.add(edge.to);
  used.delete(0);
  return [...used]
    .sort((a, b) => a - b)
    .map((id) => ({
      id,
      name: endpoints.nameOf(id),
      sort: endpoints.isPage(id) ? "page" : endpoints.isAsset(id) ? "asset" : "other",
      sensitive: endpoints.isSensitive(id),
    }));
}

function cookiesOf(orchestration: Orchestration, ledger: LedgerApplication): IntentGraph["cookies"] {
  return orchestration.ledger.tables.names.texts().flatMap((name, index) => {
    const id = index + 1;
    const issued = ledger.issued[id] ?? 0;
    if (issued === 0) return [];
    const lifetime = ledger.lifetimeSeconds[id] ?? 0;
    const lifetimeSeconds = Number.isFinite(lifetime) ? lifetime : null;
    return [{ name, issued, identity: ledger.isIdentity(id), lifetimeSeconds, frozen: ledger.frozen[id] === 1 }];
  });
}

/** Tests every edge with support against independence and keeps what is no chance. */
function significant(
  orchestration: Orchestration,
  intent: IntentApplication,
  counted: readonly CountedEdge[],
): readonly GraphEdge[] {
  const margins = marginsOf(counted);
  const rated = counted.map((edge) => rate(edge, intent, margins)).filter(({ trials }) => trials >= supportMin);
  const pValues = rated.map(({ table }) => gTest(table).p);
  const kept = falseDiscoveries(pValues, falseEdgeShare);
  return rated.flatMap(({ edge, hits, trials }, index) => {
    if (kept[index] !== true) return [];
    const from = orchestration.endpoints.nameOf(edge.from);
    const named = edge.type === "follows" || edge.type === "feeds";
    const to = named ? orchestration.endpoints.nameOf(edge.to) : orchestration.ledger.tables.names.textOf(edge.to);
    const p = pValues[index] ?? 1;
    return [{ type: edge.type, kind: edge.kind, from, to, rate: round(hits / trials), support: Math.round(trials), p }];
  });
}

interface RatedEdge {
  readonly edge: CountedEdge;
  readonly hits: number;
  readonly trials: number;
  readonly table: readonly (readonly number[])[];
}

/** Sums of hits and trials by type and kind of client, of these by origin, and of these by target. */
type Margins = ReadonlyMap<string, { hits: number; trials: number }>;

function marginsOf(counted: readonly CountedEdge[]): Margins {
  const margins = new Map<string, { hits: number; trials: number }>();
  for (const { type, kind, from, to, hits, trials } of counted) {
    const sort = `${type}/${kind}`;
    for (const key of [sort, `${sort}<${from}`, `${sort}>${to}`]) {
      const sum = margins.get(key) ?? { hits: 0, trials: 0 };
      sum.hits += hits;
      sum.trials += trials;
      margins.set(key, sum);
    }
  }
  return margins;
}

/** Chances of an edge and a two-by-two table of it against everything else that leaves or enters. */
function rate(edge: CountedEdge, intent: IntentApplication, margins: Margins): RatedEdge {
  const none = { hits: 0, trials: 0 };
  const sort = `${edge.type}/${edge.kind}`;
  const into = margins.get(`${sort}>${edge.to}`) ?? none;
  const elsewhere = into.hits - edge.hits;
  if (edge.type === "carries" || edge.type === "succeeds-with" || edge.type === "succeeds-without") {
    // Chances are counted on the edge itself; the rest is the same cookie at the other endpoints.
    const restTrials = into.trials - edge.trials;
    const rest = restTrials > 0 ? [elsewhere, restTrials - elsewhere] : [edge.trials / 2, edge.trials / 2];
    return { edge, hits: edge.hits, trials: edge.trials, table: [[edge.hits, edge.trials - edge.hits], rest] };
  }
  const issues = edge.type === "issues";
  const out = issues ? (intent.answers[edge.from] ?? 0) : (margins.get(`${sort}<${edge.from}`) ?? none).hits;
  const leaving = Math.max(edge.hits, out);
  const all = issues ? intent.answers.reduce((sum, answers) => sum + answers, 0) : (margins.get(sort) ?? none).hits;
  const table = [
    [edge.hits, leaving - edge.hits],
    [Math.max(0, elsewhere), Math.max(0, all - leaving - elsewhere)],
  ];
  return { edge, hits: edge.hits, trials: leaving, table };
}

function stepsOf(orchestration: Orchestration, intent: IntentApplication): readonly GraphStep[] {
  return intent.steps.stepEndpoints().flatMap((endpoint, index) =>
    clientKinds.map((kind) => {
      const preconditions = [];
      const required = intent.steps.required(kind, index + 1);
      for (let fact = 0; fact < factsMax; fact++) {
        if ((required & (1 << fact)) === 0) continue;
        const { held, asked } = intent.steps.share(kind, index + 1, fact);
        if (asked < supportNeeded(kind, fact)) continue;
        const name = generalFacts[fact] ?? orchestration.endpoints.nameOf(intent.steps.endpointOf(fact));
        const lower = round(wilsonBound("lower", held, { trials: asked }));
        preconditions.push({ fact: name, share: round(held / asked), lower, support: Math.round(asked) });
      }
      return { endpoint: orchestration.endpoints.nameOf(endpoint), kind, preconditions };
    }),
  );
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
