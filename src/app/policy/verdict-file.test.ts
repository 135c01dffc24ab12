import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { createDecisionTable, type Decision } from "#policy";
import { openVerdictFile } from "./verdict-file.ts";

const folder = mkdtempSync(join(tmpdir(), "gait-verdicts-"));
afterEach(() => rmSync(join(folder, "verdicts.json"), { force: true }));
const clock = (now: number, monotonic: number) => ({ now: () => now, monotonic: () => monotonic });
const decision = (values: Partial<Decision>): Decision => ({
  id: "rule-session-7",
  scope: "session",
  value: 7,
  action: "block",
  reason: "object-walk",
  origin: "rule",
  cohort: "",
  createdAt: 0,
  expiresAt: 60_000,
  ...values,
});
const keys = { address: "", session: 7, account: 0, token: 0, fingerprint: "", behaviour: "", cohort: "" };

test("what a rule left standing stands after a restart, for what is left of its time", () => {
  const before = createDecisionTable();
  const file = openVerdictFile(folder, before, clock(1_000_000, 0));
  before.add(decision({}));
  before.add(decision({ id: "word", value: 8, origin: "operator" }));
  file.keep("at once");
  const after = createDecisionTable();
  openVerdictFile(folder, after, clock(1_020_000, 5));
  expect(after.lookup(keys, 5)?.action).toBe("block");
  expect(after.list()).toHaveLength(1);
  expect(after.lookup(keys, 5 + 40_000)).toBeUndefined();
  expect(after.lookup(keys, 5 + 39_999)).toBeDefined();
});

test("what lapsed meanwhile, and a file that is broken, put nothing back", () => {
  const before = createDecisionTable();
  const file = openVerdictFile(folder, before, clock(1_000_000, 0));
  before.add(decision({}));
  file.keep("at once");
  const late = createDecisionTable();
  openVerdictFile(folder, late, clock(1_060_000, 5));
  expect(late.size).toBe(0);
  writeFileSync(join(folder, "verdicts.json"), '{"version":1,"decisions":[{');
  openVerdictFile(folder, late, clock(1_000_000, 5));
  expect(late.size).toBe(0);
});
