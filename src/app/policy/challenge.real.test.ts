import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ask, openServiceRig, type ServiceRig } from "../serve/testdata/service-rig.ts";

let rig: ServiceRig;
let browser: Browser;

beforeEach(async () => {
  rig = await openServiceRig();
  mkdirSync(join(rig.directory, "rules"));
  writeFileSync(
    join(rig.directory, "rules", "rule.yaml"),
    '- { name: asked, why: Chosen by the test., when: request.path.startsWith("/shop"), then: { challenge: { else: step-up } }, mode: enforce }\n',
  );
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
});
afterEach(async () => {
  await browser.close();
  await rig.close();
});

function configure(challenge: string, more = ""): void {
  rig.write(
    `mode: enforce\nenforce: { basis: certified }\n${more}policy: { rules: ${rig.directory}/rules${challenge} }\n`,
  );
  const reloaded = rig.service.reload();
  if (reloaded.kind === "refused") throw new Error(reloaded.reason);
}

async function goneOn(page: Page): Promise<void> {
  await page
    .locator("body")
    .filter({ hasText: /^origin$/ })
    .waitFor({ timeout: 60_000 });
}

test("a browser computes, goes on by itself and is not asked again; nothing on the page breaks its own rules", async () => {
  configure(", challenge: { bits: 14 }");
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  const statuses: number[] = [];
  page.on("response", (answer) => {
    if (answer.url().includes("/shop")) statuses.push(answer.status());
  });
  const first = await page.goto(`http://127.0.0.1:${rig.port}/shop?colour=red`);
  expect(first?.status()).toBe(403);
  expect(first?.headers()["content-security-policy"]).toMatch(
    /^default-src 'none'; script-src 'sha256-[A-Za-z0-9+/=]+'; /,
  );
  expect(first?.headers()["cache-control"]).toBe("no-store");
  await goneOn(page);
  expect(statuses).toContain(200);
  // The origin's cookie makes a session of its own of the visitor: a second question at most, then none.
  for (const path of ["/shop/1", "/shop/2"]) {
    await page.goto(`http://127.0.0.1:${rig.port}${path}`);
    await goneOn(page);
  }
  const last = await page.goto(`http://127.0.0.1:${rig.port}/shop/3`);
  expect(last?.status()).toBe(200);
  // Chromium itself says of each document that it came with 403.
  expect(complaints.filter((text) => !text.includes("403"))).toEqual([]);
});

test("whoever runs no scripts reads what to do, and a program gets what the rule says instead", async () => {
  configure(", challenge: { bits: 14 }");
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await page.goto(`http://127.0.0.1:${rig.port}/shop`);
  expect(await page.locator("noscript, p").allInnerTexts()).toContainEqual(expect.stringContaining("needs JavaScript"));
  expect(await page.content()).not.toContain("asked");
  const program = await ask(rig, { path: "/shop", headers: { accept: "application/json" } });
  expect(JSON.parse(program.body)).toMatchObject({ status: 403, title: "Please confirm that it is you" });
});

test("a solution counts once, and for nobody else", async () => {
  configure(", challenge: { bits: 12 }");
  const page = await browser.newPage();
  const sent: string[] = [];
  page.on("request", (request) => {
    const solution = request.headers()["x-gait-solution"];
    if (solution !== undefined) sent.push(solution);
  });
  await page.goto(`http://127.0.0.1:${rig.port}/shop`);
  await goneOn(page);
  const userAgent = await page.evaluate<string>("navigator.userAgent");
  const replay = (
    more: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly body: string }> =>
    ask(rig, { path: "/shop", headers: { accept: "text/html", "x-gait-solution": sent[0] ?? "", ...more } });
  expect(await replay({ "user-agent": userAgent })).toMatchObject({ status: 403, body: "refused\n" });
  expect(await replay({ "user-agent": "another" })).toMatchObject({ status: 403, body: "refused\n" });
});

test("with workers, too, and where the operator wrote nothing about challenges it is a refusal", async () => {
  configure("");
  const refused = await ask(rig, { path: "/shop", headers: { accept: "text/html" } });
  expect(refused.status).toBe(403);
  expect(refused.body).not.toContain("<script");
  await rig.close();
  rig = await openServiceRig("mode: enforce\n", { env: { GAIT__WORKERS: "2" } });
  mkdirSync(join(rig.directory, "rules"));
  writeFileSync(
    join(rig.directory, "rules", "rule.yaml"),
    '- { name: asked, why: Chosen by the test., when: request.path == "/shop", then: challenge, mode: enforce }\n',
  );
  configure(", challenge: { bits: 10 }", "workers: 2\n");
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${rig.port}/shop`);
  await goneOn(page);
});
