import { type BacktestReport, type BacktestResult, humanShareMaxDefault, overLimit } from "#analyst";
import { GaitError, suggest } from "#core";
import { definitionOf, type LifeStep, nextStep, type Rule, stepOf } from "#policy";
import { loadRules } from "./load-rules.ts";
import { harms, type LivePolicy } from "./open-policy.ts";
import type { PolicyVersion } from "./policy-ledger.ts";
import type { RuleFile } from "./rule-files.ts";
import { runBacktest } from "./run-backtest.ts";

/** A rule as it stands, for a list. */
export interface ListedRule {
  readonly name: string;
  readonly pack: string;
  /** 0: not stated. */
  readonly packVersion: number;
  readonly why: string;
  readonly when: string;
  readonly does: string;
  readonly step: LifeStep;
  readonly matched: number;
  readonly acted: number;
  readonly who: string;
  /** Wall clock, or null where nobody decided anything yet. */
  readonly at: number | null;
  readonly expiresAt: number | null;
  readonly tags: readonly string[];
  readonly applies: readonly string[];
}

/** One change of a rule: who made it, when, and what it was before and after. */
export interface RuleChange {
  readonly version: number;
  readonly at: number;
  readonly who: string;
  readonly why: string;
  readonly before: string;
  readonly after: string;
}

/** What differs between two versions. */
export interface RuleDifference {
  readonly rule: string;
  readonly change: "added" | "removed" | "changed";
  readonly before: string;
  readonly after: string;
}

/** How an approval went. */
export type Approval =
  | {
      readonly kind: "moved";
      readonly rule: string;
      readonly step: LifeStep;
      readonly version: number;
      readonly forced: boolean;
    }
  | { readonly kind: "refused"; readonly rule: string; readonly why: string; readonly result: BacktestResult };

/** Who asks. */
export interface Asking {
  readonly who: string;
  readonly why?: string | undefined;
}

/** What people do with rules. Every change is a new version, written down with who made it. */
export interface PolicyDesk {
  list(): readonly ListedRule[];
  /** @throws GaitError `policy-unknown`. */
  show(name: string): ListedRule & { readonly history: readonly RuleChange[] };
  versions(): readonly Omit<PolicyVersion, "files" | "states">[];
  /** @throws GaitError `policy-unknown`. */
  diff(from: number, to: number): readonly RuleDifference[];
  /** Tries rules on what was stored: those in force by name, or those of a text. */
  backtest(what: { readonly names?: readonly string[]; readonly text?: string }): Promise<BacktestReport>;
  /**
   * Moves a rule one step on, or to `to`. A rule that would do something to people is tried first, and over its limit it
   * stays where it is, unless forced: then it goes to the first canary step and its guardrail decides.
   */
  approve(name: string, options: Asking & { readonly to?: LifeStep; readonly force?: "yes" }): Promise<Approval>;
  reject(name: string, asking: Asking): PolicyVersion;
  /** To a version, or to the one before the newest. */
  rollback(number: number | undefined, asking: Asking): PolicyVersion;
  /** Puts a file of rules in force. Rules in it that are new or changed and would act are tried as in `approve`. */
  apply(file: RuleFile, options: Asking & { readonly force?: "yes" }): Promise<PolicyVersion>;
  /** Takes back a file that was applied. @throws GaitError `policy-unknown` where none of that name was. */
  withdraw(file: string, asking: Asking): PolicyVersion;
}

/** What the desk works on. */
export interface DeskParts {
  readonly policy: LivePolicy;
  readonly factsFolder: string;
  flushFacts(): Promise<void>;
  /** The operator's budget of people stopped wrongly per day. */
  falsePositivesPerDay(): number;
  /** Files of lists by name. */
  lists(): Readonly<Record<string, string>>;
}

const comparedVersionsMax = 50;

