import { mkdirSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { codeAt } from "../../src/app/identity/totp.ts";
import { settled, visit } from "./browser.ts";
import { type OwnGateway, openOwnGateway } from "./own-gateway.ts";

const pictures = new URL("../../test-results/console/", import.meta.url).pathname;
const password = "correct horse battery staple";
let gateway: OwnGateway;
let page: Page;

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  gateway = await openOwnGateway("mode: enforce\n");
  page = await visit("/", { admin: gateway.admin, mayComplain: true });
}, 120_000);
afterAll(async () => gateway?.close());

/** Asks as the page does, with its session. */
async function call(name: string, input: object): Promise<Record<string, unknown>> {
  return page.evaluate(
    async ([path, body]) => {
      const state = (await (await fetch("/api/v1/session/get")).json()) as { csrf: string };
      const headers = { "content-type": "application/json", "x-csrf-token": state.csrf };
      return (await (await fetch(`/api/v1/${path}`, { method: "POST", headers, body })).json()) as Record<
        string,
        unknown
      >;
    },
    [name.replace(".", "/"), JSON.stringify(input)] as const,
  );
}

/** The bytes of a secret as authenticators take it (RFC 4648). */
function fromBase32(letters: string): Uint8Array {
  const bits = [...letters].map((letter) =>
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"),
  );
  return Uint8Array.from(bits.join("").match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}

const status = async (): Promise<number> => (await fetch(`${gateway.traffic}/`)).status;

test("the printed address makes the first administrator, and its token is out of the address at once", async () => {
  await page.goto(gateway.printed);
  // The same document with another hash is not loaded anew: a fresh tab is what a click in a terminal makes.
  await page.reload();
  await page.waitForSelector("text=Make the first administrator");
  expect(page.url()).not.toContain("bootstrap");
  expect(await page.evaluate(() => history.length)).toBeLessThan(6);
  await page.getByLabel("Name").fill("ann");
  await page.getByLabel("Password").fill(password);
  await page.screenshot({ path: `${pictures}first-administrator.png` });
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname === "/console/");
  await settled(page);
});

test("a person is added, changed and removed, a token is made, shown once and revoked", async () => {
  await page.goto(`${gateway.admin}/console/settings?tab=people`);
  await page.click("text=Add a person");
  await page.getByLabel("Name").fill("ben");
  await page.getByLabel("Role").selectOption("analyst");
  await page.getByLabel("Password").fill(password);
  await page.screenshot({ path: `${pictures}person-add.png` });
  await page.click("dialog >> text=Save");
  await page.waitForSelector("table >> text=ben");
  await page.click('button:has-text("Change ben")');
  await page.getByLabel("Role").selectOption("support");
  await page.click("dialog >> text=Save");
  await page.waitForSelector('tr:has-text("ben") >> text=Support');
  // What the gateway refuses stands in the dialog: the last administrator stays one.
  await page.click('button:has-text("Remove ann")');
  await page.click('dialog >> button:has-text("Remove")');
  await page.waitForSelector("dialog >> text=the last administrator stays one");
  await page.keyboard.press("Escape");
  await page.click('button:has-text("Remove ben")');
  await page.click("dialog >> button.danger");
  await page.waitForSelector("table >> text=ben", { state: "detached" });

  await page.click("text=Make a token");
  await page.getByLabel("Name").fill("grafana");
  await page.click("dialog >> button.primary");
  const secret = await page.locator("dialog .secret").innerText();
  await page.screenshot({ path: `${pictures}token-made.png` });
  expect(secret).toMatch(/^gait_[\w-]{43}$/);
  const reaches = async (): Promise<number> =>
    (await fetch(`${gateway.admin}/api/v1/overview`, { headers: { authorization: `Bearer ${secret}` } })).status;
  expect(await reaches()).toBe(200);
  await page.click("dialog >> button.primary");
  expect(await page.content()).not.toContain(secret);
  await page.click('button:has-text("Revoke grafana")');
  await page.click("dialog >> button.danger");
  await page.waitForSelector("text=No tokens");
  expect(await reaches()).toBe(401);
});

test("a second factor is set up with a code of it, asked for as a step of its own, and taken away with one", async () => {
  await page.goto(`${gateway.admin}/console/settings?tab=account`);
  await page.click("text=Set up");
  await page.waitForSelector(".qr-code");
  const letters = (await page.locator(".secret").innerText()).replaceAll(/\s/g, "");
  await page.screenshot({ path: `${pictures}second-factor.png`, fullPage: true });
  const secret = fromBase32(letters);
  const step = Math.floor(Date.now() / 30_000);
  await page.getByLabel("Code that the app shows now").fill(codeAt(secret, step - 1));
  await page.click("text=Switch on");
  await page.waitForSelector("text=From now on a code is asked for");
  await page.click("text=Sign out");
  await page.goto(`${gateway.admin}/console/login`);
  await page.getByLabel("Name").fill("ann");
  await page.getByLabel("Password").fill(password);
  await page.keyboard.press("Enter");
  await page.waitForSelector('h2:has-text("Second factor")');
  expect(await page.evaluate(() => document.activeElement?.getAttribute("autocomplete"))).toBe("one-time-code");
  await page.screenshot({ path: `${pictures}second-factor-step.png` });
  await page.keyboard.type("000000");
  await page.keyboard.press("Enter");
  await page.waitForSelector("text=the code is wrong or was used before");
  await page.getByLabel("Code of the second factor").fill(codeAt(secret, step));
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname === "/console/");
  await page.goto(`${gateway.admin}/console/settings?tab=account`);
  await page.getByLabel("Code that the app shows now, to take it away").fill(codeAt(secret, step + 1));
  await page.click("text=Take away");
  await page.waitForSelector("text=No code is asked for any more");
});

