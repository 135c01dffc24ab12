import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { pause, pick, type Random, sleep } from "../world/random.ts";

/** A way of being a person. Every one is honest. */
export interface Persona {
  readonly name: string;
  /** How many of a hundred sessions. */
  readonly share: number;
  readonly context: Parameters<Browser["newContext"]>[0];
  /** Before each page: what this persona's browser does differently. */
  readonly before?: (context: BrowserContext, page: Page) => Promise<void>;
  readonly once?: (context: BrowserContext, page: Page) => Promise<void>;
  /** Keeps its cookies between visits. */
  readonly returns?: boolean;
  /** Comes again from its own address, each time without the cookies of the last. */
  readonly privately?: boolean;
  /** Shares one address with others of its office. */
  readonly office?: boolean;
  readonly tabs?: number;
  readonly keyboard?: boolean;
}

/** Headless Chromium says so in its user agent; a person's does not. */
const desktopAgent =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
const desktop = {
  userAgent: desktopAgent,
  ignoreHTTPSErrors: true,
  viewport: { width: 1_280, height: 800 },
  locale: "de-DE",
} as const;
const phone =
  "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36";

/** The people of the arena, in real Chromium. */
export const personas: readonly Persona[] = [
  { name: "first visit", share: 22, context: desktop },
  { name: "private window", share: 6, context: desktop, privately: true },
  { name: "returning", share: 18, context: desktop, returns: true },
  {
    name: "phone",
    share: 14,
    context: { ...desktop, userAgent: phone, viewport: { width: 390, height: 840 }, isMobile: true, hasTouch: true },
  },
  { name: "office behind one address", share: 12, context: desktop, office: true },
  { name: "slow line", share: 8, context: desktop, once: slowLine },
  { name: "many tabs", share: 8, context: desktop, tabs: 3 },
  { name: "keyboard only", share: 4, context: desktop, keyboard: true },
  { name: "refuses cookies", share: 4, context: desktop, before: (context) => context.clearCookies() },
  { name: "no script", share: 4, context: { ...desktop, javaScriptEnabled: false } },
];

async function slowLine(context: BrowserContext, page: Page): Promise<void> {
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 300,
    downloadThroughput: 60_000,
    uploadThroughput: 30_000,
  });
}

/** Debian's Chromium; what phones home is off, so that a closed network is not asked. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--headless=new",
    ],
  });
}

/** What a visitor knows: where the site is, and when to stop. */
export interface VisitOptions {
  readonly base: string;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly paceMs: number;
  readonly account?: { readonly user: string; readonly password: string };
}

/** One visit as people make them: arrives at the shop or the app, follows links, sometimes logs in, leaves. */
export async function visit(context: BrowserContext, persona: Persona, options: VisitOptions): Promise<void> {
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await persona.once?.(context, page);
  await persona.before?.(context, page);
  if (persona.context?.javaScriptEnabled !== false && options.random() < 0.2) await useApp(page, options);
  else await walkShop(context, page, { persona, ...options });
}

async function useApp(page: Page, { base, random, signal, paceMs }: VisitOptions): Promise<void> {
  await page.goto(`${base}/app`);
  for (let i = 0; i < 4 && !signal.aborted; i++) {
    await sleep(pause(random, paceMs), signal);
    const things = page.locator("ul button");
    const count = await things.count();
    if (count > 0 && random() < 0.7) await things.nth(Math.floor(random() * count)).click();
    else await page.locator("#more").click();
  }
}

async function walkShop(
  context: BrowserContext,
  page: Page,
  { persona, base, random, signal, paceMs, account }: VisitOptions & { readonly persona: Persona },
): Promise<void> {
  await page.goto(`${base}/`);
  const pages = 3 + Math.floor(random() * 5);
  for (let i = 0; i < pages && !signal.aborted; i++) {
    await sleep(pause(random, paceMs), signal);
    await persona.before?.(context, page);
    if (persona.tabs !== undefined && i === 1) await openTabs(context, page, { count: persona.tabs, random });
    await follow(page, random, persona.keyboard === true);
  }
  if (account === undefined || signal.aborted) return;
  await page.goto(`${base}/login`);
  await sleep(pause(random, paceMs), signal);
  await page.fill("input[name=user]", account.user);
  await page.fill("input[name=password]", account.password);
  await Promise.all([page.waitForLoadState("load"), page.click("main button, form button")]);
  await sleep(pause(random, paceMs), signal);
}

/** Follows one of the page's links, by a click or by its key. */
async function follow(page: Page, random: Random, byKeyboard: boolean): Promise<void> {
  const links = page.locator("a[href^='/']");
  const count = await links.count();
  if (count === 0) return;
  const link = links.nth(Math.floor(random() * count));
  if (byKeyboard) {
    await link.focus();
    await Promise.all([page.waitForLoadState("load"), page.keyboard.press("Enter")]);
  } else await Promise.all([page.waitForLoadState("load"), link.click()]);
}

/** Several things opened at once, as bargain hunters do. */
async function openTabs(
  context: BrowserContext,
  page: Page,
  { count, random }: { readonly count: number; readonly random: Random },
): Promise<void> {
  const hrefs = await page
    .locator("a[href^='/products/']")
    .evaluateAll((links) => links.map((link) => (link as unknown as { href: string }).href));
  if (hrefs.length === 0) return;
  await Promise.all(
    Array.from({ length: count }, async () => {
      const tab = await context.newPage();
      await tab.goto(pick(random, hrefs));
    }),
  );
}
