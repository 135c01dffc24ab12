import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Half of the nursery: where V8 puts what is new. Two halves of this size are held. */
const halfBytes = 8 * 1_048_576;
const roundsMax = 64;
const keptPerRound = 65_536;

/**
 * Brings the nursery of this process to one size and leaves it there, whatever the loading of the program made of it: a
 * smaller one collects more often (1 MB: 15 % more time a line), a larger one only holds memory, since hardly anything a
 * line makes outlives it. V8 takes a size at the start of a process only; afterwards the nursery grows by a factor whenever
 * much of it survives. So the factor is set to what is missing, something survives, and the factor is set to 1. It can
 * only grow: `bin/gait.js` keeps it small while a replay is loaded.
 */
export function sizeNursery(): void {
  const kept: object[][] = [];
  for (let round = 0; round < roundsMax; round++) {
    const missing = Math.floor(halfBytes / (nurseryBytes() / 2));
    if (missing <= 1) break;
    setFlagsFromString(`--semi-space-growth-factor=${missing}`);
    kept.push(Array.from({ length: keptPerRound }, (_, index) => ({ index })));
  }
  setFlagsFromString("--semi-space-growth-factor=1");
}

function nurseryBytes(): number {
  return (
    getHeapSpaceStatistics().find((space) => space.space_name === "new_space")?.space_size ?? Number.POSITIVE_INFINITY
  );
}
