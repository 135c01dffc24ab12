import { assert } from "#core";

/** A labelling function's vote: 1 automated, 0 person, -1 abstains. */
export type Vote = -1 | 0 | 1;

/** How good each labelling function is, as found without any true label. */
export interface LabellerQuality {
  /** P(votes automated | automated), P(votes automated | person), and P(abstains | either). */
  readonly hit: number;
  readonly falseAlarm: number;
  readonly abstainsWhenAutomated: number;
  readonly abstainsWhenPerson: number;
}

export interface LabelModel {
  readonly automatedShare: number;
  readonly labellers: readonly LabellerQuality[];
  /** Posterior probability of automation, row by row. */
  readonly labels: Float64Array;
}

/**
 * Soft labels from disagreeing labelling functions (Dawid and Skene 1979, by expectation-maximisation), abstention
 * being informative: a function that looks for a tool's mark and finds none says a little. Each function's rates are
 * smoothed by pseudo-votes that believe it better than chance, which also decides which class is which.
 *
 * It cannot see what no function touches: campaigns without any labelled trait stay at the base rate. And functions
 * that read the same feature are counted twice, so give each trait to one. Rows are flat: votes[row * m + j].
 */
export function dawidSkene(votes: Int8Array, labellers: number, options: DawidSkeneOptions = {}): LabelModel {
  assert(labellers >= 1 && votes.length % labellers === 0, `${votes.length} votes do not fill rows of ${labellers}`);
  const rows = votes.length / labellers;
  const prior = options.prior ?? 0.1;
  const labels = new Float64Array(rows);
  for (let row = 0; row < rows; row++) labels[row] = majority(votes, row * labellers, labellers, prior);
  let share = prior;
  let rates = maximise(votes, labellers, labels);
  for (let round = 0; round < (options.rounds ?? 40); round++) {
    share = expect(votes, labellers, { labels, rates, prior: share });
    rates = maximise(votes, labellers, labels);
  }
  const qualities = Array.from({ length: labellers }, (_, j) => ({
    hit: rates[j * 6 + 5] as number,
    falseAlarm: rates[j * 6 + 2] as number,
    abstainsWhenAutomated: rates[j * 6 + 3] as number,
    abstainsWhenPerson: rates[j * 6] as number,
  }));
  return { automatedShare: share, labellers: qualities, labels };
}

export interface DawidSkeneOptions {
  /** Expected share of automation at the start. Default 0.1. */
  readonly prior?: number;
  readonly rounds?: number;
}

function majority(votes: Int8Array, start: number, labellers: number, prior: number): number {
  let [yes, no] = [prior, 1 - prior];
  for (let j = 0; j < labellers; j++) {
    if (votes[start + j] === 1) yes++;
    else if (votes[start + j] === 0) no++;
  }
  return yes / (yes + no);
}

/** Rates per labeller: [person: abstain, 0, 1, automated: abstain, 0, 1]. */
function maximise(votes: Int8Array, labellers: number, labels: Float64Array): Float64Array {
  const counts = new Float64Array(labellers * 6);
  for (let j = 0; j < labellers; j++) counts.set([4, 5, 1, 4, 1, 5], j * 6);
  for (let row = 0; row < labels.length; row++) {
    const automated = labels[row] as number;
    for (let j = 0; j < labellers; j++) {
      const vote = (votes[row * labellers + j] as number) + 1;
      counts[j * 6 + vote] = (counts[j * 6 + vote] as number) + 1 - automated;
      counts[j * 6 + 3 + vote] = (counts[j * 6 + 3 + vote] as number) + automated;
    }
  }
  for (let half = 0; half < labellers * 2; half++) {
    const at = half * 3;
    const sum = (counts[at] as number) + (counts[at + 1] as number) + (counts[at + 2] as number);
    for (let vote = 0; vote < 3; vote++) counts[at + vote] = (counts[at + vote] as number) / sum;
  }
  return counts;
}

/** Updates the labels in place and returns the new share of automation. */
function expect(
  votes: Int8Array,
  labellers: number,
  { labels, rates, prior }: { readonly labels: Float64Array; readonly rates: Float64Array; readonly prior: number },
): number {
  let sum = 1;
  for (let row = 0; row < labels.length; row++) {
    let margin = Math.log(prior / (1 - prior));
    for (let j = 0; j < labellers; j++) {
      const vote = (votes[row * labellers + j] as number) + 1;
      margin += Math.log((rates[j * 6 + 3 + vote] as number) / (rates[j * 6 + vote] as number));
    }
    const label = 1 / (1 + Math.exp(-margin));
    labels[row] = label;
    sum += label;
  }
  return Math.min(0.95, Math.max(1e-3, sum / (labels.length + 10)));
}
