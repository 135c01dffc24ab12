import { isMap, isPair, isScalar, LineCounter, type Node, parseDocument, type YAMLMap } from "yaml";
import { type Action, policyLimits, suggest } from "#core";
import type { Language } from "../language/language.ts";
import { ConditionProblem } from "../language/problem.ts";
import { optionProblem } from "./action-options.ts";
import type { Place, Rule, RuleAction, RuleMode, RuleOverride } from "./rule.ts";

/** A mistake in a pack, where it stands (lines and columns from 1) and what would be right. */
export interface PackProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A pack that loaded whole, or every mistake in it: no rule is skipped in silence. */
export type PackResult =
  | { readonly rules: readonly Rule[]; readonly overrides: readonly RuleOverride[] }
  | { readonly problems: readonly PackProblem[] };

const fields = ["name", "why", "when", "then", "weight", "ttl", "mode", "canary", "tags", "applies", "bound", "traces"];
const headFields = ["pack", "version"];
const overrideFields = ["override", "then", "weight", "ttl", "mode", "canary"];
const modes: readonly RuleMode[] = ["watch", "canary", "enforce", "retired"];
const actions: readonly Action[] = [
  "allow",
  "tag",
  "log",
  "throttle",
  "step-up",
  "hold",
  "challenge",
  "deceive",
  "tarpit",
  "route",
  "block",
];
const canaryDefault = 0.01;

/**
 * Reads one rule pack: a YAML list of rules. Rules without `mode` watch: nothing is enforced before somebody chose it.
 *
 * @param file Name for messages.
 */
export function readPack(text: string, file: string, language: Language): PackResult {
  if (text.length > policyLimits.packBytesMax.default) {
    const message = `the pack has ${text.length} characters; at most ${policyLimits.packBytesMax.default} are read`;
    return { problems: [{ file, line: 1, column: 1, message }] };
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, version: "1.2" });
  const reader = new PackReader(file, lines, language);
  for (const error of document.errors) reader.report(error.pos[0], error.message.split("\n")[0] ?? "not YAML");
  const root = document.contents;
  if (document.errors.length === 0) {
    if (root !== null && "items" in root && !isMap(root)) reader.rules(root.items);
    else reader.report(0, 'a pack is a list of rules: "- name: …"');
  }
  return reader.result();
}

class PackReader {
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #language: Language;
  readonly #rules: Rule[] = [];
  readonly #overrides: RuleOverride[] = [];
  readonly #problems: PackProblem[] = [];
  #version = 0;

  constructor(file: string, lines: LineCounter, language: Language) {
    this.#file = file;
    this.#lines = lines;
    this.#language = language;
  }

