/** What one experiment gave: how many of its requests looked as if they had succeeded. */
export interface Experiment {
  readonly knob: number;
  readonly successes: number;
}

/** How the adversary works. */
export interface AdversaryOptions {
  readonly knobs: number;
  /** Requests of one experiment. */
  readonly batch: number;
  /** Share of requests that succeeded before anybody stopped them, as far as the adversary counted. */
  readonly openRate: number;
  /** Share that seems to succeed now. */
  readonly stoppedRate: number;
  /** Posterior at which it is sure. */
  readonly sureAt: number;
  readonly experimentsMax: number;
  readonly random: () => number;
}

/** How a hunt ended. */
export interface Hunt {
  readonly experiments: number;
  /** The cause was named; otherwise the patience ran out first. */
  readonly found: boolean;
  /** Wrong causes that it was sure of. */
  readonly falseConvictions: number;
}

/**
 * Hunts for the one thing it was recognised by. It changes one knob per experiment, counts what looks like success and keeps
 * the exact posterior over its hypotheses (one per knob); it always turns the likeliest knob next, which is what gains
 * most, and names a cause once it is sure. A wrong name is found out for free (it sells what does not work) and the hunt
 * goes on: the kindest case for the adversary.
 *
 * @param truth The knob that matters, asked only to end the hunt. @param experiment Runs one.
 */
export async function hunt(
  options: AdversaryOptions,
  { truth, experiment }: { readonly truth: number; experiment(knob: number): Promise<Experiment> },
): Promise<Hunt> {
  const { knobs, batch, sureAt, experimentsMax, random } = options;
  const open = bounded(options.openRate, batch);
  const stopped = bounded(options.stoppedRate, batch);
  const odds = new Float64Array(knobs);
  let falseConvictions = 0;
  for (let experiments = 1; experiments <= experimentsMax; experiments++) {
    const knob = likeliest(odds, random);
    const { successes } = await experiment(knob);
    odds[knob] =
      (odds[knob] ?? 0) +
      successes * Math.log(open / stopped) +
      (batch - successes) * Math.log((1 - open) / (1 - stopped));
    const sure = posteriorOf(odds).findIndex((share) => share >= sureAt);
    if (sure === truth) return { experiments, found: true, falseConvictions };
    if (sure >= 0) {
      falseConvictions++;
      odds[sure] = Math.min(...odds);
    }
  }
  return { experiments: experimentsMax, found: false, falseConvictions };
}

/** A rate nobody can be surer of than its counts allow. */
function bounded(rate: number, batch: number): number {
  const edge = 1 / (20 * batch);
  return Math.min(1 - edge, Math.max(edge, rate));
}

function likeliest(odds: Float64Array, random: () => number): number {
  const most = Math.max(...odds);
  const best = [...odds.keys()].filter((knob) => (odds[knob] ?? 0) > most - 1e-9);
  return best[Math.floor(random() * best.length)] ?? 0;
}

function posteriorOf(odds: Float64Array): number[] {
  const most = Math.max(...odds);
  const weights = [...odds].map((value) => Math.exp(value - most));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
