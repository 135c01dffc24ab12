import { describe, expect, test } from "vitest";
import { CampaignAccounts, EProcess } from "./index.ts";

/** A campaign that tried the accounts below `tried`, and people who log in to whatever account of a thousand is theirs. */
function campaign(tried: number, people: number): CampaignAccounts {
  const accounts = new CampaignAccounts();
  for (let account = 1; account <= tried; account++) accounts.tried(account);
  for (let i = 0; i < people; i++) accounts.learn(1 + ((i * 7_919) % 1_000));
  return accounts;
}

function evidence(accounts: CampaignAccounts, cohort: readonly number[]): number {
  const process = new EProcess(2);
  const { laws } = accounts;
  if (laws === undefined) return 0;
  for (const account of cohort) process.observe(accounts.binOf(account), laws);
  return process.logEvidence(true);
}

const people = Array.from({ length: 40 }, (_, i) => 1 + ((i * 6_151) % 1_000));

describe("accounts of a campaign", () => {
  test("give it away under a new face, within a few log-ins", () => {
    const accounts = campaign(80, 256);
    expect(evidence(accounts, [3, 20, 41])).toBeGreaterThan(3);
    expect(evidence(accounts, people)).toBeLessThan(1);
    expect(evidence(campaign(80, 256), [3, 20, 41, 700, 800, 900, 901, 902, 903])).toBeLessThan(4);
  });

  test("say nothing while too few people were seen, no campaign was, or it has tried every second account", () => {
    expect(campaign(80, 63).laws).toBeUndefined();
    expect(campaign(80, 64).laws).toBeDefined();
    expect(campaign(0, 256).laws).toBeUndefined();
    expect(campaign(600, 256).laws).toBeUndefined();
  });

  test("are learned anew when people's log-ins are mostly theirs, as after a password reset", () => {
    const accounts = campaign(80, 256);
    for (let i = 0; i < 256; i++) accounts.learn(1 + (i % 80));
    expect(accounts.laws).toBeUndefined();
  });

  test("start over when their filter is full, and outlive a restart", () => {
    const accounts = campaign(80, 256);
    const restored = new CampaignAccounts();
    restored.restore(accounts.save());
    expect(restored.binOf(3)).toBe(1);
    expect(restored.laws).toEqual(accounts.laws);
    for (let account = 10_000; account < 40_000; account++) accounts.tried(account);
    expect(accounts.binOf(3)).toBe(0);
  });
});
