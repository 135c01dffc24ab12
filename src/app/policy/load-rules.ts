import { GaitError, policyLimits, suggest } from "#core";
import { type Language, type PackProblem, type PackResult, type Rule, type RuleOverride, readPack } from "#policy";
import type { RuleFile } from "./rule-files.ts";

/**
 * Rules of all files in their order; of two with one name the first counts, so that a site's own file overrides a pack.
 * Nothing is skipped: one mistake refuses them all. @throws GaitError `policy-rules` with every mistake as `file:line:col`.
 */
export function loadRules(files: readonly RuleFile[], language: Language): readonly Rule[] {
  const problems: PackProblem[] = [];
  const byName = new Map<string, Rule>();
  const overrides: RuleOverride[] = [];
  for (const { file, text } of files) {
    const read = readOnce({ file, text }, language);
    if ("problems" in read) problems.push(...read.problems);
    else {
      for (const rule of read.rules) if (!byName.has(rule.name)) byName.set(rule.name, rule);
      overrides.push(...read.overrides);
    }
  }
  for (const override of overrides) applyOverride(byName, override, problems);
  if (problems.length > 0) throw new GaitError("policy-rules", problemsText(problems), { exitCode: 2 });
  const rulesMax = policyLimits.rulesMax.default;
  if (byName.size > rulesMax) {
    throw new GaitError("policy-rules", `${byName.size} rules were given; at most ${rulesMax} are loaded`, {
      exitCode: 2,
    });
  }
  return [...byName.values()];
}

/** What was read of each file the last time, by language. */
const known = new WeakMap<Language, Map<string, { readonly text: string; readonly read: PackResult }>>();

/**
 * Reads a file anew only where its text changed: compiling every pack takes a third of a second, for which the thread that judges
 * would answer nobody. Rules are immutable, so that sets may share them.
 */
function readOnce({ file, text }: RuleFile, language: Language): PackResult {
  let files = known.get(language);
  if (files === undefined) {
    files = new Map();
    known.set(language, files);
  }
  const before = files.get(file);
  if (before?.text === text) return before.read;
  const read = readPack(text, file, language);
  if (files.size >= 2 * policyLimits.ruleFilesMax.default) files.clear();
  files.set(file, { text, read });
  return read;
}

/** Changes a rule as a drop-in file says; a misspelt name is a mistake, not silence. */
function applyOverride(rules: Map<string, Rule>, override: RuleOverride, problems: PackProblem[]): void {
  const { name, file, place, changes } = override;
  const rule = rules.get(name);
  if (rule !== undefined) {
    rules.set(name, { ...rule, ...changes });
    return;
  }
  const near = suggest(name, [...rules.keys()]);
  const hint = near === undefined ? "" : `; did you mean "${near}"?`;
  problems.push({ file, ...place, message: `there is no rule "${name}" to override${hint}` });
}

function problemsText(problems: readonly PackProblem[]): string {
  const shown = problems.slice(0, policyLimits.problemsMax.default);
  return shown.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`).join("\n");
}
