import type { ASTNode } from "@marcbachmann/cel-js";
import { suggest } from "#core";
import { compilePattern } from "./pattern.ts";
import { ConditionProblem } from "./problem.ts";
import {
  type Amount,
  all,
  arithmetic,
  type Comparison,
  choose,
  compare,
  compareWith,
  either,
  not,
  same,
  type Test,
  truth,
} from "./truths.ts";
import {
  type FunctionPlaces,
  type Layout,
  placeOfCall,
  type Subject,
  type Truth,
  type Vocabulary,
} from "./vocabulary.ts";

/** A condition ready to run: total, without side effects, bounded by its size. */
export interface Condition {
  evaluate(subject: Subject): Truth;
  /** The syntax tree, from which the index learns what must hold for the condition to hold. */
  readonly ast: ASTNode;
  /** Names of variables, `signals:<detector>`, `tags:<tag>` and `count(login.failed,address,10m)` that are read. */
  readonly reads: ReadonlySet<string>;
}

interface Scope {
  readonly layout: Layout;
  readonly vocabulary: Vocabulary;
}

type Text = (subject: Subject) => string;

/** Compiles a checked syntax tree to closures. @throws ConditionProblem for what lies outside the subset. */
export function compileCondition(ast: ASTNode, scope: Scope): Condition {
  const reads = new Set<string>();
  const compiler = new Compiler(scope, reads);
  const evaluate = compiler.test(ast);
  return { evaluate, ast, reads };
}

class Compiler {
  readonly #scope: Scope;
  readonly #reads: Set<string>;

  constructor(scope: Scope, reads: Set<string>) {
    this.#scope = scope;
    this.#reads = reads;
  }

  test(node: ASTNode): Test {
    switch (node.op) {
      case "value":
        return node.args === true ? () => 1 : () => 0;
      case "&&":
        return all(conjuncts(node).map((part) => this.test(part)));
      case "||":
        return either(this.test(node.args[0]), this.test(node.args[1]));
      case "!_":
        return not(this.test(node.args));
      case "?:":
        return choose(this.test(node.args[0]), this.test(node.args[1]), this.test(node.args[2]));
      case "==":
      case "!=":
      case "<":
      case "<=":
      case ">":
      case ">=":
        return this.#comparison(node.op, node.args[0], node.args[1]);
      case "in":
        return this.#membership(node.args[0], node.args[1]);
      case "call":
        return this.#call(node, node.args[0], node.args[1]);
      case "rcall":
        return this.#method(node, node.args[0], node.args[1], node.args[2]);
      case ".":
      case "id":
        return this.#flag(node);
      default:
        throw outside(node);
    }
  }

