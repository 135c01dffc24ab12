import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { settled, visit } from "./browser.ts";

/** Presses keys one after the other, as a person would. */
async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

const tasks: readonly { readonly name: string; readonly run: (page: Page) => Promise<void> }[] = [
  {
    name: "1 skip to the content",
    run: async (page) => {
      await press(page, "Tab");
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to content");
    },
  },
  {
    name: "2 go to Events by g e",
    run: async (page) => {
      await press(page, "g", "e");
      await page.waitForURL(/\/events/);
      await page.waitForSelector("[data-focus-filter]");
      await settled(page);
    },
  },
  {
    name: "3 type a filter after f and have it in the URL",
    run: async (page) => {
      await press(page, "f");
      await page.keyboard.type("kind:automated");
      await press(page, "Enter");
      await page.waitForURL(/where=kind:automated/);
      await settled(page);
      await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    },
  },
  {
    name: "4 walk rows by j and k and open one by Enter",
    run: async (page) => {
      await page.waitForSelector("[data-row]");
      await press(page, "j", "j", "k");
      expect(await page.evaluate(() => document.activeElement?.hasAttribute("data-row"))).toBe(true);
      await press(page, "Enter");
      await page.waitForURL(/\/explain\//);
      await page.waitForSelector(".evidence");
    },
  },
  {
    name: "5 open a chip's menu, walk it and close it, and the focus comes back",
    run: async (page) => {
      await page.locator('main [data-chip="ip"]').first().focus();
      await press(page, "Enter");
      await page.waitForSelector("[role=menu]");
      await press(page, "ArrowDown", "End", "Home", "Escape");
      await page.waitForSelector("[role=menu]", { state: "detached" });
      expect(await page.evaluate(() => document.activeElement?.getAttribute("data-chip"))).toBe("ip");
    },
  },
  {
    name: "6 ask for help and close it",
    run: async (page) => {
      await press(page, "?");
      await page.waitForSelector("dialog[open] h2");
      await press(page, "Escape");
      await page.waitForSelector("dialog[open]", { state: "detached" });
    },
  },
  {
    name: "7 find a place by Ctrl-K",
    run: async (page) => {
      await press(page, "Control+k");
      await page.keyboard.type("inventory");
      await press(page, "Enter");
      await page.waitForURL(/\/inventory/);
    },
  },
  {
    name: "8 change the theme by Ctrl-K",
    run: async (page) => {
      const before = await page.evaluate(() => document.documentElement.dataset.theme);
      await press(page, "Control+k");
      await page.keyboard.type("dark and light");
      await press(page, "Enter");
      await page.waitForFunction((theme) => document.documentElement.dataset.theme !== theme, before);
    },
  },
  {
    name: "9 open the block dialog from a chip, reach every field, leave it by Escape",
    run: async (page) => {
      await press(page, "g", "a");
      await page.waitForURL(/\/actors/);
      await settled(page);
      await page.locator('main [data-chip="ip"]').first().focus();
      await press(page, "Enter");
      await page.waitForSelector("[role=menu]");
      await page.keyboard.type("b");
      await press(page, "Enter");
      await page.waitForSelector("dialog[open] select");
      await press(page, "Tab", "Tab");
      await press(page, "Escape");
      await page.waitForSelector("dialog[open]", { state: "detached" });
    },
  },
  {
    name: "10 build a rule as a sentence without a mouse",
    run: async (page) => {
      await press(page, "g", "p");
      await page.waitForURL(/\/policies/);
      await settled(page);
      await page.locator("text=New rule").first().focus();
      await press(page, "Enter");
      await page.waitForURL(/\/policies\/new/);
      await page.locator(".sentence button").first().focus();
      await press(page, "Enter");
      await page.waitForSelector("[role=menu]");
      await press(page, "ArrowDown", "Enter");
      await page.waitForSelector(".cel-twin:has-text('session.requests >= 10')");
    },
  },
];

test("ten tasks are done with the keyboard alone", async () => {
  const page = await visit("/");
  for (const { name, run } of tasks) {
    try {
      await run(page);
    } catch (error) {
      throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
});

test("whatever has the focus shows it", async () => {
  const page = await visit("/events");
  const unseen: string[] = [];
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press("Tab");
    const found = await page.evaluate(() => {
      const node = document.activeElement;
      if (node === null || node === document.body) return "";
      const style = getComputedStyle(node);
      const shown = style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 2;
      return shown ? "" : node.outerHTML.slice(0, 120);
    });
    if (found !== "") unseen.push(found);
  }
  expect(unseen).toEqual([]);
});
