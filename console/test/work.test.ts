import { mkdirSync } from "node:fs";
import type { Route } from "playwright-core";
import { expect, inject, test } from "vitest";
import { reach, visit } from "./browser.ts";

const pictures = new URL("../../test-results/console/", import.meta.url).pathname;
mkdirSync(pictures, { recursive: true });

const now = Date.now();
const hourMs = 3_600_000;

/** An attack that retooled four times, as the operation answers it. */
function madeIncident(): Record<string, unknown> {
  const changes = [
    ["addresses", "one data centre", "a residential proxy network", "block network 203.0.113.0/24"],
    ["user agent", "curl", "Chrome 142", "rule curl-checkout"],
    ["pace", "every 0.2 s", "2 to 9 s at random", "throttle"],
    ["browser", "an HTTP library", "a driven Chromium", "challenge"],
  ] as const;
  return {
    id: "inc-made",
    title: "Card testing on shop",
    goal: "tries stolen cards at POST /checkout",
    threats: ["OAT-001"],
    state: "open",
    severity: "high",
    assignee: null,
    firstSeen: now - 5 * hourMs,
    lastSeen: now,
    requests: 4_120,
    actors: 31,
    networks: 29,
    accounts: 3,
    stopped: 3_900,
    reasons: ["31 of 31 sessions went to checkout without opening a product"],
    series: {
      from: now - 5 * hourMs,
      stepMs: hourMs,
      kinds: ["human", "automated"],
      rows: [
        [4, 10],
        [3, 90],
        [5, 70],
        [4, 40],
        [2, 12],
      ],
    },
    endpoints: [{ value: "/checkout", requests: 4_000 }],
    networksTop: [],
    fingerprints: [],
    members: [],
    accountsTouched: [],
    steps: changes.map(([what, from, to, after], index) => ({
      at: now - (4 - index) * hourMs,
      changed: [`${what}: ${from} → ${to}`],
      after,
      why: `the same walk and the same cards, ${index + 1} minutes after ${after}`,
    })),
    notes: [],
    cost: { originMs: 12_300, priced: [{ name: "sms", amount: 4.2 }], formula: "as the gateway says" },
    rule: null,
    proposal: null,
    where: ["cohort:made"],
  };
}

test("an incident that retooled four times is told in order with what changed and why, and is worked on by keyboard alone", async () => {
  const page = await visit("/");
  const incident = madeIncident();
  const said: Record<string, unknown>[] = [];
  await page.route("**/api/v1/incidents/get", (route) => route.fulfill({ json: incident }));
  await page.route("**/api/v1/incidents/update", async (route) => {
    const input = route.request().postDataJSON() as Record<string, unknown>;
    said.push(input);
    const { id: _, note, link, assign, ...rest } = input;
    Object.assign(incident, rest, assign === undefined ? {} : { assignee: assign });
    if (note !== undefined) (incident.notes as unknown[]).push({ at: now, by: "ann", text: note, link: link ?? null });
    await route.fulfill({ json: incident });
  });
  await page.goto(`${inject("admin")}/console/incidents/inc-made`);
  await page.waitForSelector(".steps li");
  const steps = await page.locator(".steps li").allInnerTexts();
  expect(steps).toHaveLength(4);
  for (const [index, word] of ["addresses", "user agent", "pace", "browser"].entries())
    expect(steps[index]).toContain(word);
  expect(steps[0]).toContain("block network 203.0.113.0/24");
  await page.screenshot({ path: `${pictures}incident-made.png`, fullPage: true });

  await reach(page, "Assign");
  await page.keyboard.press("Enter");
  await reach(page, "Assigned to", "input");
  await page.keyboard.type("ann");
  await page.keyboard.press("Enter");
  await expect.poll(() => said.at(-1)).toMatchObject({ assign: "ann" });
  await reach(page, "Note", "textarea");
  await page.keyboard.type("The list of cards is public");
  await page.keyboard.press("Tab");
  await page.keyboard.type("https://example.org/commit/1");
  await page.keyboard.press("Enter");
  await page.waitForSelector("text=The list of cards is public");
  const opened = page.waitForEvent("download");
  await reach(page, "Export");
  await page.keyboard.press("Enter");
  expect((await opened).suggestedFilename()).toBe("incident-inc-made.json");
  await reach(page, "Mute");
  await page.keyboard.press("Enter");
  await expect.poll(() => said.at(-1)).toMatchObject({ state: "muted" });
  await reach(page, "Reopen");
  await page.keyboard.press("Enter");
  await reach(page, "Resolve");
  await page.keyboard.press("Enter");
  await expect.poll(() => said.at(-1)).toMatchObject({ state: "resolved" });
});

