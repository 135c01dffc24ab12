import { chiSquareTail } from "./gamma.ts";

/** A test's statistic and the probability of one at least as large under the null. */
export interface TestResult {
  readonly statistic: number;
  readonly degrees: number;
  readonly p: number;
}

/**
 * G-test of independence (log-likelihood ratio, Woolf 1957) on a contingency table given row by row. Rows and
 * columns that are all zero carry no degree of freedom. Approximate: use it with expected counts of about 5.
 */
export function gTest(table: readonly (readonly number[])[]): TestResult {
  const rows = table.map((line) => line.reduce((sum, value) => sum + value, 0));
  const columns = (table[0] ?? []).map((_, c) => table.reduce((sum, line) => sum + (line[c] ?? 0), 0));
  const total = rows.reduce((sum, value) => sum + value, 0);
  let statistic = 0;
  for (const [r, line] of table.entries()) {
    for (const [c, observed] of line.entries()) {
      if (observed === 0) continue;
      const expected = ((rows[r] as number) * (columns[c] as number)) / total;
      statistic += 2 * observed * Math.log(observed / expected);
    }
  }
  const filled = (sums: readonly number[]): number => sums.filter((sum) => sum > 0).length;
  const degrees = Math.max(0, filled(rows) - 1) * Math.max(0, filled(columns) - 1);
  return { statistic, degrees, p: degrees === 0 ? 1 : chiSquareTail(statistic, degrees) };
}

/**
 * Benjamini and Hochberg 1995: which of many p-values may be called discoveries so that, for independent or
 * positively dependent tests, at most a share `rate` of the calls is expected to be false. Keeps input order.
 */
export function falseDiscoveries(pValues: readonly number[], rate: number): boolean[] {
  const order = pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  let last = -1;
  for (const [rank, { p }] of order.entries()) if (p <= ((rank + 1) / pValues.length) * rate) last = rank;
  const found = new Array<boolean>(pValues.length).fill(false);
  for (let rank = 0; rank <= last; rank++) found[order[rank]?.index as number] = true;
  return found;
}

/**
 * The e-BH procedure (Wang and Ramdas 2022): the same promise for e-values under any dependence. Keeps input order.
 */
export function eDiscoveries(eValues: readonly number[], rate: number): boolean[] {
  const order = eValues.map((e, index) => ({ e, index })).sort((a, b) => b.e - a.e);
  let last = -1;
  for (const [rank, { e }] of order.entries()) if (e >= eValues.length / ((rank + 1) * rate)) last = rank;
  const found = new Array<boolean>(eValues.length).fill(false);
  for (let rank = 0; rank <= last; rank++) found[order[rank]?.index as number] = true;
  return found;
}

/** Rayleigh test that phases (radians) are uniform; small p: they cluster at one phase. Zar's approximation. */
export function rayleighTest(cosines: number, sines: number, count: number): TestResult {
  if (count === 0) return { statistic: 0, degrees: 2, p: 1 };
  const squared = (cosines * cosines + sines * sines) / count;
  const r = Math.sqrt(squared * count);
  const p = Math.exp(Math.sqrt(1 + 4 * count + 4 * (count * count - r * r)) - (1 + 2 * count));
  return { statistic: squared, degrees: 2, p: Math.min(1, Math.max(0, p)) };
}
