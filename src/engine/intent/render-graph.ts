import type { GraphEdge, IntentGraph } from "./intent-graph.ts";

/** Edges drawn at most, strongest support first: beyond, nobody can read the picture. */
const edgesDrawnMax = 200;

const labels: Readonly<Record<GraphEdge["type"], string>> = {
  issues: "sets",
  carries: "brings",
  "succeeds-with": "succeeds with",
  "succeeds-without": "succeeds without",
  follows: "then",
  feeds: "feeds",
};

/** Steps of somebody's way that are drawn. */
const pathDrawnMax = 64;

/**
 * The graph as Graphviz DOT: endpoints are boxes, sensitive ones bold, cookies ellipses. `path`: the endpoints that somebody
 * went through, by name and in order, drawn as numbered double lines; endpoints that the graph does not hold are dotted.
 */
export function renderDot(graph: IntentGraph, path: readonly string[] = []): string {
  const lines = [`digraph "${escapeText(graph.application)}" {`, "  rankdir=LR;"];
  for (const { name, sensitive } of graph.endpoints) {
    lines.push(`  "${escapeText(name)}" [shape=box${sensitive ? ", style=bold" : ""}];`);
  }
  for (const { name, identity } of graph.cookies) {
    lines.push(`  "cookie ${escapeText(name)}" [shape=ellipse${identity ? ", peripheries=2" : ""}];`);
  }
  for (const { name } of graph.scriptCookies)
    lines.push(`  "cookie ${escapeText(name)}" [shape=ellipse, style=dashed];`);
  for (const edge of drawn(graph)) {
    const label = labelOf(edge);
    lines.push(`  "${escapeText(edge.from)}" -> "${escapeText(target(edge))}" [label="${label}"];`);
  }
  for (const step of graph.steps) {
    for (const { fact, lower } of step.preconditions) {
      const label = `before (${step.kind}) ≥ ${percent(lower)}`;
      lines.push(`  "${escapeText(fact)}" -> "${escapeText(step.endpoint)}" [style=dashed, label="${label}"];`);
    }
  }
  const known = new Set(graph.endpoints.map(({ name }) => name));
  const walked = path.slice(0, pathDrawnMax);
  for (const name of new Set(walked))
    if (!known.has(name)) lines.push(`  "${escapeText(name)}" [shape=box, style=dotted];`);
  for (const [step, to] of walked.entries()) {
    const from = walked[step - 1];
    if (from !== undefined)
      lines.push(
        `  "${escapeText(from)}" -> "${escapeText(to)}" [label="step ${step}", color="black:white:black", constraint=false];`,
      );
  }
  return [...lines, "}", ""].join("\n");
}

/** The graph as a Mermaid flow chart, for documents and issue trackers. */
export function renderMermaid(graph: IntentGraph): string {
  const ids = new Map<string, string>();
  const lines = ["flowchart LR"];
  const node = (text: string): string => {
    const known = ids.get(text);
    if (known !== undefined) return known;
    const id = `n${ids.size}`;
    ids.set(text, id);
    lines.push(`  ${id}["${escapeText(text).replaceAll('\\"', "#quot;")}"]`);
    return id;
  };
  for (const edge of drawn(graph)) {
    const from = node(edge.from);
    const to = node(target(edge));
    lines.push(`  ${from} -->|"${labelOf(edge)}"| ${to}`);
  }
  for (const step of graph.steps) {
    for (const { fact, lower } of step.preconditions) {
      const from = node(fact);
      const to = node(step.endpoint);
      lines.push(`  ${from} -.->|"before (${step.kind}) ≥ ${percent(lower)}"| ${to}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function drawn(graph: IntentGraph): readonly GraphEdge[] {
  return [...graph.edges].sort((a, b) => b.support - a.support).slice(0, edgesDrawnMax);
}

/** What browsers do goes without saying; what apps and programs do is marked as theirs. */
function labelOf({ type, kind, rate }: GraphEdge): string {
  return `${labels[type]} ${percent(rate)}${kind === "native" || kind === "api" ? ` (${kind})` : ""}`;
}

function target(edge: GraphEdge): string {
  return edge.type === "follows" || edge.type === "feeds" ? edge.to : `cookie ${edge.to}`;
}

/** Paths and cookie names may hold quotes and newlines put there to break out of the picture. */
function escapeText(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f]/g, "?")
    .replace(/\\/g, "\\\\")
    .replace(/"/g, '\\"');
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
