import { expect, inject, test } from "vitest";
import { openBrowser, visit } from "./browser.ts";

const screens = [
  "/events",
  "/actors",
  "/incidents",
  "/inventory",
  "/health",
  "/settings",
  "/policies",
  "/appeals",
  "/graph",
  "/alerts",
  "/review",
] as const;

test("a slow gateway: every screen says at once that it asks, and shows the answer later", async () => {
  const context = await (await openBrowser()).newContext({ reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.route("**/api/v1/**", async (route) => {
    if (!route.request().url().endsWith("/session/get")) await new Promise((resolve) => setTimeout(resolve, 3_000));
    await route.continue().catch(() => undefined);
  });
  for (const path of ["/events", "/health"]) {
    await page.goto(`${inject("admin")}/console${path}`);
    await page.waitForSelector(".loading-bar");
    expect(await page.locator(".state").first().innerText()).toContain("Asking the gateway");
    await page.waitForSelector(".loading-bar", { state: "detached", timeout: 20_000 });
    expect(await page.locator("main .card").count()).toBeGreaterThan(0);
  }
  await context.close();
});

test.each([
  { what: "broken", status: 500, says: "Something went wrong in the gateway" },
  { what: "unavailable", status: 503, says: "The records cannot be read just now" },
  { what: "signed out", status: 401, says: "You are not signed in" },
] as const)(
  "a gateway that is $what: every screen explains it and offers one thing to do",
  async ({ status, says }) => {
    const page = await visit("/", { mayComplain: true });
    await page.route("**/api/v1/**", (route) =>
      route.request().url().endsWith("/session/get")
        ? route.continue()
        : route.fulfill({ status, contentType: "application/json", body: JSON.stringify({ error: "a reason" }) }),
    );
    for (const path of screens) {
      await page.goto(`${inject("admin")}/console${path}`);
      await page.waitForSelector(`text=${says}`);
      const text = await page.locator("main").innerText();
      expect(text, path).toContain("a reason");
      expect(text, path).not.toMatch(/\bat \w+.*:\d+:\d+|undefined|\[object/);
      expect(await page.locator("main .state .button").count(), path).toBeGreaterThan(0);
    }
  },
);

test("a gateway that cannot be reached is told from one that is slow, and trying again helps", async () => {
  const page = await visit("/health", { mayComplain: true });
  await page.route("**/api/v1/health", (route) => route.abort());
  await page.reload();
  await page.waitForSelector("text=The gateway does not answer", { timeout: 20_000 });
  await page.unroute("**/api/v1/health");
  await page.click("text=Try again");
  await page.waitForSelector("text=Every part does what it should");
});

test("a filter that nothing fits says so and offers the way back", async () => {
  const page = await visit("/events?where=path:/nowhere-at-all");
  await page.waitForSelector("text=No event fits");
  await page.click("text=Show seven days without filters");
  await page.waitForSelector("main table [data-row]");
});
