import { describe, expect, test } from "vitest";
import { CampaignAccounts, CampaignCounts, type CampaignEvidence } from "./index.ts";

/** A campaign that tried the accounts below `tried`, and people who log in to whatever account of a thousand is theirs. */
function campaign(tried: number, people: number): CampaignAccounts {
  const accounts = new CampaignAccounts();
  for (let account = 1; account <= tried; account++) accounts.tried(account, 7);
  for (let i = 0; i < people; i++) accounts.learn(1 + ((i * 7_919) % 1_000));
  return accounts;
}

function evidence(accounts: CampaignAccounts, cohort: readonly number[]): CampaignEvidence {
  const counts = new CampaignCounts();
  for (const account of cohort) accounts.observe(counts, accounts.marksOf(account));
  return accounts.evidence(counts);
}

const nats = (accounts: CampaignAccounts, cohort: readonly number[]): number => evidence(accounts, cohort).nats;
const people = Array.from({ length: 40 }, (_, i) => 1 + ((i * 6_151) % 1_000));

describe("accounts of a campaign", () => {
  test("give it away under a new face, within a few log-ins", () => {
    const accounts = campaign(80, 256);
    expect(evidence(accounts, [3, 20, 41])).toMatchObject({ campaign: 7, seen: 3, tried: 3 });
    expect(nats(accounts, [3, 20, 41])).toBeGreaterThan(4);
    expect(evidence(accounts, people)).toMatchObject({ campaign: 0 });
    expect(nats(accounts, people)).toBeLessThan(1);
    expect(nats(accounts, [3, 20, 41, 700, 800, 900, 901, 902, 903])).toBeLessThan(4);
  });

  test("give it away where somebody else tries every third account, too", () => {
    const accounts = campaign(80, 256);
    for (let account = 1; account <= 1_000; account += 3) accounts.tried(account, 8);
    expect(evidence(accounts, [3, 20, 41, 60])).toMatchObject({ campaign: 7 });
    expect(nats(accounts, [3, 20, 41, 60])).toBeGreaterThan(4);
    expect(nats(accounts, people)).toBeLessThan(1);
  });

  test("say nothing while too few people were seen, no campaign was, or it has tried every second account", () => {
    expect(nats(campaign(80, 63), [3, 20, 41])).toBe(0);
    expect(nats(campaign(80, 64), [3, 20, 41])).toBeGreaterThan(3);
    expect(nats(campaign(0, 256), [3, 20, 41])).toBe(0);
    expect(nats(campaign(600, 256), [3, 20, 41])).toBe(0);
  });

  test("are learned anew when people's log-ins are mostly theirs, as after a password reset", () => {
    const accounts = campaign(80, 256);
    for (let i = 0; i < 256; i++) accounts.learn(1 + (i % 80));
    expect(nats(accounts, [3, 20, 41])).toBe(0);
  });

  test("of one session count as they stood before it was judged", () => {
    const accounts = campaign(80, 256);
    const counts = new CampaignCounts();
    for (const account of [601, 602, 603]) {
      const marks = accounts.marksOf(account);
      accounts.tried(account, 7);
      accounts.observe(counts, marks);
    }
    expect(accounts.evidence(counts).nats).toBeLessThan(0);
  });

  test("start over when their filter is full, and outlive a restart", () => {
    const accounts = campaign(80, 256);
    const restored = new CampaignAccounts();
    restored.restore(accounts.save());
    expect(restored.marksOf(3)).toBe(0b11);
    expect(evidence(restored, [3, 20, 41])).toEqual(evidence(accounts, [3, 20, 41]));
    const { campaigns: _, ...earlier } = accounts.save();
    const older = new CampaignAccounts();
    older.restore(earlier);
    expect(older.marksOf(3)).toBe(0b1);
    for (let account = 10_000; account < 40_000; account++) accounts.tried(account, 7);
    expect(accounts.marksOf(3)).toBe(0);
  });

  test("of the campaign met longest ago leave for those of a sixteenth, and what cohorts counted for it is forgotten", () => {
    const accounts = campaign(80, 256);
    const counts = new CampaignCounts();
    for (const account of [3, 20, 41]) accounts.observe(counts, accounts.marksOf(account));
    expect(accounts.evidence(counts).campaign).toBe(7);
    for (let key = 100; key < 115; key++) accounts.tried(500 + key, key);
    expect(accounts.marksOf(3)).toBe(0b1);
    expect(accounts.evidence(counts).campaign).toBe(0);
  });
});
