import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, expect, inject } from "vitest";

/** How a page is opened. */
export interface Visit {
  readonly theme?: "dark" | "light";
  readonly language?: string;
  readonly width?: number;
  readonly height?: number;
  readonly reducedMotion?: boolean;
  /** Another gateway than the demo's. */
  readonly admin?: string;
  /** Messages of the browser's console that are expected: a test that breaks the connection gets some. */
  readonly mayComplain?: boolean;
}

let browser: Browser | undefined;
const contexts: BrowserContext[] = [];
let complaints: string[] = [];

afterEach(() => {
  const all = complaints;
  complaints = [];
  expect(all).toEqual([]);
});

afterAll(async () => {
  await browser?.close();
  browser = undefined;
});

/** Debian's Chromium. */
export async function openBrowser(): Promise<Browser> {
  browser ??= await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  return browser;
}

/** Opens a screen of the console and waits until it is drawn. Anything the browser complains about fails the test. */
export async function visit(path: string, options: Visit = {}): Promise<Page> {
  const { theme = "dark", language = "en", width = 1_280, height = 900, reducedMotion = true } = options;
  const context = await (await openBrowser()).newContext({
    viewport: { width, height },
    reducedMotion: reducedMotion ? "reduce" : "no-preference",
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
  });
  contexts.push(context);
  while (contexts.length > 4) await contexts.shift()?.close();
  await context.addInitScript(
    (chosen) => localStorage.setItem("gait-preferences", chosen),
    JSON.stringify({ theme, language, zone: "utc" }),
  );
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // An operation that this gateway does not have answers 404, and the screen says so.
    if (message.type() !== "error" || options.mayComplain === true) return;
    if (!/status of 40[34]/.test(message.text())) complaints.push(message.text());
  });
  await page.goto(`${options.admin ?? inject("admin")}/console${path}`);
  await page.waitForSelector("main h1, main .state");
  await settled(page);
  return page;
}

/** Waits until nothing on the screen is being fetched for the first time. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector(".loading-bar") === null, undefined, { timeout: 15_000 });
}

/** Asks the demo's gateway for an operation, as the console does. */
export async function ask<Answer>(name: string, input: unknown): Promise<Answer> {
  const response = await fetch(`${inject("admin")}/api/v1/${name.replace(".", "/")}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(input),
  });
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as Answer;
}

/** Tabs until the control of that name has the focus; a control that cannot be reached fails. */
export async function reach(page: Page, name: string, element = "button"): Promise<void> {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  for (let presses = 0; presses < 600; presses++) {
    await page.keyboard.press("Tab");
    const found = await page.evaluate(
      ([wanted, tag]) => {
        const node = document.activeElement;
        if (node === null || node.tagName.toLowerCase() !== tag) return false;
        const label = node.id === "" ? null : document.querySelector(`label[for="${CSS.escape(node.id)}"]`);
        return (label?.textContent ?? node.textContent ?? "").trim().startsWith(wanted ?? "");
      },
      [name, element],
    );
    if (found) return;
  }
  throw new Error(`${name} is not reached by Tab`);
}
