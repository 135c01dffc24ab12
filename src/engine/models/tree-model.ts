import { assert } from "#core";

/**
 * An additive ensemble of complete binary trees of one depth, in flat arrays: plain to serialise, branch-free to
 * evaluate. Node i of a tree has children 2i + 1 (value ≤ threshold, or unknown) and 2i + 2. A node that does not
 * split has threshold +∞, so every walk takes exactly `depth` steps.
 */
export interface TreeModel {
  readonly kind: "trees";
  readonly version: 1;
  readonly depth: number;
  readonly trees: number;
  readonly features: number;
  /** Margin before any tree, log-odds. */
  readonly base: number;
  /** Per tree `2^depth - 1` internal nodes. */
  readonly feature: Uint8Array;
  readonly threshold: Float64Array;
  /** Value of every node, internal ones included, so that a walk can be explained: `2^(depth+1) - 1` per tree. */
  readonly value: Float32Array;
}

/** The margin (log-odds) of one row. NaN means unknown and takes the left branch. O(trees * depth), no allocation. */
export function predictTrees(model: TreeModel, row: Float64Array): number {
  const { depth, trees, feature, threshold, value } = model;
  const inner = (1 << depth) - 1;
  const nodes = (1 << (depth + 1)) - 1;
  let sum = model.base;
  for (let tree = 0; tree < trees; tree++) {
    const start = tree * inner;
    let node = 0;
    for (let level = 0; level < depth; level++) {
      const at = start + node;
      const above = (row[feature[at] as number] as number) > (threshold[at] as number);
      node = 2 * node + 1 + (above ? 1 : 0);
    }
    sum += value[tree * nodes + node] as number;
  }
  return sum;
}

/**
 * What each feature contributed to the margin, exactly additive: `base + roots + Σ contributions = margin`, each step
 * of a walk charging the change of node value to the feature it split on (Saabas 2014). Adds into `into` and returns
 * the constant part.
 */
export function explainTrees(model: TreeModel, row: Float64Array, into: Float64Array): number {
  const { depth, trees, feature, threshold, value } = model;
  assert(into.length >= model.features, `contributions need ${model.features} places, got ${into.length}`);
  const inner = (1 << depth) - 1;
  const nodes = (1 << (depth + 1)) - 1;
  let constant = model.base;
  for (let tree = 0; tree < trees; tree++) {
    let node = 0;
    let here = value[tree * nodes] as number;
    constant += here;
    for (let level = 0; level < depth; level++) {
      const at = tree * inner + node;
      const split = feature[at] as number;
      node = 2 * node + 1 + ((row[split] as number) > (threshold[at] as number) ? 1 : 0);
      const next = value[tree * nodes + node] as number;
      into[split] = (into[split] as number) + next - here;
      here = next;
    }
  }
  return constant;
}

/** A model as plain JSON. */
export interface SerialisedTrees {
  readonly kind: "trees";
  readonly version: 1;
  readonly depth: number;
  readonly trees: number;
  readonly features: number;
  readonly base: number;
  readonly feature: readonly number[];
  /** Thresholds, null for +∞. */
  readonly threshold: readonly (number | null)[];
  readonly value: readonly number[];
}

export function serialiseTrees(model: TreeModel): SerialisedTrees {
  return {
    ...model,
    feature: [...model.feature],
    threshold: Array.from(model.threshold, (value) => (Number.isFinite(value) ? value : null)),
    value: [...model.value],
  };
}

/** Reads a serialised model back; asserts its shape, so a truncated file is refused and never half-used. */
export function deserialiseTrees(plain: SerialisedTrees): TreeModel {
  const inner = plain.trees * ((1 << plain.depth) - 1);
  const nodes = plain.trees * ((1 << (plain.depth + 1)) - 1);
  assert(
    plain.kind === "trees" && plain.version === 1,
    `not a tree model of version 1: ${plain.kind} ${plain.version}`,
  );
  assert(plain.depth >= 1 && plain.depth <= 10, `tree depth must be 1-10, found ${plain.depth}`);
  assert(
    plain.feature.length === inner && plain.threshold.length === inner,
    "tree model has the wrong number of splits",
  );
  assert(plain.value.length === nodes, "tree model has the wrong number of values");
  assert(
    plain.feature.every((feature) => feature < plain.features),
    "tree model splits on a feature it does not have",
  );
  return {
    ...plain,
    feature: Uint8Array.from(plain.feature),
    threshold: Float64Array.from(plain.threshold, (value) => value ?? Number.POSITIVE_INFINITY),
    value: Float32Array.from(plain.value),
  };
}
