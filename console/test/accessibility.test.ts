import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { settled, visit } from "./browser.ts";
import { allScreens } from "./screens.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const pictures = new URL("../../test-results/console/", import.meta.url).pathname;

/** Rules of WCAG 2.0, 2.1 and 2.2, levels A and AA. */
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Violations in a form that says what to mend. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  return (await page.evaluate(async (only) => {
    const { axe: run } = window as unknown as {
      axe: {
        run(
          root: Document,
          options: unknown,
        ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>;
      };
    };
    const found = await run.run(document, { runOnly: { type: "tag", values: only } });
    return found.violations.flatMap(({ id, nodes }) =>
      nodes
        .slice(0, 3)
        .map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} — ${(failureSummary ?? "").slice(0, 200)}`),
    );
  }, tags)) as readonly string[];
}

test.each([
  { theme: "dark", width: 1_440 },
  { theme: "light", width: 1_440 },
  { theme: "dark", width: 320 },
  { theme: "light", width: 320 },
  // A window of 1,280 by 1,024 at 400 % (WCAG 1.4.10).
  { theme: "dark", width: 320, height: 256 },
] as const)(
  "no screen breaks WCAG 2.2 AA in the $theme theme at $width px, and none is wider than the window",
  async ({ theme, width, ...rest }) => {
    mkdirSync(pictures, { recursive: true });
    const found: string[] = [];
    const page = await visit("/", { theme, width, height: "height" in rest ? rest.height : width === 320 ? 700 : 950 });
    const origin = new URL(page.url()).origin;
    for (const { name, path } of await allScreens()) {
      await page.goto(`${origin}/console${path}`);
      await page.waitForSelector("main h1, main .state");
      await settled(page);
      await page.waitForTimeout(150);
      for (const violation of await violations(page)) found.push(`${name}: ${violation}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (overflow > 0) found.push(`${name}: ${overflow} px wider than the window`);
      await page.screenshot({
        path: `${pictures}${name}-${theme}-${width}${"height" in rest ? "-zoomed" : ""}.png`,
        fullPage: width > 320,
      });
    }
    expect(found).toEqual([]);
  },
  600_000,
);
