/** Where a setting came from, in the words its owner knows. */
export type Place =
  | { readonly kind: "file"; readonly file: string; readonly line: number; readonly column: number }
  | { readonly kind: "environment"; readonly name: string }
  | { readonly kind: "flag"; readonly name: string }
  | { readonly kind: "default" };

/** One mistake in the configuration. */
export interface ConfigProblem {
  readonly place: Place;
  /** Plain words: what was found and what was expected. */
  readonly reason: string;
  /** What was probably meant, verbatim. */
  readonly suggestion?: string | undefined;
}

/** More mistakes than anybody fixes at once; the rest are counted. */
export const problemsMax = 50;

/** `file:line:col`, the variable's name or the flag. */
export function renderPlace(place: Place): string {
  switch (place.kind) {
    case "file":
      return `${place.file}:${place.line}:${place.column}`;
    case "environment":
      return place.name;
    case "flag":
      return `--${place.name}`;
    case "default":
      return "default";
  }
}

/** One line, `gait.yaml:3:7: unknown key "modee", did you mean "mode"?` */
export function renderProblem({ place, reason, suggestion }: ConfigProblem): string {
  const hint = suggestion === undefined ? "" : `, did you mean ${JSON.stringify(suggestion)}?`;
  return `${renderPlace(place)}: ${printable(reason)}${printable(hint)}`;
}

/** All of them, one per line, cut at `problemsMax` with the number that was left out. */
export function renderProblems(problems: readonly ConfigProblem[]): string {
  const lines = problems.slice(0, problemsMax).map(renderProblem);
  const left = problems.length - problemsMax;
  if (left > 0) lines.push(`… and ${left} more`);
  return lines.join("\n");
}

/** Control characters of a hostile file must not drive the terminal that reads the message (log and terminal injection). */
function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
