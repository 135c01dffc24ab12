import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Operations } from "../src/api/contract.ts";
import { ask, settled, visit } from "./browser.ts";

type Cohorts = Operations["cohorts.list"]["output"];
type Accounts = Operations["accounts.compromised"]["output"];

test("the page of a cohort says what its members do, in words, and why that may not be acted upon by itself", async () => {
  const { cohorts } = await ask<Cohorts>("cohorts.list", { state: "convicted", limit: 50 });
  const cohort = cohorts.find(({ fingerprint }) => fingerprint !== null);
  if (cohort?.fingerprint == null) throw new Error("the demo's attack has no behaviour yet");
  const { fingerprint } = cohort;
  const page = await visit(`/cohorts/${cohort.id}`);
  const text = await page.locator("main").innerText();
  expect(text).toContain("What it does, free of what it wears");
  expect(text).toMatch(new RegExp(`${fingerprint.dimensions.length} of 42 dimensions seen`));
  for (const { name, shows } of fingerprint.dimensions.slice(0, 5)) {
    const row = page.locator("tr", { has: page.locator(`text="${name}"`) }).first();
    expect(await row.innerText()).toContain(shows);
  }
  expect(text).toContain(fingerprint.strictKey);
  expect(fingerprint.familyKeys.every((key) => text.includes(key))).toBe(true);
  // Nobody showed in a minute that people do not behave like this: it says so, and how many are missing.
  expect(fingerprint.actionable).toBe(false);
  expect(text).toContain("Not actionable by itself");
  expect(text).toMatch(/[\d,]+ honest sessions are missing, none of them alike, before .* within 0\.1%/);
  expect(await page.locator("progress.toward").getAttribute("max")).toBe(
    String(fingerprint.honest + fingerprint.missing),
  );
});

test("a session that was judged with others says with whom, and in a few words what they do", async () => {
  const { events } = await ask<{ readonly events: readonly { readonly session: string; readonly cohort: string }[] }>(
    "events.query",
    { action: ["block"], method: "POST", limit: 1 },
  );
  const [{ session = "", cohort = "" } = {}] = events;
  expect(cohort).not.toBe("");
  const page = await visit(`/sessions/${session}`);
  await page.waitForSelector("text=Its members do");
  const text = await page.locator("dl.facts").first().innerText();
  expect(text).toContain(cohort);
  expect(text).toMatch(/entry: login/);
});

test("an explanation of a refusal says what would have spared it, and whom else it would have hit", async () => {
  const { events } = await ask<{ readonly events: readonly { readonly reference: string }[] }>("events.query", {
    action: ["block"],
    method: "POST",
    limit: 1,
  });
  const page = await visit(`/explain/${events[0]?.reference ?? ""}`);
  const text = await page.locator("main").innerText();
  expect(text).toContain("would not be blocked if it had come to that step the way people do");
  expect(text).toMatch(/Honest sessions like it\s+(No verified person was seen yet|[\d,]+ of [\d,]+)/);
});

test("accounts that may be in other hands are listed with why and what was tried, and lead to their records", async () => {
  const page = await visit("/accounts");
  expect(await page.locator("main").innerText()).toContain("No account is under suspicion");
  const account = {
    account: "1k2j3h4g5f",
    since: Date.now(),
    nats: 7.42,
    steps: ["change email"],
    reasons: ["let in"],
  };
  const answer: Accounts = { total: 1, accounts: [account] };
  await page.route("**/api/v1/accounts/compromised", (route) => route.fulfill({ json: answer }));
  await page.reload();
  await page.waitForSelector("text=1 account may be in other hands");
  const text = await page.locator("main tbody").first().innerText();
  for (const part of ["1k2j3h4g5f", "7.4", "let in", "change email"]) expect(text).toContain(part);
  await page.click("text=1k2j3h4g5f");
  await page.click("text=Open");
  await page.waitForURL(new RegExp(`/entities/account/${Number.parseInt("1k2j3h4g5f", 36)}`));
});

test("what was learned stands beneath the ways, and both can be taken away as files", async () => {
  const page = await visit("/graph?range=15m");
  await page.waitForSelector("text=What was learned");
  await settled(page);
  expect(await page.locator(".learned").innerText()).toContain("sid");
  const saved = async (button: string): Promise<string> => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.click(`button:text-is("${button}")`)]);
    return readFileSync(await download.path(), "utf8");
  };
  const graph = JSON.parse(await saved("JSON")) as { readonly endpoints: readonly { readonly name: string }[] };
  expect(graph.endpoints.map(({ name }) => name)).toContain("POST /login");
  expect(await saved("Graphviz")).toMatch(/^digraph "default" \{/);
  expect(await saved("Mermaid")).toMatch(/^flowchart LR/);
  const picture = await saved("Save the picture");
  expect(picture).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  expect(picture).toContain("stroke: rgb(");
});