  #flag(node: ASTNode): Test {
    const place = this.#numberPlace(node);
    return (subject) => {
      const value = subject.number(place);
      return Number.isNaN(value) ? 2 : value !== 0 ? 1 : 0;
    };
  }

  #comparison(op: Comparison, left: ASTNode, right: ASTNode): Test {
    if (this.#isText(left) || this.#isText(right)) {
      const a = this.#text(left);
      const b = this.#text(right);
      if (op === "==") return (subject) => (a(subject) === b(subject) ? 1 : 0);
      if (op === "!=") return (subject) => (a(subject) !== b(subject) ? 1 : 0);
      return (subject) => truth(compare(op, a(subject), b(subject)));
    }
    if (this.#isTest(left) || this.#isTest(right)) {
      if (op !== "==" && op !== "!=") throw outside(left);
      return same(this.test(left), this.test(right), { wanted: op === "==" });
    }
    const place = isNumber(right) ? this.#placeOf(left) : undefined;
    if (place !== undefined) return compareWith(op, place, literalNumber(right));
    const a = this.#amount(left);
    const b = this.#amount(right);
    return (subject) => {
      const x = a(subject);
      const y = b(subject);
      // NaN marks what was not observed; it must not turn true under `!` or `!=`.
      return Number.isNaN(x) || Number.isNaN(y) ? 2 : truth(compare(op, x, y));
    };
  }

  #membership(item: ASTNode, list: ASTNode): Test {
    if (list.op === "id" && list.args === "signals") {
      const name = this.#known(literalText(item), item, this.#scope.vocabulary.detectors, "detector");
      this.#reads.add(`signals:${name}`);
      return ({ signals }) => (signals.some(({ detector }) => detector === name) ? 1 : 0);
    }
    if (list.op === "id" && list.args === "tags") {
      const name = this.#known(literalText(item), item, this.#scope.vocabulary.tags, "tag");
      this.#reads.add(`tags:${name}`);
      return ({ tags }) => (tags.includes(name) ? 1 : 0);
    }
    if (list.op !== "list") throw outside(list);
    if (this.#isText(item)) {
      const text = this.#text(item);
      const members = new Set(list.args.map((member) => literalText(member)));
      return (subject) => (members.has(text(subject)) ? 1 : 0);
    }
    const amount = this.#amount(item);
    const members = new Set(list.args.map((member) => literalNumber(member)));
    return (subject) => {
      const value = amount(subject);
      return Number.isNaN(value) ? 2 : members.has(value) ? 1 : 0;
    };
  }

  #call(node: ASTNode, name: string, args: readonly ASTNode[]): Test {
    const [first, second] = args;
    if (first === undefined) throw outside(node);
    if (name === "known") {
      const place = this.#numberPlace(first);
      return (subject) => (Number.isNaN(subject.number(place)) ? 0 : 1);
    }
    if (second === undefined) throw outside(node);
    if (name === "re") {
      const pattern = compilePattern(literalText(second));
      if ("problem" in pattern) throw new ConditionProblem(`re(): ${pattern.problem}`, second.range);
      const text = this.#text(first);
      return (subject) => (pattern.test(text(subject)) ? 1 : 0);
    }
    if (name === "inList") {
      const list = literalText(first);
      const text = this.#text(second);
      return (subject) => {
        const found = lookUp(subject, list, text(subject));
        return found === undefined ? 2 : truth(found);
      };
    }
    throw outside(node);
  }

  #method(node: ASTNode, name: string, receiver: ASTNode, args: readonly ASTNode[]): Test {
    const argument = args[0];
    if (name === "matches") {
      throw new ConditionProblem(
        'matches() could backtrack for ever on hostile text; write re(text, "pattern")',
        node.range,
      );
    }
    if (argument === undefined || !["startsWith", "endsWith", "contains"].includes(name)) throw outside(node);
    const text = this.#text(receiver);
    const part = this.#text(argument);
    if (name === "startsWith") return (subject) => (text(subject).startsWith(part(subject)) ? 1 : 0);
    if (name === "endsWith") return (subject) => (text(subject).endsWith(part(subject)) ? 1 : 0);
    return (subject) => (text(subject).includes(part(subject)) ? 1 : 0);
  }

  #amount(node: ASTNode): Amount {
    switch (node.op) {
      case "value": {
        const value = literalNumber(node);
        return () => value;
      }
      case ".":
      case "id": {
        const place = this.#numberPlace(node);
        return (subject) => subject.number(place);
      }
      case "+":
      case "-":
      case "*":
      case "/":
        return arithmetic(node.op, this.#amount(node.args[0]), this.#amount(node.args[1]));
      case "-_": {
        const amount = this.#amount(node.args);
        return (subject) => -amount(subject);
      }
      case "call":
        return this.#amountCall(node, node.args[0], node.args[1]);
      default:
        throw outside(node);
    }
  }

  #amountCall(node: ASTNode, name: string, args: readonly ASTNode[]): Amount {
    const argument = args[0];
    if (argument === undefined) throw outside(node);
    if (name === "nats") {
      const detector = this.#known(literalText(argument), argument, this.#scope.vocabulary.detectors, "detector");
      this.#reads.add(`signals:${detector}`);
      return ({ signals }) => natsOf(signals, detector);
    }
    const places = this.#scope.layout.functions.get(name);
    if (places !== undefined) {
      const place = this.#callPlace(node, { name, places, args });
      return (subject) => subject.number(place);
    }
    if (name === "size" && this.#isText(argument)) {
      const text = this.#text(argument);
      return (subject) => text(subject).length;
    }
    throw outside(node);
  }

  /** The place of `count("login.failed", "address", "10m")`; a misspelt word is named where it stands. */
  #callPlace(
    node: ASTNode,
    {
      name,
      places,
      args,
    }: { readonly name: string; readonly places: FunctionPlaces; readonly args: readonly ASTNode[] },
  ): number {
    const words = places.parameters.map((parameter, index) => {
      const argument = args[index];
      if (argument === undefined) throw outside(node);
      return this.#known(literalText(argument), argument, parameter.words, parameter.name);
    });
    this.#reads.add(`${name}(${words.join(",")})`);
    return placeOfCall(places, words);
  }

  #text(node: ASTNode): Text {
    if (node.op === "value") {
      const literal = literalText(node);
      return () => literal;
    }
    const name = dotted(node);
    const place = name === undefined ? undefined : this.#scope.layout.texts.get(name);
    if (name === undefined || place === undefined) throw outside(node);
    this.#reads.add(name);
    return (subject) => subject.text(place);
  }

  #numberPlace(node: ASTNode): number {
    const name = dotted(node);
    const place = name === undefined ? undefined : this.#scope.layout.numbers.get(name);
    if (name === undefined || place === undefined) throw outside(node);
    this.#reads.add(name);
    return place;
  }

  /** Where the number stands that a variable or a counting call is; undefined for all that must be worked out. */
  #placeOf(node: ASTNode): number | undefined {
    if (node.op === "id" || node.op === ".") return this.#numberPlace(node);
    if (node.op !== "call") return undefined;
    const [name, args] = node.args;
    const places = this.#scope.layout.functions.get(name);
    return places === undefined ? undefined : this.#callPlace(node, { name, places, args });
  }

  #isText(node: ASTNode): boolean {
    if (node.op === "value") return typeof node.args === "string";
    const name = dotted(node);
    return name !== undefined && this.#scope.layout.texts.has(name);
  }

  #isTest(node: ASTNode): boolean {
    if (node.op === "value") return typeof node.args === "boolean";
    if (["&&", "||", "!_", "in", "rcall", "==", "!=", "<", "<=", ">", ">="].includes(node.op)) return true;
    if (node.op === "?:") return this.#isTest(node.args[1]);
    if (node.op === "call") return ["re", "inList", "known"].includes(node.args[0]);
    const name = dotted(node);
    return (
      name !== undefined && this.#scope.vocabulary.variables.some((one) => one.name === name && one.type === "flag")
    );
  }

  #known(name: string, node: ASTNode, words: readonly string[], what: string): string {
    if (words.includes(name)) return name;
    const near = suggest(name, words);
    throw new ConditionProblem(
      `there is no ${what} "${name}"${near === undefined ? "" : `; did you mean "${near}"?`}`,
      node.range,
    );
  }
}

