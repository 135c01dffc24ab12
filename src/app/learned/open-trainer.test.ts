import { expect, test } from "vitest";
import { createRandom } from "#core";
import {
  behaviourFeatures,
  type EngineModels,
  labellingFunctions,
  presentationFeatures,
  SampleBook,
  type SessionModels,
} from "#engine";
import { openTrainer } from "./open-trainer.ts";

const clock = { now: () => 1_767_225_600_000, monotonic: () => 0 };

/** Models of an engine that has seen sessions of people and of an attack. */
function seen(sessions: number): EngineModels & { published: SessionModels | undefined } {
  const widths = { behaviour: behaviourFeatures.length, presentation: presentationFeatures.length };
  const book = new SampleBook(8_192, { ...widths, labellers: labellingFunctions.length });
  const random = createRandom(2);
  for (let i = 0; i < sessions; i++) {
    const bot = i % 4 === 0;
    const votes = new Int8Array(labellingFunctions.length).fill(-1);
    votes[bot ? 0 : labellingFunctions.length - 1] = bot ? 1 : 0;
    book.add({
      behaviour: new Float64Array(widths.behaviour).map(() => (bot ? 0.4 : 0) + random()),
      presentation: new Float64Array(widths.presentation).map(() => random()),
      votes,
      at: i,
      campaign: bot ? i % 8 : 0,
    });
  }
  return {
    published: undefined,
    collect: () => undefined,
    get sessionsKept() {
      return book.added;
    },
    samples: () => book.samples(),
    get models() {
      return this.published;
    },
    publish(models) {
      this.published = models;
    },
    unusual: () => [],
  };
}

test("a training on a thread of its own publishes models once, and nothing new means nothing to do", async () => {
  const models = seen(2_000);
  const trainer = openTrainer(models, { clock, seed: 7 });
  await trainer.train();
  expect(trainer.failure).toBe("");
  expect(trainer.report).toMatchObject({ sessions: 2_000, refused: "", trainedAt: clock.now() });
  const { published } = models;
  expect(published?.report.behaviour.laterAuc).toBeGreaterThan(0.8);
  expect(Object.isFrozen(published)).toBe(true);
  await trainer.train();
  expect(models.published).toBe(published);
  await trainer.close();
});

test("too little to learn from is said, and no models speak", async () => {
  const models = seen(100);
  const trainer = openTrainer(models, { clock, seed: 7, freshLeast: 1 });
  await trainer.train();
  expect(models.published).toBeUndefined();
  expect(trainer.report?.refused).toBe("100 sessions seen, 400 needed");
  await trainer.close();
});

test("a training that is broken off is a failure and no more", async () => {
  const models = seen(2_000);
  const trainer = openTrainer(models, { clock, seed: 7 });
  const running = trainer.train();
  await trainer.close();
  await running;
  expect(models.published).toBeUndefined();
  expect(trainer.failure).toBe("its thread ended without an answer");
});
