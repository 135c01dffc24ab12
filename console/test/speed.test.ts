import { gzipSync } from "node:zlib";
import { expect, inject, test } from "vitest";
import { visit } from "./browser.ts";
import { madeSession } from "./made-session.ts";

test("the overview's first load takes at most 200 KB of compressed JavaScript", async () => {
  const page = await visit("/");
  await page.waitForSelector(".u-over");
  const loaded = await page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .map(({ name }) => name)
      .filter((name) => name.endsWith(".js")),
  );
  let bytes = 0;
  for (const address of loaded) {
    const body = Buffer.from(
      await (await fetch(address, { headers: { "accept-encoding": "identity" } })).arrayBuffer(),
    );
    bytes += gzipSync(body).length;
  }
  console.log(`overview: ${Math.round(bytes / 1_024)} KB of compressed JavaScript in ${loaded.length} files`);
  expect(bytes).toBeLessThan(200 * 1_024);
});

test("hashed files may be kept for good, the document never unasked, and the policy allows nothing inline or foreign", async () => {
  const page = await fetch(`${inject("admin")}/console/`);
  expect(page.headers.get("cache-control")).toBe("no-cache");
  const policy = page.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe-inline|unsafe-eval|https?:|\*/);
  const asset = /assets\/[\w.-]+\.js/.exec(await page.text())?.[0] ?? "";
  const script = await fetch(`${inject("admin")}/console/${asset}`);
  expect(script.headers.get("cache-control")).toContain("immutable");
});

test("the console asks nobody but its gateway", async () => {
  const page = await visit("/");
  const foreign: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(inject("admin"))) foreign.push(request.url());
  });
  for (const path of ["/events", "/policies/new", "/graph", "/settings"]) {
    await page.goto(`${inject("admin")}/console${path}`);
    await page.waitForSelector("main h1");
  }
  expect(foreign).toEqual([]);
});

test("a session of 5,000 requests has few rows in the document, and any of them is reached", async () => {
  const page = await visit("/");
  const { steps, session } = madeSession(5_000);
  await page.route("**/api/v1/sessions/get", (route) =>
    route.fulfill({ contentType: "application/json", body: JSON.stringify({ session, steps, more: 0 }) }),
  );
  await page.goto(`${inject("admin")}/console/sessions/made`);
  await page.waitForSelector(".waterfall-row");
  expect(await page.locator(".waterfall-row").count()).toBeLessThan(80);
  expect(await page.locator(".waterfall table").getAttribute("aria-rowcount")).toBe("5001");
  const longest = await page.evaluate(async () => {
    const box = document.querySelector(".waterfall");
    let longest = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) longest = Math.max(longest, entry.duration);
    }).observe({ type: "longtask" });
    for (let step = 0; step < 60; step++) {
      box?.scrollBy(0, 900);
      await new Promise(requestAnimationFrame);
    }
    box?.scrollTo(0, 1e9);
    await new Promise((resolve) => setTimeout(resolve, 300));
    return longest;
  });
  console.log(`waterfall: longest task while scrolling ${Math.round(longest)} ms`);
  await page.waitForSelector('text="GET /step/4999"');
});