function natsOf(signals: Subject["signals"], name: string): number {
  for (const { detector, nats } of signals) if (detector === name) return nats;
  return 0;
}

/** A list whose look-up fails is as good as gone: conditions are total whatever stands behind them. */
function lookUp(subject: Subject, list: string, value: string): boolean | undefined {
  try {
    return subject.inList(list, value);
  } catch {
    return undefined;
  }
}

/** The parts of a conjunction, however it is nested: each must hold. */
export function conjuncts(node: ASTNode): ASTNode[] {
  return node.op === "&&" ? [...conjuncts(node.args[0]), ...conjuncts(node.args[1])] : [node];
}

function isNumber(node: ASTNode): boolean {
  return node.op === "-_"
    ? isNumber(node.args)
    : node.op === "value" && typeof node.args !== "string" && typeof node.args !== "boolean";
}

/** `session.requests` of the nodes that spell it, else undefined. */
export function dotted(node: ASTNode): string | undefined {
  if (node.op === "id") return node.args;
  if (node.op !== ".") return undefined;
  const [receiver, field] = node.args;
  return receiver.op === "id" ? `${receiver.args}.${field}` : undefined;
}

function literalText(node: ASTNode): string {
  if (node.op === "value" && typeof node.args === "string") return node.args;
  throw new ConditionProblem("expected a text in quotes here", node.range);
}

function literalNumber(node: ASTNode): number {
  if (node.op === "value" && (typeof node.args === "number" || typeof node.args === "bigint")) return Number(node.args);
  if (node.op === "-_") return -literalNumber(node.args);
  throw new ConditionProblem("expected a number here", node.range);
}

function outside(node: ASTNode): ConditionProblem {
  return new ConditionProblem(
    "this part of CEL is not in the rule language (comparisons, &&, ||, !, ?:, in, arithmetic, startsWith, endsWith, contains, re, nats, inList, known, size)",
    node.range,
  );
}
