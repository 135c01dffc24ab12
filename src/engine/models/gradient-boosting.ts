import { assert, createRandom, type Random } from "#core";
import { type BinnedTable, binTable } from "./binned-table.ts";
import type { TreeModel } from "./tree-model.ts";

export interface BoostingOptions {
  readonly seed: number;
  readonly trees?: number;
  /** 1-8. */
  readonly depth?: number;
  readonly rate?: number;
  /** L2 penalty of leaf values. */
  readonly ridge?: number;
  /** Least sum of hessians in a leaf. */
  readonly leafWeightLeast?: number;
  /** Per feature +1: the margin may only rise with it, -1: only fall, 0: free. Unknown (NaN) sits lowest. */
  readonly monotone?: Int8Array;
  /** Share of rows and of features each tree sees. */
  readonly rowShare?: number;
  readonly featureShare?: number;
  /** Rows beyond this are ignored, so that training is bounded. Default 200,000. */
  readonly rowsMax?: number;
}

interface Work {
  readonly table: BinnedTable;
  readonly gradients: Float64Array;
  readonly hessians: Float64Array;
  readonly options: Required<Omit<BoostingOptions, "monotone">> & { readonly monotone: Int8Array };
  readonly random: Random;
}

interface Split {
  readonly gain: number;
  readonly feature: number;
  readonly bin: number;
  readonly left: number;
  readonly right: number;
}

/**
 * Gradient boosting of regression trees on the logistic loss, by histograms (Friedman 2001; the algorithm of LightGBM
 * and XGBoost's `hist`), level by level to a fixed depth. Labels are probabilities in [0, 1], so soft labels of
 * `dawidSkene` fit as they are; weights default to 1.
 *
 * Monotone constraints hold where semantics are known ("more violations are never more innocent"): a split that
 * would break one is refused, and children are bounded by the middle of their parent's values. One seed gives one
 * model. The slow lane's: O(rows * features * depth * trees).
 */
export function trainBoosting(data: TrainingData, options: BoostingOptions): TreeModel {
  const full = defaults(data.features, options);
  const rows = Math.min(full.rowsMax, data.labels.length);
  const table = binTable(data.values.subarray(0, rows * data.features), data.features);
  const random = createRandom(options.seed);
  const margins = new Float64Array(rows);
  const base = logOdds(data, rows);
  margins.fill(base);
  const { depth, trees } = full;
  const inner = (1 << depth) - 1;
  const nodes = (1 << (depth + 1)) - 1;
  const feature = new Uint8Array(trees * inner);
  const threshold = new Float64Array(trees * inner).fill(Number.POSITIVE_INFINITY);
  const value = new Float32Array(trees * nodes);
  const work: Work = {
    table,
    gradients: new Float64Array(rows),
    hessians: new Float64Array(rows),
    options: full,
    random,
  };
  const place = new Uint16Array(rows);
  for (let tree = 0; tree < trees; tree++) {
    for (let row = 0; row < rows; row++) {
      const p = 1 / (1 + Math.exp(-(margins[row] as number)));
      const weight = data.weights?.[row] ?? 1;
      work.gradients[row] = weight * (p - (data.labels[row] as number));
      work.hessians[row] = weight * Math.max(1e-6, p * (1 - p));
    }
    growTree(work, place, {
      feature: feature.subarray(tree * inner, (tree + 1) * inner),
      threshold: threshold.subarray(tree * inner, (tree + 1) * inner),
      value: value.subarray(tree * nodes, (tree + 1) * nodes),
    });
    for (let row = 0; row < rows; row++) {
      margins[row] = (margins[row] as number) + (value[tree * nodes + (place[row] as number)] as number);
    }
  }
  return { kind: "trees", version: 1, depth, trees, features: data.features, base, feature, threshold, value };
}

/** Rows are flat: `values[row * features + feature]`; NaN is unknown. */
export interface TrainingData {
  readonly values: Float64Array;
  readonly features: number;
  readonly labels: Float64Array;
  readonly weights?: Float64Array;
}

