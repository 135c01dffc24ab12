import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { settled, visit } from "./browser.ts";
import { allScreens } from "./screens.ts";

test("under the pseudo-locale every text on every screen went through translation, and no label is clipped", async () => {
  const page = await visit("/", { language: "en-XA", width: 1_440 });
  const origin = new URL(page.url()).origin;
  const found: string[] = [];
  for (const { name, path } of await allScreens()) {
    await page.goto(`${origin}/console${path}`);
    await page.waitForSelector("main h1, main .state");
    await settled(page);
    const raw = await page.evaluate(() => {
      const texts: string[] = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const parent = node.parentElement;
        if (
          parent === null ||
          parent.closest('[translate="no"], time, kbd, noscript, script, style, .u-over, option') !== null
        )
          continue;
        const text = (node.textContent ?? "").trim();
        // Numbers, units and punctuation are the locale's; names of the product and of Node are names.
        if (!/\p{L}{3,}/u.test(text) || /^(Gait|Node)$/.test(text)) continue;
        if (/^[\d\s.,–·:+%~⟦⟧()KMµnms-]*(sec|min|hr|day|MB|byte|ms)?s?\.?$/.test(text)) continue;
        if (!text.includes("⟦") && !text.includes("⟧")) texts.push(text);
      }
      const clipped = [...document.querySelectorAll<HTMLElement>("button, th, h1, h2, h3, label, .badge, .nav-link")]
        .filter(
          (node) =>
            node.closest(".chip, .queue-item, [data-chip], .unseen, .u-over") === null &&
            !node.classList.contains("unseen"),
        )
        .filter((node) => node.clientWidth > 0 && node.scrollWidth > node.clientWidth + 1)
        .map((node) => `clipped: ${node.textContent?.slice(0, 60)}`);
      return [...texts, ...clipped];
    });
    for (const text of new Set(raw)) found.push(`${name}: ${text.slice(0, 100)}`);
  }
  expect(found).toEqual([]);
}, 300_000);

test("right to left nothing sticks out, and the navigation changes sides", async () => {
  const page = await visit("/", { language: "ar-XB" });
  for (const path of ["/", "/events", "/explain", "/policies/new", "/health"]) {
    await page.goto(`${new URL(page.url()).origin}/console${path}`);
    await page.waitForSelector("main h1");
    await settled(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), path).toBe(true);
  }
  const box = await page.locator(".sidebar").boundingBox();
  expect(box?.x).toBeGreaterThan(900);
});

test("German is whole: no text is the English one but those that are the same word", async () => {
  const page = await visit("/", { language: "de" });
  await page.waitForSelector("text=Übersicht");
  expect(await page.evaluate(() => document.documentElement.lang)).toBe("de");
});

test("times are shown in the chosen zone, and the other one is two presses away", async () => {
  const page = await visit("/events?range=15m");
  const first = page.locator("main [data-rows] time").first();
  await page.waitForSelector("main [data-rows] time");
  const clock = async (timeZone: string): Promise<string> =>
    new Date((await first.getAttribute("datetime")) ?? "").toLocaleTimeString("en-GB", { timeZone });
  expect(await first.innerText()).toBe(await clock("UTC"));
  await page.click('[aria-label="Theme, time zone and language"]');
  await page.click("text=Local time");
  await expect.poll(async () => (await first.innerText()) === (await clock("Europe/Berlin"))).toBe(true);
});

test("no source of a screen holds a text of its own", () => {
  const folder = new URL("../src/", import.meta.url).pathname;
  const found: string[] = [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.name.endsWith(".tsx")) continue;
    const path = join(entry.parentPath, entry.name);
    for (const [index, line] of readFileSync(path, "utf8").split("\n").entries()) {
      if (/^\s*(\*|\/\/|const |return |readonly |function )|=>|\bas \w/.test(line)) continue;
      const text = />([^<>{}]*\p{L}{3,}[^<>{}]*)</u.exec(line)?.[1]?.trim();
      const label = /(?:aria-label|title|placeholder|alt)="([^"]*\p{L}{3,}[^"]*)"/u.exec(line)?.[1];
      for (const hit of [text, label])
        if (
          hit !== undefined &&
          !/^(Gait|Node|Ctrl K|Esc|https:\/\/|=>|;|&&)/.test(hit) &&
          !/=>|\bconst\b|\breturn\b|[;=]/.test(hit)
        )
          found.push(`${path.slice(folder.length)}:${index + 1}: ${hit}`);
    }
  }
  expect(found).toEqual([]);
});
