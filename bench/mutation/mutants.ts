import { parseAst } from "vite";

/** One small mistake, put into a source. */
export interface Mutant {
  readonly file: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** What it does, for people: `< becomes <=`. */
  readonly what: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly operator?: string;
  readonly left?: Node;
  readonly right?: Node;
  readonly test?: Node | null;
  readonly argument?: Node | null;
  readonly value?: unknown;
  readonly regex?: unknown;
}

/** Operators and what they are taken for. */
const taken: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "===": ["!=="],
  "!==": ["==="],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "&&": ["||"],
  "||": ["&&"],
};

/**
 * The usual first-order mutants of a source (Offutt et al., "An Experimental Determination of Sufficient Mutant Operators",
 * 1996): relational, logical and arithmetic operators, conditions always true and never true, negations left out, numbers one
 * higher, truth values turned round, guards (`if (…) return`) removed. Types and messages are left alone.
 */
export function mutantsOf(source: string, file: string): readonly Mutant[] {
  const found: Mutant[] = [];
  const add = ({ start, end }: Pick<Node, "start" | "end">, text: string, what: string): void => {
    found.push({ file, line: source.slice(0, start).split("\n").length, start, end, text, what });
  };
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const node = value as Node;
    if (typeof node.type === "string") {
      // Types say nothing at run time, and a message is no behaviour.
      if (node.type.startsWith("TS") && !node.type.startsWith("TSAs")) return;
      mutate(node, source, add);
    }
    for (const child of Object.values(node)) {
      if (Array.isArray(child)) for (const one of child) visit(one);
      else visit(child);
    }
  };
  visit(parseAst(source, { lang: "ts" }));
  return found;
}

type Add = (where: Pick<Node, "start" | "end">, text: string, what: string) => void;

function mutate(node: Node, source: string, add: Add): void {
  const { type, operator = "", left, right, test, argument } = node;
  if ((type === "BinaryExpression" || type === "LogicalExpression") && left !== undefined && right !== undefined) {
    const place = source.indexOf(operator, left.end);
    const where = { start: place, end: place + operator.length };
    for (const other of taken[operator] ?? []) add(where, other, `${operator} becomes ${other}`);
  }
  if ((type === "IfStatement" || type === "ConditionalExpression") && test !== undefined && test !== null) {
    const text = source.slice(test.start, test.end).replaceAll(/\s+/g, " ").slice(0, 50);
    // Through a cast, so that what follows is still looked at.
    add(test, "(true as boolean)", `(${text}) is always true`);
    add(test, "(false as boolean)", `(${text}) is never true`);
  }
  if (type === "UnaryExpression" && operator === "!" && argument !== undefined && argument !== null) {
    add(node, `(${source.slice(argument.start, argument.end)})`, "! is left out");
  }
  if (type === "Literal" && node.regex === undefined) {
    if (typeof node.value === "number") add(node, String(node.value + 1), `${node.value} becomes ${node.value + 1}`);
    if (typeof node.value === "boolean") add(node, String(!node.value), `${node.value} becomes ${!node.value}`);
  }
}
