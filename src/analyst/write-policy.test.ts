import { expect, test } from "vitest";
import { createLanguage, readPack, type Vocabulary } from "#policy";
import { type ConvictedCohort, writePolicy } from "./write-policy.ts";

const cohort: ConvictedCohort = {
  name: "k3x9",
  twins: [],
  application: "shop",
  grouping: "look and step",
  sessions: 31,
  addresses: 29,
  countries: 7,
  nats: 16.2,
  purity: 0.98,
  certifiedFpr: null,
  missing: 268,
  evidence: ["31 of 31 came without a session page", "the pause before submit is 0.4 s in all"],
};
const vocabulary: Vocabulary = {
  variables: [
    { name: "cohort.name", type: "text", description: "name" },
    { name: "application", type: "text", description: "application" },
    { name: "score.behaviour", type: "number", description: "score" },
  ],
  detectors: [],
  tags: [],
};

test("a convicted cohort becomes a rule that a person can read, watching, with its case and its certificate", () => {
  const written = writePolicy(cohort);
  const read = readPack(written?.text ?? "", "proposals/x.yaml", createLanguage(vocabulary));
  expect(read).toMatchObject({
    rules: [{ name: "cohort-k3x9", mode: "watch", does: { action: "block" }, ttlMs: 86_400_000 }],
  });
  expect(written?.reason).toContain("31 sessions from 29 addresses in 7 countries");
  expect(written?.evidence).toContain("no certificate yet: 268 clean visits are missing");
  expect(writePolicy({ ...cohort, missing: 0 })?.evidence.at(-1)).toContain("would have hit too many");
  expect(writePolicy({ ...cohort, certifiedFpr: 0.0012 })?.evidence.at(-1)).toContain("at most 0.12 %");
});

test("an attack that several groupings convicted is one rule over all their names", () => {
  const written = writePolicy({ ...cohort, twins: ["7ab", "9z"] });
  expect(written?.text).toContain('cohort.name in [\\"k3x9\\", \\"7ab\\", \\"9z\\"] && score.behaviour >= 80.0');
  expect(readPack(written?.text ?? "", "proposals/x.yaml", createLanguage(vocabulary))).toMatchObject({
    rules: [{ name: "cohort-k3x9" }],
  });
  expect(writePolicy({ ...cohort, twins: ['x" || true || "'] })).toBeUndefined();
});

test("one finding alone, or a cohort of which a tenth may be people, writes no rule", () => {
  expect(writePolicy({ ...cohort, evidence: cohort.evidence.slice(0, 1) })).toBeUndefined();
  expect(writePolicy({ ...cohort, purity: 0.89 })).toBeUndefined();
  expect(writePolicy({ ...cohort, purity: 0.9 })).toBeDefined();
});

test("a name that is none of ours cannot break out of the condition", () => {
  expect(writePolicy({ ...cohort, name: 'x" || true || "' })).toBeUndefined();
});