interface TreeArrays {
  readonly feature: Uint8Array;
  readonly threshold: Float64Array;
  readonly value: Float32Array;
}

function growTree(work: Work, place: Uint16Array, tree: TreeArrays): void {
  const { table, options, random } = work;
  const sampled = Uint8Array.from({ length: table.rows }, () => (random() < options.rowShare ? 1 : 0));
  const allowed = Uint8Array.from({ length: table.features }, () => (random() < options.featureShare ? 1 : 0));
  if (allowed.every((flag) => flag === 0)) allowed.fill(1);
  const nodes = tree.value.length;
  const low = new Float64Array(nodes).fill(Number.NEGATIVE_INFINITY);
  const high = new Float64Array(nodes).fill(Number.POSITIVE_INFINITY);
  place.fill(0);
  tree.value[0] = options.rate * leafValue(...sums(work, sampled), options.ridge);
  for (let level = 0; level < options.depth; level++) {
    const first = (1 << level) - 1;
    const width = 1 << level;
    const histograms = histogramsOf(work, { place, sampled, allowed, first, width });
    for (let node = first; node < first + width; node++) {
      const split = bestSplit(work, histograms, {
        slot: node - first,
        allowed,
        low: low[node] as number,
        high: high[node] as number,
      });
      const [left, right] = [2 * node + 1, 2 * node + 2];
      if (split === undefined) {
        tree.value[left] = tree.value[right] = tree.value[node] as number;
        low[left] = low[right] = low[node] as number;
        high[left] = high[right] = high[node] as number;
        continue;
      }
      tree.feature[node] = split.feature;
      tree.threshold[node] = (table.edges[split.feature] as Float64Array)[split.bin] as number;
      tree.value[left] = options.rate * split.left;
      tree.value[right] = options.rate * split.right;
      bound(work.options.monotone[split.feature] as number, split, { low, high, node });
    }
    descend(table, place, tree, first);
  }
}

/** Children of a monotone split may not cross the middle of their two values, however deep they grow. */
function bound(
  direction: number,
  split: Split,
  { low, high, node }: { readonly low: Float64Array; readonly high: Float64Array; readonly node: number },
): void {
  const [left, right] = [2 * node + 1, 2 * node + 2];
  low[left] = low[right] = low[node] as number;
  high[left] = high[right] = high[node] as number;
  if (direction === 0) return;
  const middle = (split.left + split.right) / 2;
  if (direction > 0) {
    high[left] = Math.min(high[left] as number, middle);
    low[right] = Math.max(low[right] as number, middle);
  } else {
    low[left] = Math.max(low[left] as number, middle);
    high[right] = Math.min(high[right] as number, middle);
  }
}

interface Histograms {
  readonly gradients: Float64Array;
  readonly hessians: Float64Array;
}

const stride = 64;

function histogramsOf(
  { table, gradients, hessians }: Work,
  { place, sampled, allowed, first, width }: LevelView,
): Histograms {
  const size = width * table.features * stride;
  const into = { gradients: new Float64Array(size), hessians: new Float64Array(size) };
  for (let feature = 0; feature < table.features; feature++) {
    if (allowed[feature] === 0) continue;
    const column = feature * table.rows;
    for (let row = 0; row < table.rows; row++) {
      if (sampled[row] === 0) continue;
      const slot = (place[row] as number) - first;
      const at = (slot * table.features + feature) * stride + (table.bins[column + row] as number);
      into.gradients[at] = (into.gradients[at] as number) + (gradients[row] as number);
      into.hessians[at] = (into.hessians[at] as number) + (hessians[row] as number);
    }
  }
  return into;
}

interface LevelView {
  readonly place: Uint16Array;
  readonly sampled: Uint8Array;
  readonly allowed: Uint8Array;
  readonly first: number;
  readonly width: number;
}

interface SplitView {
  readonly slot: number;
  readonly allowed: Uint8Array;
  readonly low: number;
  readonly high: number;
}