  report(offset: number, message: string): void {
    if (this.#problems.length >= policyLimits.problemsMax.default) return;
    const { line, col } = this.#lines.linePos(offset);
    this.#problems.push({ file: this.#file, line: Math.max(1, line), column: Math.max(1, col), message });
  }

  result(): PackResult {
    return this.#problems.length > 0
      ? { problems: this.#problems }
      : { rules: this.#rules, overrides: this.#overrides };
  }

  rules(items: readonly unknown[]): void {
    if (items.length > policyLimits.packRulesMax.default) {
      this.report(0, `the pack has ${items.length} rules; at most ${policyLimits.packRulesMax.default} are read`);
      return;
    }
    const names = new Set<string>();
    for (const [position, item] of items.entries()) {
      if (!isMap(item)) {
        this.report(offsetOf(item), "a rule is a map: name, why, when, then…");
        continue;
      }
      if (item.has("pack")) {
        this.#head(item, position);
        continue;
      }
      if (item.has("override")) {
        this.#override(item);
        continue;
      }
      const rule = this.#rule(item);
      if (rule === undefined) continue;
      if (names.has(rule.name)) this.report(offsetOf(item), `there are two rules named "${rule.name}"`);
      names.add(rule.name);
      this.#rules.push(rule);
    }
  }

  /** `- pack: NAME` with its version, before the first rule. */
  #head(map: YAMLMap, position: number): void {
    this.#unknownKeys(map, headFields);
    if (position !== 0) this.report(offsetOf(map), "what a pack says of itself stands before its first rule");
    this.#text(map, "pack", true);
    const version = this.#number(map, "version", 0);
    if (!Number.isInteger(version) || version < 1)
      this.report(this.#at(map, "version"), `version: expected a whole number from 1, found ${version}`);
    this.#version = version;
  }

  /** `- override: NAME` with what is to be different; `mode: retired` switches the rule off. */
  #override(map: YAMLMap): void {
    const before = this.#problems.length;
    this.#unknownKeys(map, overrideFields);
    const name = this.#text(map, "override", true);
    const does = this.#does(map);
    const changes: RuleOverride["changes"] = {
      ...(map.has("mode") ? { mode: this.#mode(map) } : {}),
      ...(map.has("canary") ? { canary: this.#number(map, "canary", canaryDefault) } : {}),
      ...(map.has("weight") ? { weight: this.#number(map, "weight", 0) } : {}),
      ...(map.has("ttl") ? { ttlMs: this.#duration(map) } : {}),
      ...(does === undefined ? {} : { does }),
    };
    if (this.#problems.length > before) return;
    if (Object.keys(changes).length === 0) this.report(offsetOf(map), `the override of "${name}" changes nothing`);
    this.#overrides.push({ name, file: this.#file, place: this.#place(offsetOf(map)), changes });
  }

  #place(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  /** Where the items of a list stand; a block text begins on the line after its mark. */
  #itemPlaces(map: YAMLMap, key: string): Place[] {
    const list = map.get(key, true) as { readonly items?: readonly unknown[] } | undefined;
    return (list?.items ?? []).map((item) => {
      const place = this.#place(offsetOf(item));
      const block = isScalar(item) && (item.type === "BLOCK_LITERAL" || item.type === "BLOCK_FOLDED");
      return block ? { line: place.line + 1, column: 1 } : place;
    });
  }

  #rule(map: YAMLMap): Rule | undefined {
    const before = this.#problems.length;
    this.#unknownKeys(map, fields);
    const name = this.#text(map, "name", true);
    if (name !== "" && !/^[a-z0-9][a-z0-9-]*$/.test(name)) {
      this.report(this.#at(map, "name"), `a name is lower case words joined by "-", found "${name}"`);
    }
    const when = this.#text(map, "when", true);
    const does = this.#does(map);
    const weight = this.#number(map, "weight", 0);
    if (!map.has("then") && does === undefined && weight === 0) {
      this.report(offsetOf(map), `rule "${name}" does nothing: give it "then" (an action) or "weight" (nats)`);
    }
    const condition = this.#condition(map, when, weight !== 0);
    const why = this.#text(map, "why", true);
    const mode = this.#mode(map);
    const ttlMs = this.#duration(map);
    const canary = this.#number(map, "canary", canaryDefault);
    const bound = this.#number(map, "bound", 0);
    const tags = this.#texts(map, "tags");
    const applies = this.#applies(map);
    const traces = map.get("traces");
    const fires = isMap(traces) ? this.#texts(traces, "fires") : [];
    const silent = isMap(traces) ? this.#texts(traces, "silent") : [];
    if (this.#problems.length > before || condition === undefined) return undefined;
    const pack = this.#file;
    return {
      name,
      pack,
      packVersion: this.#version,
      why,
      when,
      condition,
      does,
      weight,
      ttlMs,
      mode,
      canary,
      tags,
      applies,
      traces: { fires, silent },
      bound,
      places: {
        rule: this.#place(offsetOf(map)),
        fires: isMap(traces) ? this.#itemPlaces(traces, "fires") : [],
        silent: isMap(traces) ? this.#itemPlaces(traces, "silent") : [],
      },
    };
  }

  #unknownKeys(map: YAMLMap, fields: readonly string[]): void {
    for (const pair of map.items) {
      const key = isScalar(pair.key) ? String(pair.key.value) : "";
      if (fields.includes(key)) continue;
      const near = suggest(key, fields);
      const hint = near === undefined ? `; a rule has ${fields.join(", ")}` : `; did you mean "${near}"?`;
      this.report(offsetOf(pair.key), `a rule has no "${key}"${hint}`);
    }
  }

  #condition(map: YAMLMap, when: string, weighs: boolean): Rule["condition"] | undefined {
    if (when === "") return undefined;
    try {
      const condition = this.#language.compile(when);
      const late = [...condition.reads].find((name) => name === "kind" || name.startsWith("score."));
      if (!weighs || late === undefined) return condition;
      this.report(this.#at(map, "when"), `a rule with "weight" helps to make the score and cannot read "${late}"`);
    } catch (error) {
      if (!(error instanceof ConditionProblem)) throw error;
      this.report(this.#at(map, "when") + quoteOffset(map) + error.start, error.message);
    }
    return undefined;
  }

  #does(map: YAMLMap): RuleAction | undefined {
    const then = map.get("then");
    if (then === undefined) return undefined;
    const name = typeof then === "string" ? then : isMap(then) ? String(firstKey(then)) : "";
    const action = actions.find((one) => one === name);
    if (action === undefined) {
      const near = suggest(name, actions);
      const hint = near === undefined ? `; expected one of ${actions.join(", ")}` : `; did you mean "${near}"?`;
      this.report(this.#at(map, "then"), `there is no action "${name}"${hint}`);
      return undefined;
    }
    const inner = isMap(then) ? then.get(name) : undefined;
    if (inner === undefined || inner === null) return { action, options: {} };
    if (!isMap(inner)) return { action, options: { value: inner as string | number | boolean } };
    return { action, options: this.#options(inner, action) };
  }

  #options(map: YAMLMap, action: Action): RuleAction["options"] {
    const options: Record<string, string | number | boolean> = {};
    for (const pair of map.items) {
      const problem = optionProblem(action, isScalar(pair.key) ? String(pair.key.value) : "");
      if (problem !== undefined) this.report(offsetOf(pair.key), problem);
      const value: unknown = isScalar(pair.value) ? pair.value.value : undefined;
      if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
        options[isScalar(pair.key) ? String(pair.key.value) : ""] = value;
      } else this.report(offsetOf(pair.value ?? pair.key), "an option of an action is a text, a number, true or false");
    }
    return options;
  }

  #mode(map: YAMLMap): RuleMode {
    const written = map.get("mode");
    if (written === undefined) return "watch";
    const mode = modes.find((one) => one === written);
    if (mode !== undefined) return mode;
    const near = suggest(String(written), modes);
    const hint = near === undefined ? `expected one of ${modes.join(", ")}` : `did you mean "${near}"?`;
    this.report(this.#at(map, "mode"), `there is no mode "${String(written)}"; ${hint}`);
    return "watch";
  }

  #duration(map: YAMLMap): number {
    const written = map.get("ttl");
    if (written === undefined) return 0;
    const match = /^(\d+(?:\.\d+)?)(s|m|h|d)$/.exec(String(written));
    const unit = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match?.[2] ?? ""];
    if (match === null || unit === undefined) {
      this.report(this.#at(map, "ttl"), `"ttl" is a duration such as 90s, 15m, 24h or 7d, found "${String(written)}"`);
      return 0;
    }
    return Number(match[1]) * unit;
  }

  #text(map: YAMLMap, key: string, required: boolean): string {
    const value = map.get(key);
    if (typeof value === "string" && value.trim() !== "") return value;
    if (value === undefined && !required) return "";
    const found = value === undefined ? "it is missing" : `found ${JSON.stringify(value)}`;
    this.report(value === undefined ? offsetOf(map) : this.#at(map, key), `"${key}" must be a text; ${found}`);
    return "";
  }

  #number(map: YAMLMap, key: string, fallback: number): number {
    const value = map.get(key);
    if (value === undefined) return fallback;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    this.report(this.#at(map, key), `"${key}" must be a number; found ${JSON.stringify(value)}`);
    return fallback;
  }

  #texts(map: YAMLMap, key: string): string[] {
    const value = map.get(key);
    if (value === undefined) return [];
    const list: unknown = (value as { toJSON?: () => unknown } | null)?.toJSON?.();
    if (Array.isArray(list) && list.every((one) => typeof one === "string")) return list;
    this.report(this.#at(map, key), `"${key}" must be a list of texts`);
    return [];
  }

  /** Operators may have tags of their own; one that is nearly another is a slip, and its rule would never be asked. */
  #applies(map: YAMLMap): string[] {
    const applies = this.#texts(map, "applies");
    for (const tag of applies) {
      const near = this.#language.tags.includes(tag) ? undefined : suggest(tag, this.#language.tags);
      if (near !== undefined)
        this.report(this.#at(map, "applies"), `there is no tag "${tag}"; did you mean "${near}"?`);
    }
    return applies;
  }

  #at(map: YAMLMap, key: string): number {
    const pair = map.items.find((one) => isScalar(one.key) && one.key.value === key);
    return offsetOf(pair?.value ?? pair?.key ?? map);
  }
}

/** A quoted condition starts one character later than its node. */
function quoteOffset(map: YAMLMap): number {
  const pair = map.items.find((one) => isScalar(one.key) && one.key.value === "when");
  const type = isScalar(pair?.value) ? pair.value.type : undefined;
  return type === "QUOTE_DOUBLE" || type === "QUOTE_SINGLE" ? 1 : 0;
}

function firstKey(map: YAMLMap): unknown {
  const first = map.items[0];
  return isPair(first) && isScalar(first.key) ? first.key.value : "";
}

function offsetOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0;
}
