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
  {
    file: "compile.ts",
    line: 'if (op === "==") return (subject) => (a(subject) === b(subject)',
    what: '(op === "==") is never true',
    why: "the general comparison below it says the same; this one is faster",
  },
  {
    file: "compile.ts",
    line: 'if (op === "!=") return (subject) => (a(subject) !== b(subject)',
    what: '(op === "!=") is never true',
    why: "the general comparison below it says the same; this one is faster",
  },
  {
    file: "compile.ts",
    line: "if (this.#isTest(left) || this.#isTest(right)) {",
    what: "|| becomes &&",
    why: "types were checked before: both sides are truth values, or neither is",
  },
  {
    file: "compile.ts",
    line: 'if (list.op === "id" && list.args === "tags") {',
    what: "&& becomes ||",
    why: "types were checked before: the only lists with a name are signals, which was asked for above, and tags",
  },
  {
    file: "compile.ts",
    line: "if (first === undefined) throw outside(node);",
    what: "(first === undefined) is never true",
    why: "types were checked before: no function that gives a truth value goes without an argument",
  },
  {
    file: "compile.ts",
    line: "if (second === undefined) throw outside(node);",
    what: "(second === undefined) is never true",
    why: "a function of one argument that is not known() is refused in the same words a few lines further",
  },
  {
    file: "compile.ts",
    line: 'if (name === "inList") {',
    what: '(name === "inList") is always true',
    why: "types were checked before: re() and inList() are the only functions of two arguments that give a truth value",
  },
  {
    file: "compile.ts",
    line: "if (argument === undefined) throw outside(node);",
    what: "(argument === undefined) is never true",
    why: "types were checked before: an amount is asked for with all its arguments",
  },
  {
    file: "compile.ts",
    line: "const place = name === undefined ? undefined : this.#scope.layout",
    what: "(name === undefined) is never true",
    why: "no variable has the name undefined: the place is undefined all the same",
  },
  {
    file: "compile.ts",
    line: "if (name === undefined || place === undefined) throw outside(node);",
    what: "|| becomes &&",
    why: "in #text alone: types were checked before, so that what has a name and is a text has a place",
  },
  {
    file: "compile.ts",
    line: 'if (node.op === "?:") return this.#isTest(node.args[1]);',
    what: "1 becomes 2",
    why: "types were checked before: both branches are of one type",
  },
  {
    file: "compile.ts",
    line: 'if (node.op === "call") return',
    what: '(node.op === "call") is always true',
    why: "flags are then compared as the numbers 0, 1 and unknown that they are",
  },
  {
    file: "compile.ts",
    line: "name !== undefined && this.#scope.vocabulary.variables.some",
    what: "!== becomes ===",
    why: "flags are then compared as the numbers 0, 1 and unknown that they are",
  },
  {
    file: "compile.ts",
    line: 'return receiver.op === "id"',
    what: '(receiver.op === "id") is always true',
    why: "types were checked before: no variable is more than two names deep",
  },
  {
    file: "compile.ts",
    line: 'if (node.op === "value" && (typeof node.args === "number"',
    what: "&& becomes ||",
    why: "types were checked before: nothing else that holds a bare number, and no value that is none, comes here",
  },
  {
    file: "rule-set.ts",
    line: "positions.length = 0;",
    what: "0 becomes 1",
    why: "leaves one hole at the front of the list, for ever, and a hole is no rule",
  },
  {
    file: "rule-set.ts",
    line: "const position = candidates[i] ?? 0;",
    what: "0 becomes 1",
    why: "a place within the count is never empty",
  },
  {
    file: "rule-set.ts",
    line: "if (weighing.length === 0) return [];",
    what: "(weighing.length === 0) is never true",
    why: "without rules nothing matches all the same; this is faster",
  },
  {
    file: "rule-set.ts",
    line: "return positions.length === 0 ? [] : inOrder(weighing, positions);",
    what: "(positions.length === 0) is never true",
    why: "no positions in order are none; this is faster",
  },
  {
    file: "rule-set.ts",
    line: "return positions.length === 0 ? noRules : inOrder(rules, positions);",
    what: "(positions.length === 0) is never true",
    why: "no positions in order are none; this is faster",
  },
  {
    file: "rule-set.ts",
    line: "if (positions.length === 0) return nothing;",
    what: "(positions.length === 0) is never true",
    why: "no positions in order are none and none of them acts; this is faster",
  },
  {
    file: "apply-policy.ts",
    line: 'if (judged.action !== "allow") return base;',
    what: '(judged.action !== "allow") is never true',
    why: "what another part asked for is then copied onto itself",
  },
  {
    file: "apply-policy.ts",
    line: "if (does === undefined) return judged;",
    what: "(does === undefined) is never true",
    why: "both callers asked that before; the types want to hear it again",
  },
];