function bestSplit({ table, options }: Work, histograms: Histograms, view: SplitView): Split | undefined {
  let best: Split | undefined;
  for (let feature = 0; feature < table.features; feature++) {
    if (view.allowed[feature] === 0) continue;
    const start = (view.slot * table.features + feature) * stride;
    const bins = (table.edges[feature] as Float64Array).length + 1;
    let [g, h] = [0, 0];
    for (let bin = 0; bin < bins; bin++) {
      g += histograms.gradients[start + bin] as number;
      h += histograms.hessians[start + bin] as number;
    }
    if (h < 2 * options.leafWeightLeast) continue;
    const direction = options.monotone[feature] as number;
    let [gl, hl] = [0, 0];
    for (let bin = 0; bin < bins - 1; bin++) {
      gl += histograms.gradients[start + bin] as number;
      hl += histograms.hessians[start + bin] as number;
      if (hl < options.leafWeightLeast || h - hl < options.leafWeightLeast) continue;
      const left = Math.min(view.high, Math.max(view.low, leafValue(gl, hl, options.ridge)));
      const right = Math.min(view.high, Math.max(view.low, leafValue(g - gl, h - hl, options.ridge)));
      if (direction * (right - left) < 0) continue;
      const gain = reduction(gl, hl, left, options.ridge) + reduction(g - gl, h - hl, right, options.ridge);
      const whole = reduction(g, h, leafValue(g, h, options.ridge), options.ridge);
      if (gain - whole > 1e-6 && (best === undefined || gain - whole > best.gain)) {
        best = { gain: gain - whole, feature, bin, left, right };
      }
    }
  }
  return best;
}

function descend(table: BinnedTable, place: Uint16Array, tree: TreeArrays, first: number): void {
  for (let row = 0; row < table.rows; row++) {
    const node = place[row] as number;
    if (node < first) continue;
    const threshold = tree.threshold[node] as number;
    const feature = tree.feature[node] as number;
    const edges = table.edges[feature] as Float64Array;
    const bin = table.bins[feature * table.rows + row] as number;
    // Bin b holds values up to edge b, so a row is above the threshold when its lower edge reaches it.
    const above = bin > 0 && (edges[bin - 1] as number) >= threshold;
    place[row] = 2 * node + 1 + (above ? 1 : 0);
  }
}

/** How much the penalised loss falls when a leaf of gradient g and hessian h takes `value`. */
function reduction(g: number, h: number, value: number, ridge: number): number {
  return -(g * value + 0.5 * (h + ridge) * value * value);
}

function leafValue(g: number, h: number, ridge: number): number {
  return -g / (h + ridge);
}

function sums({ gradients, hessians }: Work, sampled: Uint8Array): [number, number] {
  let [g, h] = [0, 0];
  for (let row = 0; row < sampled.length; row++) {
    if (sampled[row] === 0) continue;
    g += gradients[row] as number;
    h += hessians[row] as number;
  }
  return [g, h];
}

function logOdds(data: TrainingData, rows: number): number {
  let [positive, total] = [1, 2];
  for (let row = 0; row < rows; row++) {
    const weight = data.weights?.[row] ?? 1;
    positive += weight * (data.labels[row] as number);
    total += weight;
  }
  return Math.log(positive / (total - positive));
}

function defaults(features: number, options: BoostingOptions): Work["options"] {
  const full = {
    trees: 100,
    depth: 4,
    rate: 0.1,
    ridge: 1,
    leafWeightLeast: 5,
    rowShare: 0.8,
    featureShare: 0.8,
    rowsMax: 200_000,
    ...options,
    monotone: options.monotone ?? new Int8Array(features),
  };
  assert(full.depth >= 1 && full.depth <= 8, `depth must be 1-8, found ${full.depth}`);
  assert(full.trees >= 1 && full.trees <= 500, `trees must be 1-500, found ${full.trees}`);
  assert(full.monotone.length === features, `monotone must name ${features} features, found ${full.monotone.length}`);
  return full;
}