test("thirty proposals are decided by keyboard alone: one key each, many at once, undone in a keystroke", async () => {
  const page = await visit("/");
  const waiting = new Map(Array.from({ length: 30 }, (_, index) => [`cohort-${index}`, madeProposal(index)]));
  const decided: { readonly ids: readonly string[]; readonly decision: string }[] = [];
  await page.route("**/api/v1/proposals/list", (route) =>
    route.fulfill({ json: { proposals: [...waiting.values()] } }),
  );
  await page.route("**/api/v1/proposals/decide", async (route: Route) => {
    const input = route.request().postDataJSON() as { readonly ids: readonly string[]; readonly decision: string };
    decided.push(input);
    for (const id of input.ids) {
      if (input.decision === "undo") waiting.set(id, madeProposal(Number(id.slice("cohort-".length))));
      else waiting.delete(id);
    }
    await route.fulfill({ json: { decided: input.ids } });
  });
  await page.goto(`${inject("admin")}/console/review`);
  await page.waitForSelector("text=cohort-0");
  const shown = await page.locator("main").innerText();
  for (const word of ["31 sessions from 29 addresses", "no session page", "Expires", "5 requests"])
    expect(shown).toContain(word);
  await page.screenshot({ path: `${pictures}review-thirty.png` });
  const begun = performance.now();
  const left = (count: number): Promise<unknown> =>
    page.waitForFunction((wanted) => document.querySelectorAll(".queue-list > li").length === wanted, count, {
      polling: 20,
    });
  for (let index = 0; index < 20; index++) {
    await page.keyboard.press(index % 3 === 0 ? "n" : "y");
    await left(29 - index);
  }
  await page.keyboard.press("u");
  await left(11);
  for (let index = 0; index < 11; index++)
    await page.keyboard.press(index === 10 ? "x" : "x", {}).then(() => page.keyboard.press("j"));
  await page.keyboard.press("w");
  await page.waitForSelector("text=Nothing waits");
  const tookMs = performance.now() - begun;
  console.log(`review: 30 proposals in ${Math.round(tookMs)} ms`);
  expect(decided.at(-1)).toMatchObject({ decision: "watch" });
  expect(decided.at(-1)?.ids).toHaveLength(11);
});

function madeProposal(index: number): Record<string, unknown> {
  const name = `cohort-${index}`;
  return {
    id: name,
    rule: {
      name,
      why: "Convicted.",
      when: `cohort.name == "${index}"`,
      does: "block",
      tags: [],
      applies: ["shop"],
      mode: "watch",
    },
    reason: "31 sessions from 29 addresses look and step alike",
    evidence: ["no session page", "one pause"],
    author: "gait",
    at: now - hourMs,
    expiresAt: now + 72 * hourMs + 60_000,
    effect: {
      rule: name,
      requests: 5,
      sessions: 4,
      actors: 3,
      likelyHuman: 0,
      verifiedBots: 0,
      humanShare: 0,
      humansPerDay: 0,
      savedRequests: 5,
      savedBytes: 1,
      savedOriginMs: 1,
      overLimit: false,
      reason: "",
      notStored: [],
    },
  };
}
