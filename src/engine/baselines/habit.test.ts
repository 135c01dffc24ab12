import { expect, test } from "vitest";
import { Habit } from "./habit.ts";
import { habitPriors } from "./site-baseline.ts";

test("the doubt that a site invites a habit shrinks with the clients that show it", () => {
  const habit = new Habit(habitPriors.subresources);
  const before = habit.absence;
  for (let i = 0; i < 200; i++) habit.learnExhibitor();
  expect(before).toBeGreaterThan(0.15);
  expect(habit.absence).toBeLessThan(0.02);
  expect(habit.absence).toBeGreaterThan(habitPriors.subresources.persona);
});

test("an attack of ten times the visitors does not unlearn a habit; a site where nobody shows it does", () => {
  const attacked = new Habit(habitPriors.subresources);
  for (let i = 0; i < 100; i++) attacked.learnExhibitor();
  for (let i = 0; i < 1_000; i++) attacked.learnAbstainer();
  expect(attacked.absence).toBeLessThan(0.03);
  const bare = new Habit(habitPriors.subresources);
  for (let i = 0; i < 2_000; i++) bare.learnAbstainer();
  expect(bare.absence).toBeGreaterThan(0.8);
});

test("how often a habit is kept follows the clients that have it", () => {
  const habit = new Habit(habitPriors.links);
  for (let i = 0; i < 1_000; i++) habit.learnChance(i % 10 < 4);
  expect(habit.mean).toBeCloseTo(0.4, 1);
});
