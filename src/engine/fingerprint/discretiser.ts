import { QuantileSketch } from "#core";
import { type Dimension, dimensions } from "./dimensions.ts";

/** Edges in use for every quantity; null for the other forms. Immutable, published as a whole. */
export type DimensionEdges = readonly (Float64Array | null)[];

/** A value this close to an edge, as a share of the edge, counts as either side. */
const hysteresis = 0.1;

/** The edges that serve before anything was learned. */
export function priorEdges(): DimensionEdges {
  return dimensions.map(({ form }) => (form.kind === "quantity" ? Float64Array.from(form.edges) : null));
}

/** A session's behaviour as tokens: 0 unknown, else 1 + bin. */
export interface TokenisedBehaviour {
  readonly tokens: Uint8Array;
  /** The other token where a value lies near an edge; 0 where it does not. */
  readonly near: Uint8Array;
}

/**
 * Turns trait values into tokens. A value within 10 % of an edge yields both neighbours, so that a client who sits
 * on an edge does not have two fingerprints.
 *
 * @param values by dimension: category number, hash, or quantity; NaN unknown.
 */
export function tokenise(values: Float64Array, edges: DimensionEdges): TokenisedBehaviour {
  const tokens = new Uint8Array(dimensions.length);
  const near = new Uint8Array(dimensions.length);
  for (let d = 0; d < dimensions.length; d++) {
    const value = values[d] as number;
    if (Number.isNaN(value)) continue;
    const { form } = dimensions[d] as Dimension;
    if (form.kind === "category") tokens[d] = 1 + Math.min(form.names.length - 1, Math.max(0, value));
    else if (form.kind === "hashed") tokens[d] = 1 + (Math.abs(Math.trunc(value)) % 11);
    else cut(value, edges[d] ?? new Float64Array(0), { tokens, near, d });
  }
  return { tokens, near };
}

interface CutTarget {
  readonly tokens: Uint8Array;
  readonly near: Uint8Array;
  readonly d: number;
}

function cut(value: number, edges: Float64Array, { tokens, near, d }: CutTarget): void {
  let bin = 0;
  while (bin < edges.length && value > (edges[bin] as number)) bin++;
  tokens[d] = 1 + bin;
  const above = edges[bin];
  const below = edges[bin - 1];
  if (above !== undefined && above - value < hysteresis * Math.abs(above)) near[d] = 2 + bin;
  else if (below !== undefined && value - below < hysteresis * Math.abs(below)) near[d] = bin;
}

/** Learns quantile edges from anchored people. Each bin is to hold at least 1 % of them. */
export class EdgeLearner {
  readonly #sketches = dimensions.map(({ form }) =>
    form.kind === "quantity" ? new QuantileSketch(0.02, 1e-4, 1024) : undefined,
  );

  learn(values: Float64Array): void {
    for (let d = 0; d < dimensions.length; d++) {
      const value = values[d] as number;
      if (value >= 0) this.#sketches[d]?.add(value);
    }
  }

  /** New edges where at least `least` people were seen, the prior's otherwise. */
  edges(least = 500): DimensionEdges {
    const prior = priorEdges();
    return dimensions.map((_, d) => {
      const before = prior[d];
      const sketch = this.#sketches[d];
      if (before === null || before === undefined || sketch === undefined || sketch.total < least)
        return before ?? null;
      const learned = Array.from(before, (_edge, i) => sketch.quantile((i + 1) / (before.length + 1)));
      return Float64Array.from(new Set(learned));
    });
  }
}
