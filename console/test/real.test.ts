import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { propose } from "../../src/app/operations/proposals/testdata/propose.ts";
import { adminPort, ask, openServiceRig, type ServiceRig } from "../../src/app/serve/testdata/service-rig.ts";
import { reach, settled, visit } from "./browser.ts";
import { changes, openIncident, recordCampaign } from "./real-campaign.ts";

/** Events in the records; `GAIT_UX_EVENTS=1000000` for the length that the goals name. */
const events = Number(process.env.GAIT_UX_EVENTS ?? 50_000);
const pictures = new URL("../../test-results/console/", import.meta.url).pathname;
const visitor = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0" };
const rules = [
  '- { name: secret-path, why: Nobody links to it., when: request.path == "/secret", then: block, ttl: 1h, mode: enforce }',
  "- { name: shadow, why: A test., when: request.path.startsWith('/item/'), then: block, mode: watch }",
].join("\n");
let first: ServiceRig;
let rig: ServiceRig;
let page: Page;
let admin = "";

const look = (path: string): ReturnType<typeof ask> => ask({ port: rig.port }, { path, headers: visitor });

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  first = await openServiceRig("mode: enforce\n");
  const { directory } = first;
  mkdirSync(join(directory, "rules"));
  writeFileSync(join(directory, "rules", "site.yaml"), `${rules}\n`);
  first.write(`mode: enforce\npolicy: { packs: [], rules: ${directory}/rules }\n`);
  openIncident(first);
  await first.service.stop();
  rig = await openServiceRig("", { directory });
  const refused = await look("/secret");
  expect(refused.status).toBe(403);
  const reference = String(refused.headers["x-request-id"]);
  await recordCampaign(rig, events, reference);
  admin = `http://127.0.0.1:${adminPort(rig)}`;
  page = await visit("/", { admin, mayComplain: true });
  const token = rig.service.identity.operators.bootstrapToken ?? "";
  await page.evaluate(async (given) => {
    const body = JSON.stringify({ token: given, user: "ann", password: "correct horse battery staple" });
    const headers = { "content-type": "application/json" };
    await fetch("/api/v1/session/bootstrap", { method: "POST", headers, body });
  }, token);
}, 300_000);
afterAll(async () => {
  await rig?.close();
  // Its origin is the one that answers, and its directory the one that both used.
  await first?.close();
});

/** Operations that the audit log holds of ann, the newest last. */
function audited(): readonly string[] {
  const { control } = rig.service.records;
  const length = control.auditLength();
  return Array.from({ length: Math.ceil(length / 100) }, (_, at) => control.audit({ after: at * 100, limit: 100 }))
    .flat()
    .filter(({ who }) => who === "ann")
    .map(({ operation }) => operation);
}

test("a recorded campaign that retooled four times is told in order, quickly, and worked on by keyboard alone", async () => {
  await page.goto(`${admin}/console/incidents`);
  await page.waitForSelector("table >> text=checkout");
  const begun = performance.now();
  await page.goto(`${admin}/console/incidents/inc-made`);
  await page.waitForSelector(".steps li");
  console.log(`incident: ${Math.round(performance.now() - begun)} ms with ${events} events recorded`);
  const steps = await page.locator(".steps li").allInnerTexts();
  expect(steps.map((step) => changes.find((change) => step.includes(change)))).toEqual([...changes]);
  expect(steps[0]).toContain('"curl/8.5.0" became');
  expect(steps.every((step) => step.includes("After"))).toBe(true);
  // Each number leads to exactly the records that it counts.
  const stopped = await page.locator("main .facts a").first().innerText();
  await page.locator("main .facts a").first().click();
  await page.waitForURL(/events\?range=\d+\.\.\d+&where=cohort:made/);
  await page.waitForSelector("text=/^[\\d,]+ events$/");
  const [total] = (await page.locator("text=/^[\\d,]+ events$/").innerText()).split(" ");
  expect(stopped).toContain(total);
  await page.goBack();
  await page.waitForSelector(".steps li");
  await page.screenshot({ path: `${pictures}incident-real.png`, fullPage: true });

  await reach(page, "Assign");
  await page.keyboard.press("Enter");
  await reach(page, "Assigned to", "input");
  await page.keyboard.type("ann");
  await page.keyboard.press("Enter");
  await expect.poll(() => rig.service.incidents.find("inc-made")?.assignee).toBe("ann");
  await reach(page, "Note");
  await page.keyboard.press("Enter");
  await page.keyboard.type("The list of cards is public");
  await page.keyboard.press("Tab");
  await page.keyboard.type("https://example.org/commit/1");
  await page.keyboard.press("Enter");
  await page.waitForSelector("text=The list of cards is public");
  const download = page.waitForEvent("download");
  await reach(page, "Export");
  await page.keyboard.press("Enter");
  expect((await download).suggestedFilename()).toBe("incident-inc-made.json");
  for (const [press, state] of [
    ["Mute", "muted"],
    ["Reopen", "open"],
    ["Resolve", "resolved"],
  ] as const) {
    await reach(page, press);
    await page.keyboard.press("Enter");
    await expect.poll(() => rig.service.incidents.find("inc-made")?.state).toBe(state);
  }
  expect(audited().filter((operation) => operation === "incidents.update")).toHaveLength(5);
});

