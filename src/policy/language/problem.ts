/** A mistake in a condition, with its place in the condition's text (offsets in UTF-16 units). */
export class ConditionProblem extends Error {
  override readonly name = "ConditionProblem";
  readonly start: number;
  readonly end: number;

  constructor(message: string, range: { readonly start: number; readonly end: number }) {
    super(message);
    this.start = range.start;
    this.end = range.end;
  }
}
