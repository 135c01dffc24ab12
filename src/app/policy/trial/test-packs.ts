import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { GaitError } from "#core";
import { ruleVocabulary } from "#engine";
import { createLanguage, type Place, type Rule } from "#policy";
import { loadRules } from "../load-rules.ts";
import { type RuleFile, readPackFiles } from "../rule-files.ts";
import { createTrial, type Matches, type Trial } from "./run-trace.ts";

/** What went wrong with one trace of a rule. */
export interface TraceFailure {
  readonly rule: string;
  readonly file: string;
  readonly place: Place;
  readonly message: string;
}

/** How the traces of packs went. */
export interface PackReport {
  readonly packs: readonly string[];
  readonly rules: number;
  readonly traces: number;
  readonly failures: readonly TraceFailure[];
}

/** One trace and the rules that matched it. */
export interface TraceOutcome {
  readonly rule: string;
  readonly expects: "fires" | "silent";
  readonly matches: Matches;
}

/** Rules of packs by name. @throws GaitError `policy-files`, `policy-rules`. */
export function readPacks(names: readonly string[]): readonly Rule[] {
  return rulesOf(names.flatMap(readPackFiles));
}

/** Rules of files. @throws GaitError `policy-rules`. */
export function rulesOf(files: readonly RuleFile[]): readonly Rule[] {
  return loadRules(files, createLanguage(ruleVocabulary));
}

/**
 * Runs every trace of every rule through the real engine: those that must fire it and those that must leave it silent. A rule
 * without both is a failure: nobody can know what it does. `onTrace` hears of each trace, for reports about all of them.
 */
export function testRules(
  rules: readonly Rule[],
  onTrace: (outcome: TraceOutcome) => void = () => {},
): Omit<PackReport, "packs"> {
  const trial = createTrial(rules);
  const failures: TraceFailure[] = [];
  let traces = 0;
  for (const rule of rules) {
    for (const expects of ["fires", "silent"] as const) {
      if (rule.traces[expects].length === 0) {
        const message = `has no trace that ${expects === "fires" ? "must fire it" : "must leave it silent"}`;
        failures.push({ rule: rule.name, file: rule.pack, place: rule.places.rule, message });
      }
      for (const [index, written] of rule.traces[expects].entries()) {
        traces++;
        const place = rule.places[expects][index] ?? rule.places.rule;
        const outcome = runOne(trial, rule, written);
        if ("matches" in outcome) onTrace({ rule: rule.name, expects, matches: outcome.matches });
        const message = "problem" in outcome ? outcome.problem : judge(rule, expects, outcome.matches);
        if (message !== "") failures.push({ rule: rule.name, file: rule.pack, place, message });
      }
    }
  }
  return { rules: rules.length, traces, failures };
}

function judge(rule: Rule, expects: "fires" | "silent", matches: Matches): string {
  const at = matches.get(rule.name);
  if (expects === "fires") return at === undefined ? "this trace must fire it and does not" : "";
  return at === undefined ? "" : `this trace must leave it silent; request ${at} fires it`;
}

function runOne(
  trial: Trial,
  rule: Rule,
  written: string,
): { readonly matches: Matches } | { readonly problem: string } {
  try {
    return { matches: trial.run(textOf(written, rule.pack)) };
  } catch (error) {
    if (error instanceof GaitError) return { problem: error.message };
    throw error;
  }
}

/** A trace is written in place, or is the name of a file beside the rules. */
function textOf(written: string, rulesFile: string): string {
  if (!/^[\w./-]+\.trace$/.test(written)) return written;
  const folder = rulesFile.startsWith("packs/")
    ? new URL(`../../../../${dirname(rulesFile)}/`, import.meta.url)
    : undefined;
  const path = folder === undefined ? join(dirname(rulesFile), written) : new URL(written, folder);
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new GaitError("policy-files", `cannot read the trace ${JSON.stringify(written)} beside ${rulesFile}`);
  }
}
