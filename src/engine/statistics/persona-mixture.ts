import { assert, createRandom } from "#core";

/** Honest people as classes: how common each is and how often its members show each group of oddities. */
export interface PersonaMixture {
  readonly groups: number;
  readonly weights: Float64Array;
  /** Row per class, column per group: probability that a member shows the group's oddity. */
  readonly rates: Float64Array;
}

export interface PersonaFitOptions {
  readonly classes: number;
  readonly seed: number;
  readonly restarts?: number;
  readonly rounds?: number;
}

/**
 * Latent-class model of which oddities come together in honest people (Bernoulli-product classes, expectation-
 * maximisation with restarts). Oddities with a common benign cause are not independent: one privacy browser
 * explains a missing cookie, a missing script and a missing referrer at once. Each observation is a bit mask of
 * groups shown by one anchored client. Rates are smoothed by Beta(1/2, 1/2), so no pattern is ever impossible.
 *
 * The slow lane's: O(distinct masks * classes * groups * rounds * restarts).
 */
export function fitPersonaMixture(
  masks: ReadonlyMap<number, number>,
  groups: number,
  options: PersonaFitOptions,
): PersonaMixture {
  assert(groups >= 1 && groups <= 24, `persona groups must be 1-24, found ${groups}`);
  assert(options.classes >= 1 && options.classes <= 16, `persona classes must be 1-16, found ${options.classes}`);
  const random = createRandom(options.seed);
  let best: { mixture: PersonaMixture; fit: number } | undefined;
  for (let restart = 0; restart < (options.restarts ?? 20); restart++) {
    let mixture = startingPoint(masks, groups, options.classes, random);
    for (let round = 0; round < (options.rounds ?? 60); round++) mixture = improve(masks, mixture);
    const fit = logLikelihood(masks, mixture);
    if (best === undefined || fit > best.fit) best = { mixture, fit };
  }
  assert(best !== undefined, "a persona mixture needs at least one restart");
  return best.mixture;
}

/** Fits 1 to `classesMax` classes and keeps the one with the least Bayesian information criterion. */
export function selectPersonaMixture(
  masks: ReadonlyMap<number, number>,
  groups: number,
  options: { readonly classesMax: number; readonly seed: number },
): PersonaMixture {
  let total = 0;
  for (const count of masks.values()) total += count;
  let best: { mixture: PersonaMixture; criterion: number } | undefined;
  for (let classes = 1; classes <= options.classesMax; classes++) {
    const mixture = fitPersonaMixture(masks, groups, { classes, seed: options.seed + classes, restarts: 8 });
    const parameters = classes - 1 + classes * groups;
    const criterion = parameters * Math.log(Math.max(2, total)) - 2 * logLikelihood(masks, mixture);
    if (best === undefined || criterion < best.criterion) best = { mixture, criterion };
  }
  assert(best !== undefined, "classesMax must be at least 1");
  return best.mixture;
}

/** ln P(mask | honest); inline: classes * groups multiply-adds. */
export function logPersona(mixture: PersonaMixture, mask: number): number {
  let sum = 0;
  for (let c = 0; c < mixture.weights.length; c++) sum += (mixture.weights[c] as number) * member(mixture, c, mask);
  return Math.log(sum);
}

/**
 * How much a combination of oddities may say in nats: -ln P(at least these oddities | honest), best explanation
 * first. `mask` holds the shown groups, `seen` those that could have been shown.
 */
export function personaNats(mixture: PersonaMixture, mask: number, seen: number): number {
  let sum = 0;
  for (let c = 0; c < mixture.weights.length; c++) {
    let p = mixture.weights[c] as number;
    for (let g = 0; g < mixture.groups; g++) {
      if (((mask & seen) >>> g) & 1) p *= mixture.rates[c * mixture.groups + g] as number;
    }
    sum += p;
  }
  return -Math.log(sum);
}

function member(mixture: PersonaMixture, c: number, mask: number): number {
  let p = 1;
  for (let g = 0; g < mixture.groups; g++) {
    const rate = mixture.rates[c * mixture.groups + g] as number;
    p *= (mask >>> g) & 1 ? rate : 1 - rate;
  }
  return p;
}

function startingPoint(
  masks: ReadonlyMap<number, number>,
  groups: number,
  classes: number,
  random: () => number,
): PersonaMixture {
  const seen = [...masks.keys()];
  const weights = new Float64Array(classes).fill(1 / classes);
  const rates = new Float64Array(classes * groups);
  for (let c = 0; c < classes; c++) {
    const like = seen[Math.floor(random() * seen.length)] ?? 0;
    for (let g = 0; g < groups; g++)
      rates[c * groups + g] = 0.15 + 0.2 * random() + (((like >>> g) & 1) === 1 ? 0.5 : 0);
  }
  return { groups, weights, rates };
}

function improve(masks: ReadonlyMap<number, number>, mixture: PersonaMixture): PersonaMixture {
  const { groups } = mixture;
  const classes = mixture.weights.length;
  const members = new Float64Array(classes);
  const shown = new Float64Array(classes * groups);
  const shares = new Float64Array(classes);
  let total = 0;
  for (const [mask, count] of masks) {
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      shares[c] = (mixture.weights[c] as number) * member(mixture, c, mask);
      sum += shares[c] as number;
    }
    total += count;
    for (let c = 0; c < classes; c++) {
      const part = (count * (shares[c] as number)) / sum;
      members[c] = (members[c] as number) + part;
      for (let g = 0; g < groups; g++) {
        if ((mask >>> g) & 1) shown[c * groups + g] = (shown[c * groups + g] as number) + part;
      }
    }
  }
  const weights = members.map((part) => (part + 0.5) / (total + 0.5 * classes));
  const rates = shown.map((part, i) => (part + 0.5) / ((members[Math.floor(i / groups)] as number) + 1));
  return { groups, weights, rates };
}

function logLikelihood(masks: ReadonlyMap<number, number>, mixture: PersonaMixture): number {
  let sum = 0;
  for (const [mask, count] of masks) sum += count * logPersona(mixture, mask);
  return sum;
}
