import type { Millis } from "#core";
import { type Calibrator, calibrate, fitIsotonic } from "../statistics/index.ts";
import { dawidSkene, type LabellerQuality } from "./dawid-skene.ts";
import { trainBoosting } from "./gradient-boosting.ts";
import { type IsolationForest, trainIsolationForest } from "./isolation-forest.ts";
import { labellingFunctions } from "./labelling.ts";
import type { SessionSamples } from "./sample-book.ts";
import { behaviourFeatures, presentationFeatures, type SessionFeature } from "./session-features.ts";
import { predictTrees, type TreeModel } from "./tree-model.ts";

/** One side's model with what its margin means. */
export interface SideModel {
  readonly trees: TreeModel;
  /** Margin to probability, fitted on sessions later than all it was trained on. */
  readonly calibrator: Calibrator;
  /** Log-odds of automation among those later sessions: what the model adds to. */
  readonly baseLogOdds: number;
}

/** How well a side ranks sessions that it was not trained on; 0.5 is chance, null where there was nothing to compare. */
export interface SideQuality {
  /** Sessions later than the training's. */
  readonly laterAuc: number | null;
  /** Campaigns that took no part in the training. */
  readonly otherCampaignsAuc: number | null;
}

/** What came of a training, for people. */
export interface TrainingReport {
  readonly trainedAt: Millis;
  readonly sessions: number;
  readonly labelled: number;
  readonly automatedShare: number;
  readonly labellers: readonly (LabellerQuality & { readonly name: string; readonly votes: number })[];
  readonly behaviour: SideQuality;
  readonly presentation: SideQuality;
  /** Why nothing was published, or "". */
  readonly refused: string;
}

/** Immutable: published to the inline lane as a whole and replaced as a whole. */
export interface SessionModels {
  readonly behaviour: SideModel;
  readonly presentation: SideModel;
  /** What isolates easily among the sessions of people; for what people look at, never evidence. */
  readonly isolation: IsolationForest;
  readonly report: TrainingReport;
}

export interface TrainingOptions {
  readonly seed: number;
  readonly at: Millis;
  /** Models in use: they stay when the new ones rank later sessions worse. */
  readonly champion?: SessionModels | undefined;
}

/** What training gives: models to publish, or why there are none. */
export type TrainingOutcome =
  | { readonly kind: "trained"; readonly models: SessionModels }
  | { readonly kind: "refused"; readonly report: TrainingReport };

const sessionsLeast = 400;
const laterLeast = 100;
const laterShare = 0.3;
const aucLeast = 0.65;
/** Marks sessions that no labelling function voted on, and what they count as, with what weight. */
const unvoted = 0.5;
const unvotedTarget = 0.05;
const unvotedWeight = 0.2;
/** Labels between these say nothing either way and are not compared with. */
const sure = { person: 0.3, automated: 0.7 } as const;

/**
 * Trains both models on weak labels. Split by time only: the last three tenths of sessions are for calibrating and judging.
 * A second training leaves one half of the campaigns out, to show what is learned about the others. Random splits would
 * put sessions of one campaign on both sides and prove nothing. Refuses to publish what ranks later sessions no better than
 * chance, or worse than the champion. The slow lane's: seconds.
 */
