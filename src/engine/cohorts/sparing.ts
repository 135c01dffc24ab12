import { type CohortAxisName, cohortAxisIndex } from "./axes.ts";
import type { CohortMemory } from "./cohort-memory.ts";
import { hits } from "./conviction.ts";
import { type GroupingName, groupings, type Membership, writeCohortKeys } from "./groupings.ts";

/** One thing that a member could have done otherwise: what it showed, what people show instead, and that in words. */
interface Otherwise {
  readonly axis: CohortAxisName;
  readonly shown: readonly number[];
  readonly instead: number;
  /** Groupings that are keyed by it: who does otherwise is no member of them. */
  readonly leaves: readonly GroupingName[];
  /** Completes "would not be blocked if …". */
  readonly words: string;
}

/** Only what a session shows by itself: nobody can have come from another country. */
const otherwise: readonly Otherwise[] = [
  change("jar", [3], { instead: 1, leaves: ["behaviour", "context"] }, "the cookies it was given had come back"),
  change("jar", [4], { instead: 1, leaves: ["behaviour", "context"] }, "its cookie values had been issued here"),
  change("jar", [1, 2, 3, 4], { instead: 0, leaves: ["context"] }, "it had brought the cookies of an earlier day"),
  change("arrival", [1, 2], { instead: 0, leaves: ["behaviour"] }, "it had come to that step the way people do"),
  change("side-effects", [1, 2], { instead: 0, leaves: [] }, "it had fetched the parts of its pages"),
  change("order", [1], { instead: 0, leaves: ["behaviour"] }, "its cookies had stood in a browser's order"),
  change("typicality", [0, 2], { instead: 1, leaves: [] }, "it had gone the ways that people go"),
  change("cadence", [0, 1], { instead: 2, leaves: [] }, "its pauses had varied as people's do"),
  change("way", [0, 1], { instead: 2, leaves: [] }, "it had looked around first"),
  change("habit", [1, 2, 3], { instead: 0, leaves: [] }, "the account had been entered from its usual surroundings"),
];

/** Ways out that are named at most. */
const namedMax = 3;

/**
 * What a member of a convicted cohort would have had to do otherwise for no conviction to hit it, in words that complete "would
 * not be blocked if …", at most three. Exact: every standing conviction of its groupings is asked again with one thing changed,
 * and with two where no single one is enough. Groupings that are keyed by what is changed are left by it, and the others it
 * stays in. Empty where nothing of it helps.
 *
 * @param bins What the member has shown; -1 unknown. Not changed.
 */
export function sparing(
  { convictions, laws }: Pick<CohortMemory, "convictions" | "laws">,
  membership: Membership,
  bins: Int8Array,
): readonly string[] {
  const keys = new Float64Array(groupings.length);
  writeCohortKeys(membership, keys);
  const standing = [...keys].flatMap((key) => convictions.get(key)?.conviction ?? []);
  const changed = Int8Array.from(bins);
  const spares = (changes: readonly Otherwise[]): boolean => {
    changed.set(bins);
    for (const { axis, instead } of changes) changed[cohortAxisIndex[axis]] = instead;
    return !standing.some(
      (conviction) =>
        !changes.some(({ leaves }) => leaves.includes(conviction.grouping)) && hits(conviction, changed, laws.axes),
    );
  };
  const possible = otherwise.filter(({ axis, shown }) => shown.includes(bins[cohortAxisIndex[axis]] as number));
  const single = possible.filter((change) => spares([change]));
  if (single.length > 0) return single.slice(0, namedMax).map(({ words }) => words);
  for (const [at, one] of possible.entries())
    for (const other of possible.slice(at + 1))
      if (one.axis !== other.axis && spares([one, other])) return [`${one.words} and ${other.words}`];
  return [];
}

function change(
  axis: CohortAxisName,
  shown: readonly number[],
  rest: Pick<Otherwise, "instead" | "leaves">,
  words: string,
): Otherwise {
  return { axis, shown, ...rest, words };
}
