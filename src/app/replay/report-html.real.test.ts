import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { hostileStrings } from "./testdata/hostile-strings.ts";
import { runGait } from "./testdata/run-gait.ts";
import { sampleLog } from "./testdata/sample-log.ts";

const folder = mkdtempSync(join(tmpdir(), "gait-chromium-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a browser shows the page of a hostile log without a script, a request or a complaint", async () => {
  const scrapers = hostileStrings.flatMap((hostile, i) => {
    const quoted = hostile
      .replaceAll("\\", "\\\\")
      .replaceAll('"', '\\"')
      .replaceAll("\n", "\\n")
      .replaceAll("\0", "\\x00");
    return Array.from(
      { length: 12 },
      (_, step) =>
        `198.51.100.${i} - - [05/Jan/2026:10:${String(step * 4).padStart(2, "0")}:00 +0000] "GET /product/${step + 1} HTTP/1.1" 404 5 "-" "${quoted}"`,
    );
  });
  const log = join(folder, "access.log");
  const page = join(folder, "report.html");
  writeFileSync(log, `${sampleLog()}${scrapers.join("\n")}\n${hostileStrings.join("\n")}\n`);
  expect((await runGait(["replay", "--html", page, log])).code).toBe(0);
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu"],
  });
  try {
    for (const colorScheme of ["light", "dark"] as const) {
      const tab = await browser.newPage({ colorScheme, viewport: { width: 400, height: 800 } });
      const seen: string[] = [];
      tab.on("request", (request) => seen.push(request.url()));
      tab.on("console", (message) => seen.push(`console: ${message.text()}`));
      tab.on("dialog", (dialog) => seen.push(`dialog: ${dialog.message()}`));
      tab.on("pageerror", (error) => seen.push(`error: ${error.message}`));
      await tab.goto(`file://${page}`);
      expect(seen).toEqual([`file://${page}`]);
      expect(await tab.locator("script, img, iframe, a, form, object, embed, link, base").count()).toBe(0);
      expect(await tab.locator("h1").textContent()).toMatch(/automation that did not say so/);
      const overflow = await tab.locator("html").evaluate((root) => root.scrollWidth - root.clientWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      await tab.close();
    }
  } finally {
    await browser.close();
  }
});
