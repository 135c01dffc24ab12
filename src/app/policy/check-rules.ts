import { ruleVocabulary } from "#engine";
import { createLanguage } from "#policy";
import type { PolicyConfig } from "../config/config.ts";
import { loadRules } from "./load-rules.ts";
import { readRuleFiles } from "./rule-files.ts";
import { readLists } from "./value-lists.ts";

/** Reads packs, rules and lists as `serve` would, for nobody's use. @throws GaitError `policy-files`, `policy-rules` with every mistake. */
export function checkRules(policy: PolicyConfig): void {
  loadRules(readRuleFiles(policy), createLanguage(ruleVocabulary));
  readLists(policy.lists);
}
