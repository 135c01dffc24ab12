import type { ASTNode } from "@marcbachmann/cel-js";
import { conjuncts, dotted } from "../language/compile.ts";
import { type Layout, layoutOf, placeOfCall, type Vocabulary } from "../language/vocabulary.ts";

/** One part of a condition that must hold, as the index can look it up. `cost`: lower is rarer and cheaper. */
export type RuleKey =
  | { readonly kind: "signal"; readonly name: string; readonly cost: number }
  | { readonly kind: "text"; readonly place: number; readonly values: readonly string[]; readonly cost: number }
  /** The value is at least (`above`) or at most (`below`) the limit. */
  | { readonly kind: "above" | "below"; readonly place: number; readonly limit: number; readonly cost: number };

/**
 * A signal is looked up by name; a number beyond what is usual is one comparison; of a number well within it, and of a text that
 * many requests show, it is at least known that some fail; a count is a look into a table.
 */
const cost = { signal: 0, unusual: 1, text: 2, unknown: 3, within: 4, usualText: 5, counted: 6 } as const;
/** A limit of at least this share of what nine in ten stay below stops enough of them to be a key. */
const withinShare = 0.2;

/** Reads from a checked syntax tree what must hold for the condition to hold. */
export const ruleKeys: {
  of(ast: ASTNode, vocabulary: Vocabulary): readonly RuleKey[];
  demandedTag(ast: ASTNode): string | undefined;
} = {
  /** Every part that can serve as a key. Comparisons that ordinary requests satisfy are none. */
  of(ast, vocabulary) {
    const reader: Reader = { layout: layoutFor(vocabulary), vocabulary };
    return conjuncts(ast).flatMap((part) => keyOf(part, reader) ?? []);
  },
  /** The tag that one part demands: `"login" in tags && …`. */
  demandedTag(ast) {
    for (const part of conjuncts(ast)) {
      if (part.op !== "in") continue;
      const [item, list] = part.args;
      if (list.op === "id" && list.args === "tags" && item.op === "value" && typeof item.args === "string")
        return item.args;
    }
    return undefined;
  },
};

interface Reader {
  readonly layout: Layout;
  readonly vocabulary: Vocabulary;
}

const layouts = new WeakMap<Vocabulary, Layout>();

function layoutFor(vocabulary: Vocabulary): Layout {
  const known = layouts.get(vocabulary);
  if (known !== undefined) return known;
  const layout = layoutOf(vocabulary);
  layouts.set(vocabulary, layout);
  return layout;
}

function keyOf(node: ASTNode, reader: Reader): RuleKey | undefined {
  switch (node.op) {
    case "in":
      return membershipKey(node.args[0], node.args[1], reader);
    case "==":
      return textKey(node.args[0], [node.args[1]], reader) ?? textKey(node.args[1], [node.args[0]], reader);
    case ">":
    case ">=":
      return (
        limitKey("above", { amount: node.args[0], limit: node.args[1] }, reader) ??
        limitKey("below", { amount: node.args[1], limit: node.args[0] }, reader)
      );
    case "<":
    case "<=":
      return (
        limitKey("below", { amount: node.args[0], limit: node.args[1] }, reader) ??
        limitKey("above", { amount: node.args[1], limit: node.args[0] }, reader)
      );
    case ".":
    case "id":
      return flagKey("above", node, reader);
    case "!_":
      return flagKey("below", node.args, reader);
    default:
      return undefined;
  }
}

function membershipKey(item: ASTNode, list: ASTNode, reader: Reader): RuleKey | undefined {
  const name = item.op === "value" && typeof item.args === "string" ? item.args : undefined;
  if (name !== undefined && list.op === "id" && list.args === "signals")
    return { kind: "signal", name, cost: cost.signal };
  return list.op === "list" ? textKey(item, list.args, reader) : undefined;
}

function textKey(variable: ASTNode, members: readonly ASTNode[], { layout, vocabulary }: Reader): RuleKey | undefined {
  const name = dotted(variable) ?? "";
  const place = layout.texts.get(name);
  const values = members.flatMap((one) => (one.op === "value" && typeof one.args === "string" ? [one.args] : []));
  // What is absent is nothing to look up.
  if (place === undefined || values.length < members.length || values.includes("")) return undefined;
  const usual = vocabulary.variables.find((one) => one.name === name)?.usualTexts ?? [];
  const ordinary = values.some((value) => usual.includes(value));
  return { kind: "text", place, values, cost: ordinary ? cost.usualText : cost.text };
}

function limitKey(
  kind: "above" | "below",
  part: { readonly amount: ASTNode; readonly limit: ASTNode },
  { layout, vocabulary }: Reader,
): RuleKey | undefined {
  const limit = literal(part.limit);
  if (limit === undefined) return undefined;
  const { amount } = part;
  if (amount.op === "call") return kind === "above" ? callKey(amount, limit, layout) : undefined;
  const name = dotted(amount) ?? "";
  const place = layout.numbers.get(name);
  if (place === undefined) return undefined;
  const usual = vocabulary.variables.find((one) => one.name === name)?.usual;
  if (usual === undefined) return { kind, place, limit, cost: cost.unknown };
  // Nine in ten ordinary requests stay at or below the usual value: "below" is a key only where even that says little.
  const unusual = kind === "above" ? limit > usual : limit < 0;
  if (unusual) return { kind, place, limit, cost: cost.unusual };
  const within = kind === "above" && limit > 1 && limit >= usual * withinShare;
  return within ? { kind, place, limit, cost: cost.within } : undefined;
}

function callKey(call: Extract<ASTNode, { readonly op: "call" }>, limit: number, layout: Layout): RuleKey | undefined {
  const [name, args] = call.args;
  const words = args.flatMap((one) => (one.op === "value" && typeof one.args === "string" ? [one.args] : []));
  if (limit <= 0) return undefined;
  if (name === "nats") return { kind: "signal", name: words[0] ?? "", cost: cost.signal };
  const places = layout.functions.get(name);
  if (places === undefined) return undefined;
  return { kind: "above", place: placeOfCall(places, words), limit, cost: cost.counted };
}

function flagKey(kind: "above" | "below", node: ASTNode, { layout, vocabulary }: Reader): RuleKey | undefined {
  const name = dotted(node) ?? "";
  const variable = vocabulary.variables.find((one) => one.name === name && one.type === "flag");
  const place = layout.numbers.get(name);
  if (variable === undefined || place === undefined) return undefined;
  const { usual } = variable;
  if (usual === undefined) return { kind, place, limit: 0.5, cost: cost.unknown };
  const unusual = kind === "above" ? usual === 0 : usual === 1;
  return unusual ? { kind, place, limit: 0.5, cost: cost.unusual } : undefined;
}

function literal(node: ASTNode): number | undefined {
  if (node.op === "-_") {
    const value = literal(node.args);
    return value === undefined ? undefined : -value;
  }
  if (node.op !== "value" || (typeof node.args !== "number" && typeof node.args !== "bigint")) return undefined;
  return Number(node.args);
}
