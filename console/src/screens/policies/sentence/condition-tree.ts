/** Comparisons of the rule language. */
export const comparisons = ["==", "!=", "<", "<=", ">", ">="] as const;

/** One of them. */
export type Comparison = (typeof comparisons)[number];

/** Tests of a text. */
export const textTests = ["startsWith", "endsWith", "contains"] as const;

/** What a comparison reads: a variable, or a function of words such as `count("login", "address", "10m")`. */
export type Operand =
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "call"; readonly name: string; readonly words: readonly string[] };

/** A value as it is written. */
export type Literal = string | number | boolean;

/**
 * A condition as a tree that a sentence can be made of. What the tree has no word for stays as `text`, letter for
 * letter, so that nothing an author wrote is ever lost.
 */
export type Part =
  | { readonly kind: "group"; readonly join: "&&" | "||"; readonly parts: readonly Part[] }
  | { readonly kind: "not"; readonly part: Part }
  | { readonly kind: "compare"; readonly left: Operand; readonly comparison: Comparison; readonly right: Literal }
  | { readonly kind: "member"; readonly value: string; readonly list: string }
  | {
      readonly kind: "test";
      readonly variable: string;
      readonly test: (typeof textTests)[number];
      readonly value: string;
    }
  | { readonly kind: "pattern"; readonly variable: string; readonly pattern: string }
  | { readonly kind: "listed"; readonly list: string; readonly variable: string }
  | { readonly kind: "known"; readonly variable: string }
  | { readonly kind: "flag"; readonly variable: string }
  | { readonly kind: "text"; readonly text: string };

/** Writes a tree as CEL. */
export function writeCondition(part: Part): string {
  switch (part.kind) {
    case "group":
      return part.parts
        .map((each) => (needsBrackets(each) ? `(${writeCondition(each)})` : writeCondition(each)))
        .join(` ${part.join} `);
    case "not":
      return `!(${writeCondition(part.part)})`;
    case "compare":
      return `${writeOperand(part.left)} ${part.comparison} ${writeLiteral(part.right)}`;
    case "member":
      return `${quote(part.value)} in ${part.list}`;
    case "test":
      return `${part.variable}.${part.test}(${quote(part.value)})`;
    case "pattern":
      return `re(${part.variable}, ${quote(part.pattern)})`;
    case "listed":
      return `inList(${quote(part.list)}, ${part.variable})`;
    case "known":
      return `known(${part.variable})`;
    case "flag":
      return part.variable;
    case "text":
      return part.text;
  }
}

/** A literal as CEL writes it. */
export function writeLiteral(value: Literal): string {
  return typeof value === "string" ? quote(value) : String(value);
}

/** A CEL string. */
export function quote(text: string): string {
  return `"${text
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t")}"`;
}

function writeOperand(operand: Operand): string {
  return operand.kind === "variable" ? operand.name : `${operand.name}(${operand.words.map(quote).join(", ")})`;
}

/** A group inside a group, and text that may hold anything, keep their brackets: `?:` binds weaker than `||`. */
function needsBrackets(part: Part): boolean {
  return part.kind === "group" || part.kind === "text";
}
