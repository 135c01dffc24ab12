import { expect, inject, test } from "vitest";
import { openBrowser, visit } from "./browser.ts";

test("without a choice the console follows the system, with one it keeps it over a reload", async () => {
  const context = await (await openBrowser()).newContext({ colorScheme: "dark" });
  const page = await context.newPage();
  await page.goto(`${inject("admin")}/console/health`);
  await page.waitForSelector("main h1");
  const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(await ground()).toBe("rgb(13, 16, 20)");
  await page.click('[aria-label="Theme, time zone and language"]');
  await page.click("text=Light theme");
  expect(await ground()).toBe("rgb(245, 246, 248)");
  await page.reload();
  await page.waitForSelector("main h1");
  expect(await ground()).toBe("rgb(245, 246, 248)");
  await context.close();
});

test("a chosen theme is there before anything is drawn", async () => {
  const page = await visit("/health", { theme: "light" });
  const html = await (await fetch(`${inject("admin")}/console/`)).text();
  const early = html.indexOf("before-paint.js");
  expect(early).toBeGreaterThan(0);
  expect(html.slice(early - 40, early)).not.toMatch(/defer|async|module/);
  expect(early).toBeLessThan(html.indexOf('type="module"'));
  expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("light");
});

test("printed, the console is dark on white without its frame", async () => {
  const page = await visit("/health", { theme: "dark" });
  await page.emulateMedia({ media: "print" });
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe("rgb(255, 255, 255)");
  expect(await page.locator(".sidebar").isVisible()).toBe(false);
});
