import { request } from "node:http";
import { expect, inject, test } from "vitest";
import { ask, settled, visit } from "./browser.ts";
import { allScreens } from "./screens.ts";

const payloads = [
  "<script>window.pwned=1</script>",
  "<img src=x onerror=window.pwned=1>",
  '"><svg onload=window.pwned=1>',
  "javascript:window.pwned=1",
  "'-window.pwned=1-'",
  "</title><script>window.pwned=1</script>",
  "{{constructor.constructor('window.pwned=1')()}}",
  "<iframe srcdoc='<script>parent.pwned=1</script>'>",
  "<a href=javascript:window.pwned=1>x</a>",
  "<details open ontoggle=window.pwned=1>",
  "<style>@import'http://127.0.0.1:1/x'</style>",
  "data:text/html,<script>window.pwned=1</script>",
  "<math><mtext></form><form><mglyph><style></math><img src onerror=window.pwned=1>",
  "<input autofocus onfocus=window.pwned=1>",
  "<body onload=window.pwned=1>",
  "<object data=javascript:window.pwned=1>",
  "=cmd|' /C calc'!A0",
  "\u202egnp.exe\u202c window.pwned=1",
  "%3Cscript%3Ewindow.pwned=1%3C/script%3E",
  "__proto__[pwned]=1",
] as const;

/** One request through the gateway with hostile words wherever a client may put them. */
function send(payload: string, index: number): Promise<void> {
  return new Promise((resolve, reject) => {
    request({
      port: inject("shopPort"),
      path: `/${index}/${encodeURIComponent(payload)}`,
      headers: {
        "x-forwarded-for": `198.19.${1 + (index % 5)}.${index}`,
        "user-agent": `${Buffer.from(payload)
          .toString("latin1")
          .replace(/[^\x20-\x7e]/g, "")} ${index}`,
        referer: encodeURI(`http://x/${payload}`),
      },
    })
      .once("response", (response) => response.resume().once("end", resolve))
      .once("error", reject)
      .end();
  });
}

test("100 hostile strings from requests run nowhere: every screen is opened with them", async () => {
  for (let index = 0; index < 100; index++) await send(payloads[index % payloads.length] ?? "", index);
  await expect
    .poll(
      async () =>
        (await ask<{ readonly total: number }>("events.query", { agent: "pwned", count: true, limit: 1 })).total,
      {
        timeout: 15_000,
      },
    )
    .toBeGreaterThan(70);
  const { events } = await ask<{
    readonly events: readonly {
      readonly agent: string;
      readonly reference: string;
      readonly actor: string;
      readonly session: string;
      readonly path: string;
    }[];
  }>("events.query", { agent: "<img", limit: 1 });
  const [event] = events;
  const page = await visit("/");
  const faults: string[] = [];
  page.on("dialog", (dialog) => faults.push(`dialog ${dialog.message()}`));
  const own = [
    `/events?where=${encodeURIComponent("agent:pwned")}&range=15m`,
    `/explain/${event?.reference ?? ""}`,
    `/actors/${event?.actor ?? ""}`,
    `/sessions/${event?.session ?? ""}`,
    `/entities/agent/${encodeURIComponent(event?.agent ?? "")}`,
    `/entities/path/${encodeURIComponent(event?.path ?? "")}`,
    `/policies/${encodeURIComponent("<img src=x onerror=window.pwned=1>")}`,
    `/events?where=${encodeURIComponent('path:"><img src=x onerror=window.pwned=1>')}`,
    `/policies/new?text=${encodeURIComponent(JSON.stringify({ name: "<svg onload=window.pwned=1>", when: "<script>window.pwned=1</script>" }))}`,
  ];
  for (const path of [...own, ...(await allScreens()).map((screen) => screen.path)]) {
    await page.goto(`${inject("admin")}/console${path}`);
    await page.waitForSelector("main h1, main .state");
    await settled(page);
    expect(await page.evaluate(() => "pwned" in window), path).toBe(false);
    expect(await page.locator("main iframe, main object, main script, main img").count(), path).toBe(0);
    expect(
      await page.evaluate(
        () => [...document.querySelectorAll("a")].filter((a) => /^(javascript|data):/i.test(a.href)).length,
      ),
      path,
    ).toBe(0);
  }
  expect(faults).toEqual([]);
}, 240_000);