export function trainSessionModels(samples: SessionSamples, options: TrainingOptions): TrainingOutcome {
  const rows = samples.at.length;
  const labellers = labellingFunctions.length;
  const order = Uint32Array.from(samples.at.keys()).sort(
    (a, b) => (samples.at[a] as number) - (samples.at[b] as number),
  );
  const votes = new Int8Array(rows * labellers);
  for (const [to, from] of order.entries())
    votes.set(samples.votes.subarray(from * labellers, (from + 1) * labellers), to * labellers);
  const { labels, qualities, automatedShare } = weakLabels(votes, labellers);
  const labelled = labels.reduce((sum, label) => sum + (isSure(label) ? 1 : 0), 0);
  const base = {
    trainedAt: options.at,
    sessions: rows,
    labelled,
    automatedShare,
    labellers: qualities.map((quality, j) => ({
      name: labellingFunctions[j]?.name ?? "",
      votes: countVotes(votes, j),
      ...quality,
    })),
  };
  const nothing: SideQuality = { laterAuc: null, otherCampaignsAuc: null };
  const refuse = (refused: string, behaviour = nothing, presentation = nothing): TrainingOutcome => ({
    kind: "refused",
    report: { ...base, behaviour, presentation, refused },
  });
  if (rows < sessionsLeast) return refuse(`${rows} sessions seen, ${sessionsLeast} needed`);
  const cut = Math.floor(rows * (1 - laterShare));
  const ground: Ground = { samples, order, labels, cut, seed: options.seed };
  const later = labels.subarray(cut);
  const [people, automated] = [
    later.filter((label) => label < sure.person),
    later.filter((label) => label > sure.automated),
  ];
  if (people.length < laterLeast || automated.length < laterLeast / 4)
    return refuse(`${people.length} people and ${automated.length} automated sessions among the later ones`);
  const behaviour = trainSide(ground, "behaviour", behaviourFeatures);
  const presentation = trainSide(ground, "presentation", presentationFeatures);
  const champion =
    options.champion === undefined ? 0 : (aucOf(options.champion.behaviour.trees, ground, "behaviour") ?? 0);
  const auc = behaviour.quality.laterAuc ?? 0;
  if (auc < aucLeast || auc < champion - 0.01)
    return refuse(
      auc < aucLeast
        ? "it ranks later sessions hardly better than chance"
        : "the models in use rank later sessions better",
      behaviour.quality,
      presentation.quality,
    );
  const report = { ...base, behaviour: behaviour.quality, presentation: presentation.quality, refused: "" };
  const isolation = trainIsolationForest(peopleOf(ground), behaviourFeatures.length, { seed: options.seed });
  return {
    kind: "trained",
    models: { behaviour: behaviour.model, presentation: presentation.model, isolation, report },
  };
}

/**
 * Soft labels of the sessions that somebody voted on; the others are marked. Only those take part in the estimate: who never
 * logs in cannot be vouched for, and would pass for automation by everybody's silence.
 */
function weakLabels(
  votes: Int8Array,
  labellers: number,
): { readonly labels: Float64Array; readonly qualities: readonly LabellerQuality[]; readonly automatedShare: number } {
  const rows = votes.length / labellers;
  const voted: number[] = [];
  for (let row = 0; row < rows; row++)
    if (votes.subarray(row * labellers, (row + 1) * labellers).some((vote) => vote !== -1)) voted.push(row);
  const cast = new Int8Array(voted.length * labellers);
  for (const [to, from] of voted.entries())
    cast.set(votes.subarray(from * labellers, (from + 1) * labellers), to * labellers);
  const found = dawidSkene(cast, labellers);
  const labels = new Float64Array(rows).fill(unvoted);
  for (const [at, row] of voted.entries()) labels[row] = found.labels[at] as number;
  return { labels, qualities: found.labellers, automatedShare: found.automatedShare };
}

/**
 * What a side's model says of a session, in nats over what is usual, within `bounds`. Calibrated, so that a model that is
 * sure of itself without reason says little.
 */
export function sideNats(
  { trees, calibrator, baseLogOdds }: SideModel,
  row: Float64Array,
  bounds: { readonly least: number; readonly most: number },
): number {
  const p = Math.min(0.995, Math.max(0.005, calibrate(calibrator, predictTrees(trees, row))));
  return Math.max(bounds.least, Math.min(bounds.most, Math.log(p / (1 - p)) - baseLogOdds));
}

type Side = "behaviour" | "presentation";

/** Labels are in order of time; `order` finds a label's row in the samples. */
interface Ground {
  readonly samples: SessionSamples;
  readonly order: Uint32Array;
  readonly labels: Float64Array;
  /** Rows before are trained on, rows from here on are later ones. */
  readonly cut: number;
  readonly seed: number;
}

interface TrainedSide {
  readonly model: SideModel;
  readonly quality: SideQuality;
}

function trainSide(ground: Ground, side: Side, features: readonly SessionFeature[]): TrainedSide {
  const everybody = (): boolean => true;
  const trees = fitTrees(ground, side, { features, takes: everybody });
  const held = heldOut(ground);
  const other = fitTrees(ground, side, { features, takes: (campaign, label) => !(label > 0.5 && held.has(campaign)) });
  const cases: { score: number; positive: boolean }[] = [];
  let share = 1;
  for (let i = ground.cut; i < ground.labels.length; i++) {
    const label = ground.labels[i] as number;
    if (!isSure(label)) continue;
    share += label;
    cases.push({ score: marginOf(trees, ground, { i, side }), positive: label > 0.5 });
  }
  const rate = share / (cases.length + 2);
  const model = { trees, calibrator: fitIsotonic(cases), baseLogOdds: Math.log(rate / (1 - rate)) };
  const quality = {
    laterAuc: aucOf(trees, ground, side),
    otherCampaignsAuc: aucOf(other, ground, side, held),
  };
  return { model, quality };
}

