import { expect, test } from "vitest";
import { createRandom } from "#core";
import { counterNames } from "../features/counters.ts";
import { labellingFunctions } from "./labelling.ts";
import { SampleBook, type SessionSamples } from "./sample-book.ts";
import { behaviourFeatures, presentationFeatures } from "./session-features.ts";
import { areaUnderCurve, type SessionModels, sideNats, trainSessionModels } from "./session-models.ts";

const widths = {
  behaviour: behaviourFeatures.length,
  presentation: presentationFeatures.length,
  labellers: labellingFunctions.length,
};
const convicted = labellingFunctions.findIndex(({ name }) => name === "convicted cohort");
const vouched = labellingFunctions.findIndex(({ name }) => name === "let in as people are");
const heads = behaviourFeatures.findIndex(({ name }) => name === "share of heads");
const pages = behaviourFeatures.findIndex(({ name }) => name === "share of pages");

/** Sessions of people, four in five, and of campaigns that ask for heads more. */
function samples(count: number, told = 0.3): SessionSamples {
  const random = createRandom(11);
  const book = new SampleBook(count * 2, widths);
  for (let i = 0; i < count; i++) {
    const bot = i % 5 === 0;
    const behaviour = new Float64Array(widths.behaviour).map(() => random());
    behaviour[heads] = bot ? told + 0.7 * random() : 0.7 * random();
    const presentation = new Float64Array(widths.presentation).map(() => random());
    const votes = new Int8Array(widths.labellers).fill(-1);
    if (bot && random() < 0.8) votes[convicted] = 1;
    if (!bot && random() < 0.6) votes[vouched] = 0;
    book.add({ behaviour, presentation, votes, at: i, campaign: bot ? 1 + (i % 4) : 0 });
  }
  return book.samples();
}

function trained(count = 2_000, told = 0.3): SessionModels {
  const outcome = trainSessionModels(samples(count, told), { seed: 5, at: 99 });
  if (outcome.kind !== "trained") throw new Error(outcome.report.refused);
  return outcome.models;
}

test("no model sees what its labels were made of", () => {
  const read = new Set(labellingFunctions.flatMap(({ reads }) => reads));
  for (const { name } of [...behaviourFeatures, ...presentationFeatures]) {
    for (const word of name.split(" ")) expect(read.has(word as (typeof counterNames)[number]), name).toBe(false);
  }
  for (const name of read) expect(counterNames).toContain(name);
});

test("weak labels train a model that ranks later sessions and campaigns it never saw", () => {
  const { report } = trained();
  expect(report.behaviour.laterAuc).toBeGreaterThan(0.75);
  expect(report.behaviour.otherCampaignsAuc).toBeGreaterThan(0.75);
  // What was drawn at random teaches nothing.
  expect(report.presentation.laterAuc).toBeLessThan(0.65);
  expect(report.automatedShare).toBeGreaterThan(0.1);
  expect(report.automatedShare).toBeLessThan(0.35);
});

test("one seed gives one model; a constraint holds; and what it says stays within its bounds", () => {
  const { behaviour } = trained();
  expect(trained().behaviour.trees.value).toEqual(behaviour.trees.value);
  const bounds = { least: -1, most: 1 };
  const row = new Float64Array(widths.behaviour).fill(0.5);
  let before = Number.NEGATIVE_INFINITY;
  for (let share = 0; share <= 1; share += 0.05) {
    row[heads] = share;
    const nats = sideNats(behaviour, row, bounds);
    expect(nats).toBeGreaterThanOrEqual(before);
    expect(Math.abs(nats)).toBeLessThanOrEqual(1);
    before = nats;
  }
  expect(before).toBeGreaterThan(0.3);
  expect(Number.isFinite(sideNats(behaviour, new Float64Array(widths.behaviour).fill(Number.NaN), bounds))).toBe(true);
});

test("too few sessions, nothing learned, or a champion that is better: nothing is published, and why is said", () => {
  const refused = (of: SessionSamples, champion?: SessionModels): string => {
    const outcome = trainSessionModels(of, { seed: 5, at: 99, champion });
    return outcome.kind === "refused" ? outcome.report.refused : "";
  };
  expect(refused(samples(399))).toBe("399 sessions seen, 400 needed");
  expect(refused(samples(2_000, 0))).toBe("it ranks later sessions hardly better than chance");
  // A champion that reads the answer off another feature.
  const best = samples(2_000);
  for (let row = 0; row < best.at.length; row++)
    best.behaviour[row * widths.behaviour + pages] = best.votes[row * widths.labellers + convicted] === 1 ? 1 : 0;
  const outcome = trainSessionModels(best, { seed: 5, at: 99 });
  if (outcome.kind !== "trained") throw new Error("the champion must train");
  const blind = { ...best, behaviour: best.behaviour.slice() };
  expect(refused(best, outcome.models)).toBe("");
  for (let row = 0; row < best.at.length; row++) if (row < 1_400) blind.behaviour[row * widths.behaviour + pages] = 0.5;
  expect(trainSessionModels(blind, { seed: 5, at: 99 }).kind).toBe("trained");
});

test("a flood of one kind replaces its own kind only", () => {
  const book = new SampleBook(20, widths);
  const behaviour = new Float64Array(widths.behaviour);
  const presentation = new Float64Array(widths.presentation);
  const add = (vote: -1 | 1, at: number): void =>
    book.add({ behaviour, presentation, votes: new Int8Array(widths.labellers).fill(vote), at, campaign: 0 });
  for (let i = 0; i < 5; i++) add(-1, i);
  for (let i = 100; i < 1_100; i++) add(1, i);
  const { at } = book.samples();
  expect([...at].filter((time) => time < 5)).toHaveLength(5);
  expect(at).toHaveLength(15);
  expect(book.added).toBe(1_005);
});

test("the area under the curve is 1, 0, a half, and nothing", () => {
  const cases = (scores: readonly number[]): { score: number; positive: boolean }[] =>
    scores.map((score, i) => ({ score, positive: i % 2 === 1 }));
  expect(areaUnderCurve(cases([1, 2, 1, 2]))).toBe(1);
  expect(areaUnderCurve(cases([2, 1, 2, 1]))).toBe(0);
  expect(areaUnderCurve(cases([1, 1, 1, 1]))).toBe(0.5);
  expect(areaUnderCurve([{ score: 1, positive: true }])).toBeNull();
});
