import {
  type BetaComponent,
  createEvidenceTable,
  type EvidenceTable,
  fitBetaWeights,
  groupCap,
  type PrevalencePrior,
} from "../statistics/index.ts";

/** What is believed of an axis before anything was seen here. */
export interface AxisPrior {
  /** Classes of honest clients, the usual one first; design values until local anchored sessions refit the weights. */
  readonly honest: readonly BetaComponent[];
  readonly automated: readonly BetaComponent[];
  /** How common the axis' violation is among honest clients. */
  readonly prevalence: PrevalencePrior;
}

/** Anchored sessions kept for refitting. */
const samplesMax = 512;
/** Fresh ones that make a refit worth its ten milliseconds. */
const refitEvery = 128;

/**
 * What `hits` violations in `trials` opportunities are worth on one axis, in nats: a beta-binomial mixture ratio
 * (detection: evidence with a benign cause saturates), capped at -ln of the upper bound of how common the
 * violation is among honest clients. It starts modestly and earns weight as anchored sessions show it to be rare.
 */
export class AxisEvidence {
  readonly #prior: AxisPrior;
  #table: EvidenceTable;
  #cap: number;
  #honest: readonly BetaComponent[];
  readonly #samples: [number, number][] = [];
  #next = 0;
  #fresh = 0;
  #hits = 0;
  #clients = 0;

  constructor(prior: AxisPrior) {
    this.#prior = prior;
    this.#honest = prior.honest;
    this.#table = tableOf(prior);
    this.#cap = groupCap(prior.prevalence, 0, 0);
  }

  /** Most this axis may say, in nats. */
  get cap(): number {
    return this.#cap;
  }

  /** Anchored sessions that had an opportunity, and those that showed a violation. */
  get experience(): { readonly clients: number; readonly hits: number } {
    return { clients: this.#clients, hits: this.#hits };
  }

  /** Nats for automation, at most the cap; 0 without opportunities. */
  nats(hits: number, trials: number): number {
    return trials <= 0 ? 0 : Math.min(this.#cap, this.#table.nats(hits, trials));
  }

  /** Notes one anchored session; `refit` makes something of it. */
  learn(hits: number, trials: number, weight: number): void {
    if (trials <= 0 || weight <= 0) return;
    this.#clients += weight;
    if (hits > 0) this.#hits += weight;
    this.#samples[this.#next] = [hits, trials];
    this.#next = (this.#next + 1) % samplesMax;
    this.#fresh++;
  }

  /**
   * Refits weights and cap when at least 128 anchored sessions came since the last time. Slow lane: some ten
   * milliseconds. Returns whether anything was done.
   */
  refit(): boolean {
    if (this.#fresh < refitEvery) return false;
    this.#fresh = 0;
    this.#honest = fitBetaWeights(this.#samples, this.#prior.honest, { rounds: 20 });
    this.#table = createEvidenceTable({ honest: this.#honest, automated: this.#prior.automated });
    this.#cap = groupCap(this.#prior.prevalence, this.#hits, this.#clients);
    return true;
  }

  /** Takes counts from a snapshot. */
  restore(clients: number, hits: number): void {
    this.#clients = clients;
    this.#hits = hits;
    this.#cap = groupCap(this.#prior.prevalence, hits, clients);
  }
}

/** Tables before anything was learned are the same everywhere, so applications share them. */
const priorTables = new Map<AxisPrior, EvidenceTable>();

function tableOf(prior: AxisPrior): EvidenceTable {
  const known = priorTables.get(prior);
  if (known !== undefined) return known;
  const table = createEvidenceTable(prior);
  priorTables.set(prior, table);
  return table;
}
