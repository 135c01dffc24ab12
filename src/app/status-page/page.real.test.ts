import { chromium } from "playwright-core";
import { expect, test } from "vitest";
import { adminPort, ask, openServiceRig } from "../serve/testdata/service-rig.ts";

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
  "</script><script>window.pwned=1</script>",
  "<details open ontoggle=window.pwned=1>",
  "<style>@import'http://127.0.0.1:1/x'</style>",
  "data:text/html,<script>window.pwned=1</script>",
  "\\u003cscript\\u003ewindow.pwned=1\\u003c/script\\u003e",
  "%3Cscript%3Ewindow.pwned=1%3C/script%3E",
  "<math><mtext></form><form><mglyph><style></math><img src onerror=window.pwned=1>",
  "<input autofocus onfocus=window.pwned=1>",
  "<body onload=window.pwned=1>",
  "<object data=javascript:window.pwned=1>",
  "=cmd|' /C calc'!A0",
];

test("100 hostile strings in user agents, paths and referers run nowhere on the status page", async () => {
  const rig = await openServiceRig();
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage({ viewport: { width: 320, height: 800 } });
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("dialog", (dialog) => faults.push(`dialog ${dialog.message()}`));
    page.on("console", (message) => {
      if (message.type() === "error") faults.push(message.text());
    });
    await page.goto(`http://127.0.0.1:${adminPort(rig)}/plain`);
    for (let i = 0; i < 100; i++) {
      const payload = payloads[i % payloads.length] ?? "";
      const path = `/${i}/${encodeURI(payload).replace(/#|\?/g, "")}`
        .replaceAll("%3C", "<")
        .replaceAll("%3E", ">")
        .replace(/\s/g, "");
      await ask(rig, {
        path: i % 2 === 0 ? `/${i}` : encodeURI(path),
        headers: { "user-agent": `${payload} ${i}`, referer: payload },
      });
    }
    await page.waitForSelector("#actors tbody tr:nth-child(10)", { timeout: 15_000 });
    expect(await page.evaluate("document.querySelector('#actors').textContent")).toContain("window.pwned=1");
    await page.click("#verdicts .ref");
    await page.waitForSelector(".evidence, .why-summary");
    expect(await page.evaluate("'pwned' in window")).toBe(false);
    const own = ["/theme.js", "/page.js"];
    expect(await page.evaluate("[...document.scripts].map((script) => new URL(script.src).pathname)")).toEqual(own);
    expect(await page.evaluate("document.querySelectorAll('main img, main iframe, main a').length")).toBe(0);
    expect(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true);
    expect(faults).toEqual([]);
  } finally {
    await browser.close();
    await rig.close();
  }
});
