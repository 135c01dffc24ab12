import type { Subject, Truth } from "./vocabulary.ts";

/** A condition over a subject. */
export type Test = (subject: Subject) => Truth;
/** A number of a subject; NaN: unknown. */
export type Amount = (subject: Subject) => number;

/** A conjunction: false where a part is, else unknown where a part is. */
export function all(tests: readonly Test[]): Test {
  return (subject) => {
    let whole: Truth = 1;
    for (let i = 0; i < tests.length; i++) {
      const x = (tests[i] as Test)(subject);
      if (x === 0) return 0;
      if (x === 2) whole = 2;
    }
    return whole;
  };
}

/** A disjunction: true where a part is, else unknown where a part is. */
export function either(a: Test, b: Test): Test {
  return (subject) => {
    const x = a(subject);
    if (x === 1) return 1;
    const y = b(subject);
    return y === 1 ? 1 : x === 0 && y === 0 ? 0 : 2;
  };
}

/** What is unknown stays unknown. */
export function not(a: Test): Test {
  return (subject) => {
    const x = a(subject);
    return x === 2 ? 2 : x === 1 ? 0 : 1;
  };
}

/** Unknown where the condition is. */
export function choose(condition: Test, yes: Test, no: Test): Test {
  return (subject) => {
    const x = condition(subject);
    return x === 2 ? 2 : x === 1 ? yes(subject) : no(subject);
  };
}

/** Whether two truths agree (or, not `wanted`, differ); unknown where one is. */
export function same(a: Test, b: Test, { wanted }: { readonly wanted: boolean }): Test {
  return (subject) => {
    const x = a(subject);
    const y = b(subject);
    return x === 2 || y === 2 ? 2 : truth((x === y) === wanted);
  };
}

/** NaN, the mark of what was not observed, goes through. */
export function arithmetic(op: "+" | "-" | "*" | "/", a: Amount, b: Amount): Amount {
  if (op === "+") return (subject) => a(subject) + b(subject);
  if (op === "-") return (subject) => a(subject) - b(subject);
  if (op === "*") return (subject) => a(subject) * b(subject);
  return (subject) => a(subject) / b(subject);
}

/** Of two numbers or two texts, both known. */
export function compare(op: string, x: number | string, y: number | string): boolean {
  if (op === "==") return x === y;
  if (op === "!=") return x !== y;
  if (op === "<") return x < y;
  if (op === "<=") return x <= y;
  return op === ">" ? x > y : x >= y;
}

/** How two values are compared. */
export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=";

/** What most parts of most conditions are, a variable against a number, in one step instead of four. NaN is unknown. */
export function compareWith(op: Comparison, place: number, limit: number): Test {
  const known = (x: number, holds: boolean): Truth => (holds ? 1 : Number.isNaN(x) ? 2 : 0);
  switch (op) {
    case ">=":
      return (subject) => {
        const x = subject.number(place);
        return known(x, x >= limit);
      };
    case ">":
      return (subject) => {
        const x = subject.number(place);
        return known(x, x > limit);
      };
    case "<=":
      return (subject) => {
        const x = subject.number(place);
        return known(x, x <= limit);
      };
    case "<":
      return (subject) => {
        const x = subject.number(place);
        return known(x, x < limit);
      };
    case "==":
      return (subject) => {
        const x = subject.number(place);
        return known(x, x === limit);
      };
    case "!=":
      return (subject) => {
        const x = subject.number(place);
        return known(x, !Number.isNaN(x) && x !== limit);
      };
  }
}

/** A truth that is known. */
export function truth(value: boolean): Truth {
  return value ? 1 : 0;
}
