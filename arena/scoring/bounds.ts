/** ln of the binomial coefficient, by sums of logarithms; exact enough for the counts of a run. */
function lnChoose(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= k; i++) sum += Math.log(n - k + i) - Math.log(i);
  return sum;
}

/** P(X <= k) of a binomial. */
function atMost(k: number, n: number, p: number): number {
  let sum = 0;
  for (let i = 0; i <= k; i++) sum += Math.exp(lnChoose(n, i) + i * Math.log(p) + (n - i) * Math.log1p(-p));
  return Math.min(1, sum);
}

/**
 * The upper 95 % bound of a rate of which `hits` of `of` were seen (Clopper and Pearson 1934, one-sided); 1 where nothing was
 * seen at all.
 */
export function upperBound(hits: number, of: number): number {
  if (of === 0 || hits >= of) return 1;
  let low = hits / of;
  let high = 1;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (atMost(hits, of, middle) > 0.05) low = middle;
    else high = middle;
  }
  return high;
}