test("whoever was stopped by mistake is let through from the incident within two clicks and five seconds, undone within ten", async () => {
  // The rule's verdict stands for the visitor: other pages are refused, too.
  await expect.poll(async () => (await look("/")).status).toBe(403);
  await page.goto(`${admin}/console/incidents/inc-made`);
  const refused = await page.evaluate(async () => {
    const incident = (await (await fetch("/api/v1/incidents/get?id=inc-made")).json()) as {
      members: { id: string; refused: string }[];
    };
    return incident.members.find(({ refused: reference }) => !reference.startsWith("seed"))?.id;
  });
  await page.waitForSelector('main table >> text="Unblock"');
  const begun = performance.now();
  await page.locator(`main table tr:has-text("${refused}") >> text="Unblock"`).click();
  await expect.poll(async () => (await look("/")).status, { timeout: 5_000, interval: 100 }).toBe(200);
  console.log(`unblock from the incident: ${Math.round(performance.now() - begun)} ms`);
  expect(performance.now() - begun).toBeLessThan(5_000);
  await page.click("text=Undo", { timeout: 10_000 });
  await expect.poll(async () => (await look("/secret")).status, { timeout: 5_000 }).toBe(403);
  expect(audited().filter((operation) => operation.startsWith("decisions."))).not.toEqual([]);
});

test("what a backtest tells equals what the same rule matched while it only watched, and the editor shows the same", async () => {
  const other = { "user-agent": "curl/8.5.0" };
  for (let i = 0; i < 60; i++) await ask({ port: rig.port }, { path: `/item/${i % 7}`, headers: other });
  for (let i = 0; i < 20; i++) await ask({ port: rig.port }, { path: `/other/${i}`, headers: other });
  const shadow = (): number | undefined =>
    rig.service.policyRoom.desk.list().find(({ name }) => name === "shadow")?.matched;
  await expect.poll(shadow).toBe(60);
  const when = "request.path.startsWith('/item/')";
  const text = encodeURIComponent(JSON.stringify({ name: "item", why: "A test.", when, does: "block" }));
  await page.goto(`${admin}/console/policies/new?text=${text}`);
  await page.waitForSelector(".lead");
  await expect.poll(() => page.locator(".lead").first().innerText(), { timeout: 20_000 }).toMatch(/\b60\b/);
  await page.screenshot({ path: `${pictures}backtest-real.png` });
});

test("thirty proposals that wait in the gateway are decided by keyboard alone within a minute, undone in a keystroke", async () => {
  const expiresAt = Date.now() + 86_400_000;
  const names = Array.from({ length: 30 }, (_, i) => `c${String.fromCharCode(97 + (i % 26))}${i}`);
  for (const name of names) propose(rig, name, expiresAt);
  await page.goto(`${admin}/console/review`);
  const left = (count: number): Promise<unknown> =>
    page.waitForFunction((wanted) => document.querySelectorAll(".queue-list > li").length === wanted, count, {
      polling: 20,
      timeout: 20_000,
    });
  await left(30);
  const shown = await page.locator("main").innerText();
  for (const word of ["31 sessions", "the pause before submit", "Expires"]) expect(shown).toContain(word);
  await page.screenshot({ path: `${pictures}review-real.png` });
  const begun = performance.now();
  await page.keyboard.press("y");
  await left(29);
  await page.keyboard.press("n");
  await left(28);
  await page.keyboard.press("u");
  await left(29);
  for (let i = 0; i < 29; i++) {
    await page.keyboard.press("x");
    await page.keyboard.press("j");
  }
  await page.keyboard.press("w");
  await page.waitForSelector("text=Nothing waits", { timeout: 30_000 });
  const tookMs = performance.now() - begun;
  console.log(`review: 30 proposals of the gateway in ${Math.round(tookMs)} ms`);
  expect(tookMs).toBeLessThan(60_000);
  const steps = rig.service.policyRoom.desk.list().filter(({ name }) => name.startsWith("cohort-c"));
  expect(steps.map(({ step }) => step).toSorted()).toEqual(["canary-1", ...new Array(29).fill("watch")]);
  // Approved, rejected, and 29 that go on watching.
  const written = audited().filter((operation) => /^(policies|proposals|policy)/.test(operation));
  expect(written.length).toBeGreaterThanOrEqual(31);
  await settled(page);
});
