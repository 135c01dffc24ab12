import type { Random } from "#core";

/** A standard normal draw (Box and Muller). */
export function drawNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A gamma draw with unit scale (Marsaglia and Tsang 2000). */
export function drawGamma(shape: number, random: Random): number {
  if (shape < 1) return drawGamma(shape + 1, random) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = drawNormal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Shares drawn from a Dirichlet law. */
export function drawDirichlet(alpha: Float64Array, random: Random): Float64Array {
  const shares = alpha.map((a) => drawGamma(a, random));
  let sum = 0;
  for (const share of shares) sum += share;
  return shares.map((share) => share / sum);
}
