import type { Signal } from "#core";
import type { Case } from "./case.ts";

/** Looks at one client's features and says what it makes of them, or nothing. Remembers nothing. */
export interface Detector {
  readonly name: string;
  /** What kind of behaviour it speaks about; "presentation" is kept apart and capped (house rule: never decides). */
  readonly axis: string;
  /** Signals of one group share a benign cause and one cap (see score/groups.ts). */
  readonly group: string;
  inspect(subject: Case): Signal | undefined;
}
