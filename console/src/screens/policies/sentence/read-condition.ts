import { type Comparison, comparisons, type Literal, type Operand, type Part, textTests } from "./condition-tree.ts";

const name = "[A-Za-z_][\\w.]*";
const text = '"(?:[^"\\\\]|\\\\.)*"';

const leaves: readonly { readonly form: RegExp; readonly read: (found: readonly string[]) => Part | undefined }[] = [
  {
    form: new RegExp(`^(${text})\\s+in\\s+(${name})$`),
    read: ([value = "", list = ""]) => ({ kind: "member", value: unquote(value), list }),
  },
  {
    form: new RegExp(`^(${name})\\.(startsWith|endsWith|contains)\\(\\s*(${text})\\s*\\)$`),
    read: ([variable = "", called = "", value = ""]) => {
      const test = textTests.find((each) => each === called);
      return test === undefined ? undefined : { kind: "test", variable, test, value: unquote(value) };
    },
  },
  {
    form: new RegExp(`^re\\(\\s*(${name})\\s*,\\s*(${text})\\s*\\)$`),
    read: ([variable = "", pattern = ""]) => ({ kind: "pattern", variable, pattern: unquote(pattern) }),
  },
  {
    form: new RegExp(`^inList\\(\\s*(${text})\\s*,\\s*(${name})\\s*\\)$`),
    read: ([list = "", variable = ""]) => ({ kind: "listed", list: unquote(list), variable }),
  },
  {
    form: new RegExp(`^known\\(\\s*(${name})\\s*\\)$`),
    read: ([variable = ""]) => ({ kind: "known", variable }),
  },
  {
    form: new RegExp(
      `^(${name}(?:\\((?:\\s*${text}\\s*,?)+\\))?)\\s*(==|!=|<=|>=|<|>)\\s*(${text}|-?\\d+(?:\\.\\d+)?|true|false)$`,
    ),
    read: ([left = "", operator = "", right = ""]) => {
      const comparison = comparisons.find((each) => each === operator) as Comparison;
      return { kind: "compare", left: readOperand(left), comparison, right: readLiteral(right) };
    },
  },
  { form: new RegExp(`^(${name})$`), read: ([variable = ""]) => readFlag(variable) },
];

/**
 * Reads CEL into a tree. Never fails: what has no word in the tree becomes a `text` part with the very letters of the
 * source; whether the source is a condition at all is the gateway's to say.
 */
export function readCondition(source: string): Part {
  const whole = source.trim();
  // Comments and conditional expressions reach across everything beside them; such a source is kept in one piece.
  if (whole === "" || splitAt(whole, "?").length > 1 || splitAt(whole, "//").length > 1)
    return { kind: "text", text: whole };
  for (const join of ["||", "&&"] as const) {
    const pieces = splitAt(whole, join);
    if (pieces.length > 1) return { kind: "group", join, parts: pieces.map(readCondition) };
  }
  if (isBracketed(whole)) return readCondition(whole.slice(1, -1));
  if (whole.startsWith("!") && !whole.startsWith("!=")) {
    const rest = whole.slice(1).trim();
    if (isBracketed(rest) || readLeaf(rest)?.kind === "flag") return { kind: "not", part: readCondition(rest) };
  }
  return readLeaf(whole) ?? { kind: "text", text: whole };
}

function readLeaf(source: string): Part | undefined {
  for (const { form, read } of leaves) {
    const found = form.exec(source);
    if (found !== null) return read(found.slice(1));
  }
  return undefined;
}

function readFlag(variable: string): Part | undefined {
  return variable === "true" || variable === "false" ? undefined : { kind: "flag", variable };
}

function readOperand(source: string): Operand {
  const bracket = source.indexOf("(");
  if (bracket < 0) return { kind: "variable", name: source };
  const words = [...source.slice(bracket).matchAll(new RegExp(text, "g"))].map(([word]) => unquote(word));
  return { kind: "call", name: source.slice(0, bracket), words };
}

function readLiteral(source: string): Literal {
  if (source.startsWith('"')) return unquote(source);
  if (source === "true" || source === "false") return source === "true";
  return Number(source);
}

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

function unquote(source: string): string {
  return source.slice(1, -1).replace(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter);
}

/** Splits at an operator that stands outside of quotes and brackets. */
function splitAt(source: string, operator: string): readonly string[] {
  const pieces: string[] = [];
  let depth = 0;
  let quoted = "";
  let begin = 0;
  for (let at = 0; at < source.length; at++) {
    const letter = source[at] ?? "";
    if (quoted !== "") {
      if (letter === "\\") at++;
      else if (letter === quoted) quoted = "";
    } else if (letter === '"' || letter === "'") quoted = letter;
    else if ("([{".includes(letter)) depth++;
    else if (")]}".includes(letter)) depth--;
    else if (depth === 0 && source.startsWith(operator, at)) {
      pieces.push(source.slice(begin, at));
      at += operator.length - 1;
      begin = at + 1;
    }
  }
  pieces.push(source.slice(begin));
  return pieces;
}

/** Whether one pair of brackets holds the whole. */
function isBracketed(source: string): boolean {
  if (!source.startsWith("(") || !source.endsWith(")")) return false;
  let depth = 0;
  let quoted = "";
  for (let at = 0; at < source.length; at++) {
    const letter = source[at] ?? "";
    if (quoted !== "") {
      if (letter === "\\") at++;
      else if (letter === quoted) quoted = "";
    } else if (letter === '"' || letter === "'") quoted = letter;
    else if (letter === "(") depth++;
    else if (letter === ")") {
      depth--;
      if (depth === 0 && at < source.length - 1) return false;
    }
  }
  return depth === 0;
}
