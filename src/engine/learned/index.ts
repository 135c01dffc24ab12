export type { LearnedOutcome } from "./learned-state.ts";
export { LearnedState } from "./learned-state.ts";
