import { type ASTNode, Environment } from "@marcbachmann/cel-js";
import { suggest } from "#core";
import { type Condition, compileCondition } from "./compile.ts";
import { ConditionProblem } from "./problem.ts";
import { layoutOf, type Vocabulary } from "./vocabulary.ts";

const conditionLengthMax = 4096;

/** Compiles conditions of one vocabulary. */
export interface Language {
  /** Tags that endpoints can have without an operator's word. */
  readonly tags: readonly string[];
  /** @throws ConditionProblem with place, reason and suggestion when the text is not a condition of this vocabulary. */
  compile(source: string): Condition;
}

/**
 * The rule language: CEL (Common Expression Language) in a total subset. `@marcbachmann/cel-js` parses and type-checks;
 * evaluation is our own, because a request must pass hundreds of rules in half a microsecond, and because reading
 * something that was not observed must be *unknown*, never true by accident: CEL's error absorption (`error || true` is
 * true, `error && false` is false) with unknown in the place of error.
 *
 * CEL's `matches` is refused: it would run on a backtracking engine. `re(text, "pattern")` runs in linear time.
 */
export function createLanguage(vocabulary: Vocabulary): Language {
  const environment = environmentOf(vocabulary);
  const layout = layoutOf(vocabulary);
  return {
    tags: vocabulary.tags,
    compile(source) {
      if (source.length > conditionLengthMax) {
        throw new ConditionProblem(
          `the condition has ${source.length} characters; at most ${conditionLengthMax} are allowed`,
          { start: 0, end: source.length },
        );
      }
      const ast = parse(environment, source, vocabulary);
      return compileCondition(ast, { layout, vocabulary });
    },
  };
}

function environmentOf(vocabulary: Vocabulary): Environment {
  const environment = new Environment({
    limits: { maxAstNodes: 400, maxDepth: 40, maxListElements: 200, maxMapEntries: 0, maxCallArguments: 6 },
  });
  const celTypes = { text: "string", number: "double", flag: "bool" } as const;
  const schemas = new Map<string, Record<string, string>>();
  for (const { name, type } of vocabulary.variables) {
    const dot = name.indexOf(".");
    if (dot < 0) {
      environment.registerVariable(name, celTypes[type]);
      continue;
    }
    const fields = schemas.get(name.slice(0, dot)) ?? {};
    fields[name.slice(dot + 1)] = celTypes[type];
    schemas.set(name.slice(0, dot), fields);
  }
  for (const [name, schema] of schemas) environment.registerVariable({ name, schema });
  environment.registerVariable("signals", "list<string>");
  environment.registerVariable("tags", "list<string>");
  // CEL keeps int and double apart; people write `session.requests == 3`.
  // Equality is registered for both orders at once, the others are not.
  environment.registerOperator("double == int: bool", unused);
  for (const operator of ["+", "-", "*", "/"]) {
    environment.registerOperator(`double ${operator} int: double`, unused);
    environment.registerOperator(`int ${operator} double: double`, unused);
  }
  environment.registerFunction("re(string, string): bool", unused);
  environment.registerFunction("nats(string): double", unused);
  environment.registerFunction("inList(string, string): bool", unused);
  environment.registerFunction("known(dyn): bool", unused);
  for (const { name, parameters } of vocabulary.functions ?? []) {
    environment.registerFunction(`${name}(${parameters.map(() => "string").join(", ")}): double`, unused);
  }
  return environment;
}

/** The library only checks; these never run. */
function unused(): never {
  throw new Error("rule functions are evaluated by the compiler of conditions");
}

interface CheckFailure {
  readonly summary?: string;
  readonly message: string;
  readonly range?: { readonly start: number; readonly end: number } | undefined;
}

function parse(environment: Environment, source: string, vocabulary: Vocabulary): ASTNode {
  const checked = environment.check(source);
  if (!checked.valid) {
    const failure = checked.error as unknown as CheckFailure;
    const range = failure.range ?? { start: 0, end: source.length };
    const said = failure.summary ?? failure.message.split("\n")[0] ?? "not a condition";
    const slip = slipOf(source, range.start);
    if (slip !== undefined) throw new ConditionProblem(slip, range);
    throw new ConditionProblem(plain(said) + hint(source.slice(range.start, range.end), source, vocabulary), range);
  }
  if (checked.type !== "bool") {
    throw new ConditionProblem(`a condition must be true or false; this one is a ${String(checked.type)}`, {
      start: 0,
      end: source.length,
    });
  }
  return environment.parse(source).ast;
}

/** What people write who think in another language, at or just before where parsing failed. */
const slips: readonly (readonly [written: RegExp, meant: string])[] = [
  [/\band$/i, 'write && for "and"'],
  [/\bor$/i, 'write || for "or"'],
  [/\bnot$/i, 'write ! for "not"'],
  [/(?<![=!<>])=$/, "write == to compare"],
];

function slipOf(source: string, at: number): string | undefined {
  // A parser stops within the word or behind it.
  const rest = /^(?:\w+|=)?/.exec(source.slice(at))?.[0] ?? "";
  const ends = [source.slice(0, at + rest.length), source.slice(0, at).trimEnd()];
  return slips.find(([written]) => ends.some((end) => written.test(end)))?.[1];
}

const typeNames: readonly (readonly [cel: RegExp, word: string])[] = [
  [/\b(?:double|int|uint)\b/g, "number"],
  [/\bstring\b/g, "text"],
  [/\bbool\b/g, "true or false"],
  [/^no such overload: /, "these do not go together: "],
  [/^Logical operator requires bool operands, got '(.*)'$/, "&& and || join what is true or false; this is a $1"],
];

/** The library's words for types in those of this page. */
function plain(said: string): string {
  const words = typeNames.toReversed();
  return words.reduce((text, [cel, word]) => text.replace(cel, word), said);
}

/** "did you mean" for a misspelt variable, field or function. */
function hint(part: string, source: string, vocabulary: Vocabulary): string {
  const names = vocabulary.variables.map(({ name }) => name);
  const words = [...names, ...names.map((name) => name.split(".")[0] ?? name), "signals", "tags"];
  words.push(...functionNames, ...(vocabulary.functions ?? []).map(({ name }) => name));
  const written = dottedAround(part, source);
  if (words.includes(written)) return "";
  const near = suggest(written, words);
  return near === undefined ? "" : `; did you mean "${near}"?`;
}

const functionNames = ["re", "nats", "inList", "known", "startsWith", "endsWith", "contains", "size"];

/** The dotted name that contains a part of the source: checking reports only the part after the dot. */
function dottedAround(part: string, source: string): string {
  const word = lastWord(part.replace(/\(.*$/s, ""));
  const at = source.indexOf(part);
  const before = at < 0 ? "" : lastWord(source.slice(0, at));
  const dotted = before + word;
  const method = dotted.split(".").at(-1) ?? dotted;
  return /\(/.test(part) && functionNames.some((name) => suggest(method, [name]) !== undefined) ? method : dotted;
}

/** The dotted name at the end of a text. */
function lastWord(text: string): string {
  let from = text.length;
  while (from > 0 && /[\w.]/.test(text.charAt(from - 1))) from--;
  return text.slice(from);
}
