import { assert } from "#core";

/** Training rows as small bin numbers, column by column: what histogram methods work on. */
export interface BinnedTable {
  readonly rows: number;
  readonly features: number;
  /** Upper edges per feature, ascending; bin b holds values in (edge[b-1], edge[b]]. NaN goes to bin 0. */
  readonly edges: readonly Float64Array[];
  /** Column-major: `bins[feature * rows + row]`. */
  readonly bins: Uint8Array;
}

const binsMax = 64;
const sampleMax = 20_000;

/**
 * Bins rows at quantiles, at most 64 bins a feature. Rows are flat: `values[row * features + feature]`. Quantiles
 * are read from the first 20,000 rows, so shuffle what is ordered by time.
 */
export function binTable(values: Float64Array, features: number): BinnedTable {
  assert(features >= 1 && features <= 256, `features must be 1-256, found ${features}`);
  assert(values.length % features === 0, `${values.length} values do not fill rows of ${features}`);
  const rows = values.length / features;
  const bins = new Uint8Array(rows * features);
  const edges: Float64Array[] = [];
  for (let feature = 0; feature < features; feature++) {
    const cut = quantileEdges(values, features, feature);
    edges.push(cut);
    for (let row = 0; row < rows; row++) {
      bins[feature * rows + row] = binOf(values[row * features + feature] as number, cut);
    }
  }
  return { rows, features, edges, bins };
}

function quantileEdges(values: Float64Array, features: number, feature: number): Float64Array {
  const sample: number[] = [];
  for (let at = feature; at < values.length && sample.length < sampleMax; at += features) {
    const value = values[at] as number;
    if (!Number.isNaN(value)) sample.push(value);
  }
  sample.sort((a, b) => a - b);
  const cuts = new Set<number>();
  for (let bin = 1; bin < binsMax; bin++) {
    const value = sample[Math.floor((bin * sample.length) / binsMax)];
    if (value !== undefined) cuts.add(value);
  }
  return Float64Array.from([...cuts].sort((a, b) => a - b));
}

/** Bin of a value; NaN (unknown) goes with the lowest. */
function binOf(value: number, edges: Float64Array): number {
  if (Number.isNaN(value)) return 0;
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value > (edges[middle] as number)) low = middle + 1;
    else high = middle;
  }
  return low;
}
