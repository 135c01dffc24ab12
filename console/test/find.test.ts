import { expect, inject, test } from "vitest";
import { ask, settled, visit } from "./browser.ts";

interface Found {
  readonly events: readonly {
    readonly reference: string;
    readonly session: string;
    readonly ip: string;
    readonly headers: string;
    readonly path: string;
  }[];
}

interface Explained {
  readonly evidence: readonly { readonly detector: string; readonly says: string }[];
  readonly summary: string;
  readonly counterfactuals: readonly string[];
}

test("the reference of a block leads to the same evidence in the same order as gait explain", async () => {
  const { events } = await ask<Found>("events.query", { kind: ["automated"], enforced: ["block"], limit: 1 });
  const reference = events[0]?.reference ?? "";
  const said = await ask<Explained>("decisions.find", { reference });
  const page = await visit("/explain");
  await page.fill("main input", reference);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".evidence");
  const detectors = await page.locator('.evidence [data-chip="detector"]').allInnerTexts();
  expect(detectors).toEqual(said.evidence.map(({ detector }) => detector));
  const text = await page.locator("main").innerText();
  expect(text).toContain(said.summary);
  for (const sentence of said.counterfactuals) expect(text).toContain(sentence);
});

test("Ctrl-K finds addresses, networks, sessions, fingerprints, paths, references, places and settings", async () => {
  const { events } = await ask<Found>("events.query", { kind: ["automated"], limit: 1 });
  const [event] = events;
  if (event === undefined) throw new Error("the demo has no automated event");
  const page = await visit("/");
  const wanted: readonly (readonly [string, RegExp])[] = [
    [event.ip, /\/entities\/ip\//],
    [`${event.ip.replace(/\.\d+$/, "")}.0/24`, /\/entities\/network\//],
    [event.session, /\/sessions\//],
    [event.headers, /\/entities\/fingerprint\//],
    [event.path, /\/entities\/path\//],
    [event.reference, /\/explain\//],
    ["Health", /\/health/],
    ["audit", /\/settings/],
  ];
  for (const [text, address] of wanted) {
    await page.keyboard.press("Control+k");
    await page.fill(".palette-input", text);
    const typed = performance.now();
    await page.waitForFunction(
      (looked) =>
        document
          .querySelector(".palette-list [role=option]")
          ?.textContent?.toLowerCase()
          .includes(looked.toLowerCase()),
      text,
      { polling: 20 },
    );
    console.log(`palette: ${text} in ${Math.round(performance.now() - typed)} ms`);
    await page.keyboard.press("Enter");
    await page.waitForURL(address);
    await settled(page);
  }
});

test("a chip offers to open, filter, leave out, copy, block and allow", async () => {
  const page = await visit("/events?where=kind:automated&range=15m");
  await page.waitForSelector('[data-chip="ip"]');
  const chip = page.locator('[data-chip="ip"]').first();
  const ip = await chip.innerText();
  await chip.click();
  expect(await page.locator("[role=menu] [role=menuitem]").allInnerTexts()).toEqual([
    "Open its page",
    "Filter by it",
    "Leave it out",
    "Copy",
    "Block…",
    "Allow…",
  ]);
  await page.click("text=Filter by it");
  await page.waitForURL(new RegExp(`where=ip:${ip.replaceAll(".", "\\.")}`));
  await settled(page);
  await page.locator('[data-chip="ip"]').first().click();
  await page.click("text=Leave it out");
  await page.waitForURL(new RegExp(`where=-ip:${ip.replaceAll(".", "\\.")}`));
  await expect
    .poll(() => page.locator('main table [data-chip="ip"]').allInnerTexts(), { timeout: 10_000 })
    .not.toContain(ip);
});

test("a session of the demo shows each request with its gap, evidence and a command without secrets", async () => {
  // Automation of one request a session is there, too: one that went on is wanted, and a request without a body.
  const { events } = await ask<Found>("events.query", { kind: ["automated"], method: "GET", limit: 200 });
  const bySession = Map.groupBy(events, ({ session }) => session);
  const session = [...bySession].find(([, own]) => own.length >= 3)?.[0] ?? "";
  const page = await visit(`/sessions/${session}`);
  await page.waitForSelector(".waterfall-row");
  await page.locator(".waterfall-row", { hasText: "GET" }).first().click();
  await page.waitForSelector("text=What became of cookies");
  await page.evaluate(() => {
    Object.defineProperty(navigator, "clipboard", {
      value: { writeText: (text: string) => Promise.resolve(Object.assign(window, { copied: text })) },
    });
  });
  await page.click("text=Copy as curl");
  const copied = await page.evaluate(() => (window as unknown as { copied: string }).copied);
  expect(copied).toMatch(/^curl --globoff --request 'GET' --url 'https:\/\//);
  expect(copied).not.toMatch(/cookie|authorization|\?/i);
  expect(inject("admin")).toMatch(/^http/);
});