type Takes = (campaign: number, label: number) => boolean;

function fitTrees(
  { samples, order, labels, cut, seed }: Ground,
  side: Side,
  { features, takes }: { readonly features: readonly SessionFeature[]; readonly takes: Takes },
): TreeModel {
  const width = features.length;
  const chosen: number[] = [];
  for (let i = 0; i < cut; i++)
    if (takes(samples.campaign[order[i] as number] as number, labels[i] as number)) chosen.push(i);
  const values = new Float64Array(chosen.length * width);
  const targets = new Float64Array(chosen.length);
  const weights = new Float64Array(chosen.length);
  for (const [to, i] of chosen.entries()) {
    const from = (order[i] as number) * width;
    values.set(samples[side].subarray(from, from + width), to * width);
    const label = labels[i] as number;
    // Whom nobody voted on shows what is common, quietly: most of them are people.
    targets[to] = label === unvoted ? unvotedTarget : label;
    weights[to] = label === unvoted ? unvotedWeight : Math.abs(2 * label - 1);
  }
  const monotone = Int8Array.from(features, (feature) => feature.monotone);
  const options = { seed, trees: 60, depth: 4, rate: 0.15, monotone, rowShare: 0.8, featureShare: 0.8 };
  return trainBoosting({ values, features: width, labels: targets, weights }, options);
}

function marginOf(
  trees: TreeModel,
  { samples, order }: Ground,
  { i, side }: { readonly i: number; readonly side: Side },
): number {
  const from = (order[i] as number) * trees.features;
  return predictTrees(trees, samples[side].subarray(from, from + trees.features));
}

/** Every other campaign that is called automated. */
function heldOut({ samples, order, labels }: Ground): ReadonlySet<number> {
  const campaigns = new Set<number>();
  for (let i = 0; i < labels.length; i++)
    if ((labels[i] as number) > sure.automated) campaigns.add(samples.campaign[order[i] as number] as number);
  return new Set([...campaigns].sort((a, b) => a - b).filter((_, i) => i % 2 === 1));
}

/**
 * Area under the ROC curve over the later sessions whose labels are sure (Mann and Whitney 1947, ties halved); with `held`, of
 * those campaigns, whenever they came.
 */
function aucOf(trees: TreeModel, ground: Ground, side: Side, held?: ReadonlySet<number>): number | null {
  const { samples, order, labels, cut } = ground;
  const cases: { score: number; positive: boolean }[] = [];
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as number;
    if (!isSure(label)) continue;
    const positive = label > 0.5;
    const counts = positive && held !== undefined ? held.has(samples.campaign[order[i] as number] as number) : i >= cut;
    if (counts) cases.push({ score: marginOf(trees, ground, { i, side }), positive });
  }
  return areaUnderCurve(cases);
}

/** Null where one of the two is missing. */
export function areaUnderCurve(
  cases: readonly { readonly score: number; readonly positive: boolean }[],
): number | null {
  const sorted = cases.toSorted((a, b) => a.score - b.score);
  const positives = sorted.reduce((sum, { positive }) => sum + Number(positive), 0);
  const negatives = sorted.length - positives;
  if (positives === 0 || negatives === 0) return null;
  let [below, area] = [0, 0];
  for (let at = 0; at < sorted.length; ) {
    let [tied, hits] = [0, 0];
    const { score } = sorted[at] as { score: number };
    for (; at < sorted.length && sorted[at]?.score === score; at++) {
      if (sorted[at]?.positive === true) hits++;
      else tied++;
    }
    area += hits * (below + tied / 2);
    below += tied;
  }
  return area / (positives * negatives);
}

function peopleOf({ samples, order, labels }: Ground): Float64Array {
  const width = behaviourFeatures.length;
  const chosen = [...labels.keys()].filter((i) => (labels[i] as number) < 0.5).slice(-10_000);
  const values = new Float64Array(chosen.length * width);
  for (const [to, i] of chosen.entries()) {
    const from = (order[i] as number) * width;
    values.set(samples.behaviour.subarray(from, from + width), to * width);
  }
  return values;
}

function isSure(label: number): boolean {
  return label < sure.person || label > sure.automated;
}

function countVotes(votes: Int8Array, labeller: number): number {
  let count = 0;
  for (let at = labeller; at < votes.length; at += labellingFunctions.length) if (votes[at] !== -1) count++;
  return count;
}
