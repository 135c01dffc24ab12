import { type Action, suggest } from "#core";

/** Of every action: what is told of it, and for whom a verdict with a `ttl` stands. */
const common: readonly string[] = ["webhook", "stick"];

/** Options that each action takes besides the common ones. */
const own: Readonly<Record<Action, readonly string[]>> = {
  allow: [],
  tag: [],
  log: [],
  throttle: ["perMinute", "burst"],
  "step-up": ["to"],
  hold: ["to"],
  challenge: ["else"],
  deceive: ["as", "status", "contains", "value"],
  tarpit: ["seconds", "answer"],
  route: ["to"],
  block: ["status", "answer", "after"],
};

/** Why an action takes no such option, with what may have been meant; undefined: it does. */
export function optionProblem(action: Action, option: string): string | undefined {
  const known = [...own[action], ...common];
  if (known.includes(option)) return undefined;
  const near = suggest(option, known);
  const hint = near === undefined ? `; it has ${known.join(", ")}` : `; did you mean "${near}"?`;
  return `the action "${action}" has no option "${option}"${hint}`;
}
