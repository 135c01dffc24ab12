import type { Way } from "../../api/contract.ts";

/** One arrow of the picture. */
export interface WayEdge {
  readonly from: string;
  readonly to: string;
  /** Share of people's steps from `from` that go to `to`; 0: no person did it. */
  readonly people: number;
  readonly peopleRequests: number;
  readonly suspectRequests: number;
  /** The suspect went where people hardly ever go from here. */
  readonly strange: boolean;
}

/** Two sets of ways laid over each other. */
export interface Ways {
  readonly nodes: readonly { readonly id: string; readonly weight: number; readonly suspect: number }[];
  readonly edges: readonly WayEdge[];
  /** Steps of the suspect in all, and those of them that people hardly take. */
  readonly suspectSteps: number;
  readonly strange: number;
  readonly worst: WayEdge | undefined;
}

/** A step that fewer than one in fifty people take from there is not one of people's ways. */
const strangeBelow = 0.02;

/** Lays a suspect's ways over people's. Pure. */
export function waysOf(people: readonly Way[], suspect: readonly Way[]): Ways {
  const fromTotals = new Map<string, number>();
  for (const { from, requests } of people) fromTotals.set(from, (fromTotals.get(from) ?? 0) + requests);
  const edges = new Map<string, WayEdge>();
  for (const { from, to, requests } of people) {
    const share = requests / Math.max(1, fromTotals.get(from) ?? 0);
    edges.set(keyOf(from, to), {
      from,
      to,
      people: share,
      peopleRequests: requests,
      suspectRequests: 0,
      strange: false,
    });
  }
  for (const { from, to, requests } of suspect) {
    const known = edges.get(keyOf(from, to));
    const share = known?.people ?? 0;
    edges.set(keyOf(from, to), {
      from,
      to,
      people: share,
      peopleRequests: known?.peopleRequests ?? 0,
      suspectRequests: requests,
      strange: share < strangeBelow,
    });
  }
  const all = [...edges.values()].sort(
    (a, b) => b.suspectRequests - a.suspectRequests || b.peopleRequests - a.peopleRequests,
  );
  const strange = all.filter((edge) => edge.strange && edge.suspectRequests > 0);
  return {
    nodes: nodesOf(all),
    edges: all,
    suspectSteps: suspect.reduce((sum, { requests }) => sum + requests, 0),
    strange: strange.reduce((sum, { suspectRequests }) => sum + suspectRequests, 0),
    worst: strange[0],
  };
}

function nodesOf(edges: readonly WayEdge[]): Ways["nodes"] {
  const weights = new Map<string, { weight: number; suspect: number }>();
  for (const { from, to, peopleRequests, suspectRequests } of edges) {
    for (const id of [from, to]) {
      const node = weights.get(id) ?? { weight: 0, suspect: 0 };
      node.weight += peopleRequests;
      node.suspect += suspectRequests;
      weights.set(id, node);
    }
  }
  return [...weights].map(([id, node]) => ({ id, ...node }));
}

function keyOf(from: string, to: string): string {
  return `${from}\n${to}`;
}

/** The template of `GET /product/{x}`. */
export function templateOf(endpoint: string): string {
  return endpoint.slice(endpoint.indexOf(" ") + 1);
}
