import { expect, test } from "vitest";
import { createRandom } from "#core";
import { behaviourFeatures } from "../models/index.ts";
import { drawNormal } from "../statistics/index.ts";
import { UnusualPart } from "./unusual-part.ts";

const width = behaviourFeatures.length;
/** Far more of the second feature and far less of the fifth than anybody, and somewhat off in others. */
const odd = Float64Array.from({ length: width }, (_, f) => (f === 1 ? 40 : f === 4 ? -30 : f < 14 ? 0.55 : 0.5));

function people(part: UnusualPart, count: number, seed = 1): void {
  const random = createRandom(seed);
  for (let i = 0; i < count; i++) {
    const features = new Float64Array(width).map((_, f) =>
      f % 3 === 0 ? Number.NaN : 0.5 + 0.02 * drawNormal(random),
    );
    part.observe({ features, application: "shop", userAgent: "browser", group: 1 + (i % 40), at: i }, undefined);
  }
}

test("a look whose sessions behave as nobody does is shown with what differs; people's looks are not", () => {
  const part = new UnusualPart(3);
  people(part, 6_000);
  for (let i = 0; i < 40; i++) {
    part.observe({ features: odd, application: "shop", userAgent: "odd", group: 999, at: 6_000 + i }, undefined);
  }
  const [found, ...others] = part.groups();
  expect(others).toEqual([]);
  expect(found).toMatchObject({ application: "shop", userAgent: "odd", isolation: null });
  expect(found?.unusual).toBeGreaterThan(20);
  expect(found?.differs.slice(0, 2).sort()).toEqual(
    [
      `${behaviourFeatures[1]?.name}: far more than usual here`,
      `${behaviourFeatures[4]?.name}: far less than usual here`,
    ].sort(),
  );
});

test("before anything is usual nothing is unusual, and a flood of groups keeps the largest", () => {
  const early = new UnusualPart(3);
  people(early, 1_000);
  expect(early.groups()).toEqual([]);
  const part = new UnusualPart(3);
  people(part, 6_000);
  const see = (group: number, at: number): void =>
    part.observe({ features: odd, application: "shop", userAgent: "odd", group, at }, undefined);
  for (let i = 0; i < 30; i++) see(999, 7_000 + i);
  for (let group = 10_000; group < 13_000; group++) {
    see(group, 8_000);
    people(part, 2, group);
  }
  expect(part.groups().map(({ userAgent }) => userAgent)).toEqual(["odd"]);
});
