import { expect, test } from "vitest";
import { ruleVocabulary } from "#engine";
import { createLanguage } from "#policy";
import { loadRules } from "./load-rules.ts";
import { packNames, readRuleFiles } from "./rule-files.ts";

const language = createLanguage(ruleVocabulary);
const rule = (name: string, path: string): string =>
  `- { name: ${name}, why: b, when: 'request.path == "${path}"', then: block }\n`;

test("a file whose text did not change is not compiled again, one that changed is", () => {
  const first = loadRules(
    [
      { file: "a.yaml", text: rule("a", "/a") },
      { file: "b.yaml", text: rule("b", "/b") },
    ],
    language,
  );
  const second = loadRules(
    [
      { file: "a.yaml", text: rule("a", "/a") },
      { file: "b.yaml", text: rule("b", "/c") },
    ],
    language,
  );
  expect(second[0]).toBe(first[0]);
  expect(second[1]?.when).toBe('request.path == "/c"');
});

test("all is every pack that comes with Gait, once, and nothing is none", () => {
  const every = readRuleFiles({ packs: ["all", "carding"] });
  expect(new Set(every.map(({ file }) => file)).size).toBe(every.length);
  expect(every.length).toBeGreaterThanOrEqual(packNames().length);
  expect(readRuleFiles({ packs: [] })).toEqual([]);
});

test("every rule that comes with Gait watches until somebody approves it, and knows the version of its pack", () => {
  const rules = loadRules(readRuleFiles({ packs: ["all"] }), language);
  expect(rules.length).toBeGreaterThanOrEqual(300);
  expect(rules.filter(({ mode }) => mode !== "watch")).toEqual([]);
  expect(rules.filter(({ packVersion }) => packVersion < 1)).toEqual([]);
});
