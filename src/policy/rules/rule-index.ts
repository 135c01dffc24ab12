import type { ASTNode } from "@marcbachmann/cel-js";
import { dotted } from "../language/compile.ts";
import type { Layout, Subject } from "../language/vocabulary.ts";
import type { Rule } from "./rule.ts";

/**
 * Finds the few rules that may match a request without looking at the rest.
 *
 * A condition is a conjunction at its top: each part must hold. One part is chosen as the rule's key, the one that is
 * rarest in traffic (a signal, then a tag, an exact text, a number beyond a threshold); the rule is looked at only when
 * its key holds. Most requests carry no signal and few tags, so that of hundreds of rules a handful remain.
 */
export interface RuleIndex {
  /** Writes the positions of rules that may match into `into` and returns how many; order is not defined. */
  candidates(subject: Subject, into: Uint16Array): number;
}

/** The most rules one index holds: positions are 16 bits. */
export const rulesMax = 4096;

type Key =
  | { readonly kind: "signal"; readonly name: string }
  | { readonly kind: "tag"; readonly name: string }
  | { readonly kind: "text"; readonly place: number; readonly values: readonly string[] }
  | { readonly kind: "above"; readonly place: number; readonly threshold: number };

interface Thresholds {
  readonly place: number;
  /** Ascending; walked until one is beyond the value. */
  readonly limits: Float64Array;
  readonly rules: Uint16Array;
}

/** Builds the index. Rules stand at their position in `rules`. */
export function createRuleIndex(rules: readonly Rule[], layout: Layout): RuleIndex {
  const always: number[] = [];
  const bySignal = new Map<string, number[]>();
  const byTag = new Map<string, number[]>();
  const byText = new Map<number, Map<string, number[]>>();
  const above = new Map<number, { threshold: number; rule: number }[]>();
  for (const [position, rule] of rules.entries()) {
    if (rule.mode === "retired") continue;
    const key = bestKey(rule, layout);
    if (key === undefined) always.push(position);
    else if (key.kind === "signal") append(bySignal, key.name, position);
    else if (key.kind === "tag") append(byTag, key.name, position);
    else if (key.kind === "above") {
      const list = above.get(key.place) ?? [];
      list.push({ threshold: key.threshold, rule: position });
      above.set(key.place, list);
    } else {
      const values = byText.get(key.place) ?? new Map<string, number[]>();
      for (const value of key.values) append(values, value, position);
      byText.set(key.place, values);
    }
  }
  const texts = [...byText].map(([place, values]) => ({ place, values }));
  const thresholds = [...above].map(([place, list]) => thresholdsOf(place, list));
  return {
    candidates(subject, into) {
      let count = 0;
      for (const position of always) into[count++] = position;
      if (bySignal.size > 0) {
        for (const name of subject.signals.keys()) {
          const found = bySignal.get(name);
          if (found !== undefined) for (const position of found) into[count++] = position;
        }
      }
      for (const tag of subject.tags) {
        const found = byTag.get(tag);
        if (found !== undefined) for (const position of found) into[count++] = position;
      }
      for (const { place, values } of texts) {
        const found = values.get(subject.texts[place] ?? "");
        if (found !== undefined) for (const position of found) into[count++] = position;
      }
      for (const { place, limits, rules: found } of thresholds) {
        const value = subject.numbers[place] ?? Number.NaN;
        for (let i = 0; i < limits.length && value >= (limits[i] ?? 0); i++) into[count++] = found[i] ?? 0;
      }
      return count;
    },
  };
}

function append<K>(map: Map<K, number[]>, key: K, position: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [position]);
  else list.push(position);
}

function thresholdsOf(place: number, list: readonly { threshold: number; rule: number }[]): Thresholds {
  const sorted = list.toSorted((a, b) => a.threshold - b.threshold);
  return {
    place,
    limits: Float64Array.from(sorted, (one) => one.threshold),
    rules: Uint16Array.from(sorted, (one) => one.rule),
  };
}

/** Rarest first. */
const preference = { signal: 0, text: 1, above: 2, tag: 3 } as const;

function bestKey(rule: Rule, layout: Layout): Key | undefined {
  const keys = conjuncts(rule.condition.ast).flatMap((part) => keyOf(part, layout) ?? []);
  const [applies] = rule.applies;
  if (rule.applies.length === 1 && applies !== undefined) keys.push({ kind: "tag", name: applies });
  return keys.toSorted((a, b) => preference[a.kind] - preference[b.kind])[0];
}

function conjuncts(node: ASTNode): ASTNode[] {
  return node.op === "&&" ? [...conjuncts(node.args[0]), ...conjuncts(node.args[1])] : [node];
}

function keyOf(node: ASTNode, layout: Layout): Key | undefined {
  if (node.op === "in") return membershipKey(node.args[0], node.args[1], layout);
  if (node.op === "==") {
    return textKey(node.args[0], [node.args[1]], layout) ?? textKey(node.args[1], [node.args[0]], layout);
  }
  if (node.op === ">" || node.op === ">=") return thresholdKey(node.args[0], node.args[1], layout);
  if (node.op === "<" || node.op === "<=") return thresholdKey(node.args[1], node.args[0], layout);
  return undefined;
}

function membershipKey(item: ASTNode, list: ASTNode, layout: Layout): Key | undefined {
  const name = item.op === "value" && typeof item.args === "string" ? item.args : undefined;
  if (name !== undefined && list.op === "id" && list.args === "signals") return { kind: "signal", name };
  if (name !== undefined && list.op === "id" && list.args === "tags") return { kind: "tag", name };
  return list.op === "list" ? textKey(item, list.args, layout) : undefined;
}

function textKey(variable: ASTNode, members: readonly ASTNode[], layout: Layout): Key | undefined {
  const place = layout.texts.get(dotted(variable) ?? "");
  const values = members.flatMap((one) => (one.op === "value" && typeof one.args === "string" ? [one.args] : []));
  return place === undefined || values.length < members.length ? undefined : { kind: "text", place, values };
}

function thresholdKey(variable: ASTNode, limit: ASTNode, layout: Layout): Key | undefined {
  const name = dotted(variable);
  if (limit.op !== "value" || (typeof limit.args !== "number" && typeof limit.args !== "bigint")) return undefined;
  if (variable.op === "call" && variable.args[0] === "nats" && Number(limit.args) >= 0) {
    const [detector] = variable.args[1];
    return detector?.op === "value" && Number(limit.args) > 0
      ? { kind: "signal", name: String(detector.args) }
      : undefined;
  }
  const place = name === undefined ? undefined : layout.numbers.get(name);
  return place === undefined ? undefined : { kind: "above", place, threshold: Number(limit.args) };
}