test("somebody who was blocked by mistake is unblocked with two clicks within five seconds, undone within ten, and all of it is in the audit log", async () => {
  const added = await call("decisions.add", { value: "127.0.0.1", action: "block", reason: "too hasty" });
  expect(await status()).toBe(403);
  await page.goto(`${gateway.admin}/console/appeals`);
  await page.waitForSelector("text=too hasty");
  let clicks = 0;
  const click = async (selector: string): Promise<void> => {
    clicks++;
    await page.click(selector);
  };
  const begun = performance.now();
  await click('li:has-text("127.0.0.1") >> text=Unblock');
  await expect.poll(status, { timeout: 5_000, interval: 100 }).toBe(200);
  expect(performance.now() - begun).toBeLessThan(5_000);
  expect(clicks).toBeLessThanOrEqual(2);
  await page.screenshot({ path: `${pictures}unblocked.png` });
  await page.click("text=Undo");
  await expect.poll(status, { timeout: 5_000 }).toBe(403);
  // The same from the page of one request: its reference is what a blocked person reads to support.
  const refused = await fetch(`${gateway.traffic}/checkout`);
  const reference = refused.headers.get("x-request-id") ?? "";
  await page.goto(`${gateway.admin}/console/explain/${reference}`);
  await page.waitForSelector("text=Unblock");
  await page.screenshot({ path: `${pictures}explain-unblock.png`, fullPage: true });
  await page.click("text=Unblock");
  await expect.poll(status, { timeout: 5_000 }).toBe(200);
  const { entries } = (await call("audit.list", { limit: 50 })) as unknown as {
    entries: readonly { operation: string; who: string }[];
  };
  const byAnn = entries.filter(({ who }) => who === "ann").map(({ operation }) => operation);
  expect(byAnn.filter((operation) => operation === "decisions.remove")).toHaveLength(1);
  // By reference: what stood was lifted and an exception made, each with its entry.
  expect(byAnn.filter((operation) => operation === "decisions.unblock")).toHaveLength(2);
  expect(added.id).toBeDefined();
});

test("an exception for somebody offers how long, and ends by itself", async () => {
  await page.goto(`${gateway.admin}/console/events?range=15m`);
  await page.locator('main [data-chip="ip"]').first().click();
  await page.click("text=Allow…");
  expect(await page.locator("dialog option").allInnerTexts()).toEqual([
    "1 hour",
    "24 hours",
    "7 days",
    "30 days",
    "Until lifted",
  ]);
  await page.selectOption("dialog select", "1h");
  await page.click('dialog >> button[type="submit"]');
  await page.waitForSelector("dialog", { state: "detached" });
  const { decisions } = (await call("decisions.list", {})) as unknown as {
    decisions: readonly { action: string; expiresInMs: number | null }[];
  };
  // The one of before, which unblocking made, lasts a day.
  const [allowed] = decisions.filter(({ action, expiresInMs }) => action === "allow" && (expiresInMs ?? 0) < 4e6);
  expect(allowed?.expiresInMs).toBeGreaterThan(3_500_000);
  expect(allowed?.expiresInMs).toBeLessThanOrEqual(3_600_000);
});

test("a rule is tried before it acts: numbers as the gateway tells them, and over its limit only with its name typed once more", async () => {
  for (let i = 0; i < 30; i++)
    await fetch(`${gateway.traffic}/page/${i}`, {
      headers: { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0" },
    });
  const when = "request.path.startsWith('/page/')";
  await page.goto(
    `${gateway.admin}/console/policies/new?text=${encodeURIComponent(JSON.stringify({ name: "too-wide", why: "A test.", when, does: "block", mode: "watch" }))}`,
  );
  await page.waitForSelector(".lead");
  const told = (await call("policies.backtest", { when })) as unknown as {
    rules: readonly { requests: number; sessions: number }[];
  };
  await expect.poll(() => page.locator(".lead").first().innerText()).toContain(String(told.rules[0]?.requests));
  await page.screenshot({ path: `${pictures}policy-backtest.png`, fullPage: true });
  // A limit that is passed, whatever this gateway has stored by now.
  await page.route("**/api/v1/policies/backtest", async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { rules: object[] };
    body.rules = body.rules.map((rule) => ({ ...rule, overLimit: true, reason: "30 % of people" }));
    await route.fulfill({ response: answer, json: body });
  });
  await page.reload();
  await page.waitForSelector("text=30 % of people");
  await page.locator("main select").last().selectOption("enforce");
  const save = page.locator("main button.primary");
  expect(await save.isDisabled()).toBe(true);
  await page
    .getByLabel(/too-wide/)
    .last()
    .fill("too-wid");
  expect(await save.isDisabled()).toBe(true);
  await page
    .getByLabel(/too-wide/)
    .last()
    .fill("too-wide");
  expect(await save.isDisabled()).toBe(false);
  await page.screenshot({ path: `${pictures}policy-confirm.png`, fullPage: true });
});
