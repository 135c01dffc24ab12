/** A mutant that changes nothing anybody can see. */
export interface Equivalent {
  readonly file: string;
  /** Part of the line that it is in. */
  readonly line: string;
  readonly what: string;
  readonly why: string;
}

export const equivalents: readonly Equivalent[] = [
  {
    file: "decide-action.ts",
    line: "if (said > 0",
    what: "> becomes >=",
    why: "a finding of no nats adds nothing",
  },
];
