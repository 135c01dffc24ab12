import type { Signal } from "#core";
import type { CounterName } from "../features/counters.ts";
import type { Case } from "./case.ts";

/** Looks at one client's features and says what it makes of them, or nothing. Remembers nothing. */
export interface Detector {
  readonly name: string;
  /** What kind of behaviour it speaks about; "presentation" is kept apart and capped (house rule: never decides). */
  readonly axis: string;
  /** Signals of one group share a benign cause and one cap (see score/groups.ts). */
  readonly group: string;
  /** It has nothing to say while this counter of the row is below `least`, and is then not asked. */
  readonly needs?: { readonly counter: CounterName; readonly least: number };
  inspect(subject: Case): Signal | undefined;
}