export function createPolicyDesk(parts: DeskParts): PolicyDesk {
  const { policy } = parts;
  const find = (name: string): Rule => {
    const rule = policy.set.rules.find((one) => one.name === name);
    if (rule !== undefined) return rule;
    const near = suggest(
      name,
      policy.set.rules.map((one) => one.name),
    );
    throw unknown(`there is no rule "${name}"${near === undefined ? "" : ` (did you mean "${near}"?)`}`);
  };
  const rulesAt = (version: PolicyVersion): ReadonlyMap<string, string> =>
    new Map(loadRules(version.files, policy.language).map((rule) => [rule.name, described(rule, version)]));
  const at = (number: number): PolicyVersion => {
    const version = policy.ledger.versions().find((one) => one.number === number);
    if (version === undefined) throw unknown(`there is no version ${number}`);
    return version;
  };
  const trial = async (files: readonly RuleFile[], names: readonly string[]): Promise<BacktestReport> => {
    await parts.flushFacts();
    return runBacktest({
      folder: parts.factsFolder,
      files,
      names,
      vocabulary: policy.facts.vocabulary,
      lists: parts.lists(),
    });
  };
  const objection = async (files: readonly RuleFile[], names: readonly string[]): Promise<Objection | undefined> => {
    if (names.length === 0) return undefined;
    const report = await trial(files, names);
    const limits = { humanShareMax: humanShareMaxDefault, falsePositivesPerDay: parts.falsePositivesPerDay() };
    for (const result of report.results) {
      const why = overLimit(result, report, limits);
      if (why !== undefined) return { why, result };
    }
    return undefined;
  };
  const listed = (rule: Rule): ListedRule => {
    const state = policy.stateOf(rule.name);
    const { name, pack, packVersion, why, when, tags, applies } = rule;
    const decided = { who: state?.who ?? "", at: state?.at ?? null, expiresAt: state?.expiresAt ?? null };
    return {
      name,
      pack,
      packVersion,
      why,
      when,
      does: thenOf(rule),
      step: stepOf(rule),
      ...policy.tally(name),
      ...decided,
      tags,
      applies,
    };
  };

  return {
    list: () => policy.set.rules.map(listed),
    show: (name) => ({ ...listed(find(name)), history: historyOf(name, policy.ledger.versions(), rulesAt) }),
    versions: () => policy.ledger.versions().map(({ number, at: when, who, why }) => ({ number, at: when, who, why })),
    diff: (from, to) => differences(rulesAt(at(from)), rulesAt(at(to))),
    backtest: ({ names = [], text }) =>
      text === undefined ? trial(policy.files, names) : trial([{ file: "trial.yaml", text }], names),
    async approve(name, { who, why, to, force }) {
      const rule = find(name);
      const wanted = to ?? nextStep(stepOf(rule));
      if (wanted === undefined) throw unknown(`"${name}" is enforced already; there is no step after that`);
      const acts = wanted !== "watch" && wanted !== "retired" && harms(rule);
      const against = acts ? await objection(policy.files, [name]) : undefined;
      if (against !== undefined && force !== "yes") return { kind: "refused", rule: name, ...against };
      const step = against === undefined ? wanted : "canary-1";
      const said = against === undefined ? "approved" : `approved by force, although ${against.why}`;
      const { number } = policy.move(name, step, { who, why: why ?? said });
      return { kind: "moved", rule: name, step, version: number, forced: against !== undefined };
    },
    reject: (name, { who, why }) => policy.move(find(name).name, "retired", { who, why: why ?? "rejected" }),
    rollback(number, { who, why }) {
      const before = policy.ledger.versions().at(-2)?.number;
      const wanted = number ?? before;
      if (wanted === undefined) throw unknown("there is no version before this one");
      return policy.rollback(wanted, { who, why: why ?? "rolled back" });
    },
    async apply(file, { who, why, force }) {
      const known = new Map(policy.set.rules.map((rule) => [rule.name, definitionOf(rule)]));
      const fresh = loadRules([file], policy.language).filter((rule) => known.get(rule.name) !== definitionOf(rule));
      const acting = fresh.filter((rule) => harms(rule) && (rule.mode === "canary" || rule.mode === "enforce"));
      const against = await objection(
        [file],
        acting.map(({ name }) => name),
      );
      if (against !== undefined && force !== "yes") {
        throw new GaitError("policy-over-limit", `${against.result.rule}: ${against.why}`, { exitCode: 4 });
      }
      return policy.apply({ ...file, file: `own/${baseName(file.file)}` }, { who, why: why ?? "applied" });
    },
    withdraw: (file, { who, why }) => policy.withdraw(file, { who, why: why ?? `${baseName(file)} withdrawn` }),
  };
}

interface Objection {
  readonly why: string;
  readonly result: BacktestResult;
}

/** A rule as one line that two versions can be compared by. */
function described(rule: Rule, { states }: PolicyVersion): string {
  const state = states[rule.name];
  const step = state?.definition === definitionOf(rule) ? stepOf(state) : stepOf(rule);
  return `${step}: ${rule.when} => ${thenOf(rule)}`;
}

function thenOf({ does, weight }: Rule): string {
  if (does === undefined) return `weight ${weight}`;
  const options = Object.entries(does.options).map(([name, value]) => `${name}: ${value}`);
  return options.length === 0 ? does.action : `${does.action} { ${options.join(", ")} }`;
}

function historyOf(
  name: string,
  versions: readonly PolicyVersion[],
  rulesAt: (version: PolicyVersion) => ReadonlyMap<string, string>,
): readonly RuleChange[] {
  const changes: RuleChange[] = [];
  let before = "";
  for (const version of versions.slice(-comparedVersionsMax)) {
    const after = rulesAt(version).get(name) ?? "";
    const { number, at, who, why } = version;
    if (after !== before) changes.push({ version: number, at, who, why, before, after });
    before = after;
  }
  return changes;
}

function differences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly RuleDifference[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.flatMap((rule): RuleDifference[] => {
    const was = before.get(rule) ?? "";
    const is = after.get(rule) ?? "";
    if (was === is) return [];
    return [{ rule, change: was === "" ? "added" : is === "" ? "removed" : "changed", before: was, after: is }];
  });
}

function baseName(path: string): string {
  return (
    path
      .split("/")
      .at(-1)
      ?.replaceAll(/[^\w.-]/g, "-") ?? "rules.yaml"
  );
}

function unknown(message: string): GaitError {
  return new GaitError("policy-unknown", `${message}; gait policy list shows what there is`, { exitCode: 3 });
}
