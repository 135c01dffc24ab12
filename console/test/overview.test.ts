import { request } from "node:http";
import { expect, inject, test } from "vitest";
import { ask, visit } from "./browser.ts";

interface Counted {
  readonly total: number;
}

test("every number of the overview equals the store's and leads to as many records, with the range in the URL", async () => {
  const to = Date.now() - 3_000;
  const range = `${to - 60_000}..${to}`;
  const page = await visit(`/?range=${range}`);
  for (const kind of ["human", "automated", "declared-bot"]) {
    const { total } = await ask<Counted>("events.query", {
      from: to - 60_000,
      to,
      kind: [kind],
      count: true,
      limit: 1,
    });
    const shown = await page.locator(`[data-figure="${kind}"] .tile-value`).innerText();
    expect(Number(shown.replace(/\D/g, "")), kind).toBe(total);
  }
  const automated = await page.locator('[data-figure="automated"] .tile-value').innerText();
  await page.click('[data-figure="automated"]');
  await page.waitForURL(/\/events\?/);
  expect(page.url()).toContain("where=kind:automated");
  expect(page.url()).toMatch(/range=\d+\.\.\d+/);
  await page.waitForSelector("text=/^[\\d,]+ events?$/");
  expect(await page.locator("text=/^[\\d,]+ events?$/").innerText()).toMatch(new RegExp(`^${automated} event`));
});

test("what happens is on the screen within two seconds", async () => {
  const page = await visit("/");
  const path = `/fresh-${Date.now()}`;
  const sent = Date.now();
  await new Promise<void>((resolve, reject) => {
    request({ port: inject("shopPort"), path, headers: { "x-forwarded-for": "198.19.7.7", "user-agent": "curl/8" } })
      .once("response", (response) => response.resume().once("end", resolve))
      .once("error", reject)
      .end();
  });
  await page.waitForFunction((wanted) => document.body.innerText.includes(wanted), path, {
    timeout: 10_000,
    polling: 50,
  });
  console.log(`overview: ${Date.now() - sent} ms from request to screen`);
  await page.goto(`${inject("admin")}/console/events?where=path:${path}&range=15m`);
  await page.waitForSelector("text=/^1 event$/");
});

test("drawing over the chart narrows the span and keeps it in the URL", async () => {
  const page = await visit("/events?range=15m");
  const box = await page.locator(".u-over").boundingBox();
  if (box === null) throw new Error("no chart was drawn");
  await page.mouse.move(box.x + box.width * 0.6, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.9, box.y + 20, { steps: 5 });
  await page.mouse.up();
  await page.waitForURL(/range=\d+\.\.\d+/);
});

test("the map of a pause: the stream stops while paused and goes on afterwards", async () => {
  const page = await visit("/");
  await page.click('[aria-label="Pause updates"]');
  await page.waitForSelector('.live-state[data-state="paused"]');
  const before = await page.locator(".tiles").innerText();
  await page.waitForTimeout(2_500);
  expect(await page.locator(".tiles").innerText()).toBe(before);
  await page.click('[aria-label="Pause updates"]');
  await page.waitForSelector('.live-state[data-state="live"]');
});
