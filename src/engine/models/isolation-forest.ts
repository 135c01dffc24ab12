import { assert, createRandom, type Random } from "#core";
import { predictTrees, type TreeModel } from "./tree-model.ts";

const eulerGamma = 0.5772156649015329;

export interface IsolationOptions {
  readonly seed: number;
  readonly trees?: number;
  /** Rows each tree sees; its depth is log2 of it. Default 256. */
  readonly sample?: number;
}

/** A forest and what its path lengths are normalised by. */
export interface IsolationForest {
  readonly model: TreeModel;
  readonly normaliser: number;
}

/**
 * Isolation forest (Liu, Ting, Zhou 2008): what random cuts isolate after few of them is unusual. For discovery and
 * for ordering what people look at; unusual is not automated, so it never decides. Unknown values (NaN) go left.
 */
export function trainIsolationForest(
  values: Float64Array,
  features: number,
  options: IsolationOptions,
): IsolationForest {
  const { trees = 100, sample = 256, seed } = options;
  const rows = values.length / features;
  assert(rows >= 2 && Number.isInteger(rows), `isolation needs whole rows, at least 2; found ${rows}`);
  const size = Math.min(sample, rows);
  const depth = Math.max(1, Math.min(10, Math.ceil(Math.log2(size))));
  const random = createRandom(seed);
  const inner = (1 << depth) - 1;
  const nodes = (1 << (depth + 1)) - 1;
  const feature = new Uint8Array(trees * inner);
  const threshold = new Float64Array(trees * inner).fill(Number.POSITIVE_INFINITY);
  const value = new Float32Array(trees * nodes);
  for (let tree = 0; tree < trees; tree++) {
    const chosen = Array.from({ length: size }, () => Math.floor(random() * rows));
    grow(
      { values, features, random, depth },
      {
        feature: feature.subarray(tree * inner, (tree + 1) * inner),
        threshold: threshold.subarray(tree * inner, (tree + 1) * inner),
        value: value.subarray(tree * nodes, (tree + 1) * nodes),
      },
      { rows: chosen, node: 0, level: 0 },
    );
  }
  const model: TreeModel = { kind: "trees", version: 1, depth, trees, features, base: 0, feature, threshold, value };
  return { model, normaliser: pathLength(size) * trees };
}

/** 0-1; about 0.5 for the ordinary, towards 1 for the easily isolated. */
export function isolationScore({ model, normaliser }: IsolationForest, row: Float64Array): number {
  return 2 ** (-predictTrees(model, row) / normaliser);
}

interface Ground {
  readonly values: Float64Array;
  readonly features: number;
  readonly random: Random;
  readonly depth: number;
}

interface Growing {
  readonly rows: readonly number[];
  readonly node: number;
  readonly level: number;
}

function grow(
  ground: Ground,
  tree: { readonly feature: Uint8Array; readonly threshold: Float64Array; readonly value: Float32Array },
  { rows, node, level }: Growing,
): void {
  const cut = level < ground.depth && rows.length > 1 ? randomCut(ground, rows) : undefined;
  if (cut === undefined) {
    fill(tree.value, node, level + pathLength(rows.length));
    return;
  }
  tree.value[node] = level;
  tree.feature[node] = cut.feature;
  tree.threshold[node] = cut.threshold;
  const above = (row: number): boolean =>
    (ground.values[row * ground.features + cut.feature] as number) > cut.threshold;
  grow(ground, tree, { rows: rows.filter((row) => !above(row)), node: 2 * node + 1, level: level + 1 });
  grow(ground, tree, { rows: rows.filter(above), node: 2 * node + 2, level: level + 1 });
}

function randomCut(
  { values, features, random }: Ground,
  rows: readonly number[],
): { readonly feature: number; readonly threshold: number } | undefined {
  for (let attempt = 0; attempt < 8; attempt++) {
    const feature = Math.floor(random() * features);
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const row of rows) {
      const value = values[row * features + feature] as number;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (low < high) return { feature, threshold: low + random() * (high - low) * 0.999999 };
  }
  return undefined;
}

/** Every descendant of a node that ends early carries its value: walks always go all the way down. */
function fill(value: Float32Array, node: number, length: number): void {
  for (let first = node, width = 1; first < value.length; first = 2 * first + 1, width *= 2) {
    for (let at = first; at < first + width; at++) value[at] = length;
  }
}

/** Mean path length of an unsuccessful search in a binary search tree of n entries. */
function pathLength(n: number): number {
  if (n <= 1) return 0;
  return n === 2 ? 1 : 2 * (Math.log(n - 1) + eulerGamma) - (2 * (n - 1)) / n;
}
