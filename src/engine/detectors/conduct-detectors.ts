import type { ConductDetector } from "./conduct-detector.ts";
import { dwellFollowsLength } from "./dwell-follows-length.ts";
import { formHaste } from "./form-haste.ts";
import { partsInTurn } from "./parts-in-turn.ts";
import { picturesNever } from "./pictures-never.ts";
import { searchByAddress } from "./search-by-address.ts";
import { straightWalk } from "./straight-walk.ts";
import { textVersions } from "./text-versions.ts";
import { unlinkedTabs } from "./unlinked-tabs.ts";

/** What tells an agent at work, driving a browser or a library, from a person: how steps are made. */
export const conductDetectors: readonly ConductDetector[] = [
  textVersions,
  dwellFollowsLength,
  straightWalk,
  unlinkedTabs,
  formHaste,
  partsInTurn,
  picturesNever,
  searchByAddress,
];
