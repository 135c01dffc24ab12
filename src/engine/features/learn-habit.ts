import { chancesPerClientMax, type Habit } from "../baselines/habit.ts";
import type { FeatureState } from "./state.ts";

/** Chances without a single kept one after which a client counts as an abstainer. */
const abstainAfter = 4;

/**
 * Counts one chance of a habit on a client's row and lets the site learn from it. The first time a client keeps a
 * habit makes it an exhibitor and does not count as a chance, or the baseline would be biased upwards.
 */
export function learnHabit(
  state: FeatureState,
  habit: Habit,
  chance: { readonly row: number; readonly kept: boolean; readonly chances: number; readonly keptCounter: number },
): void {
  const { clients } = state;
  const before = clients.get(chance.row, chance.chances);
  const keptBefore = clients.get(chance.row, chance.keptCounter);
  clients.count(chance.row, chance.chances);
  if (chance.kept) clients.count(chance.row, chance.keptCounter);
  if (keptBefore > 0) {
    if (before < chancesPerClientMax) habit.learnChance(chance.kept);
  } else if (chance.kept) habit.learnExhibitor();
  else if (before + 1 === abstainAfter) habit.learnAbstainer();
}
