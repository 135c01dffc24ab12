import { createRequire } from "node:module";
import { type Browser, chromium } from "playwright-core";
import { addExtra } from "playwright-extra";
import { passwordOf, userName } from "../world/platform.ts";
import { pause, sleep } from "../world/random.ts";
import type { Campaign } from "./campaign.ts";

/** The plug-in is written for a loader of its own time. */
const stealth = createRequire(import.meta.url)("puppeteer-extra-plugin-stealth") as () => never;

const name = "account aggregation by a stealth browser";

/** A real Chromium that hides that it is driven, with a person's user agent, each visit from its own home address. */
export const stealthBrowser: Campaign = {
  name,
  label: "OAT-020",
  async run({ front, addresses, random, signal, scale }) {
    const driven = addExtra(chromium);
    driven.use(stealth());
    const door = await front.door(
      { name, side: "attack", campaign: name },
      { address: () => addresses.residential(), per: "session" },
    );
    const browser = (await driven.launch({
      executablePath: "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-quic", "--headless=new"],
    })) as Browser;
    const visits = Math.round(10 * scale);
    let succeeded = 0;
    let sent = 0;
    try {
      for (; sent < visits && !signal.aborted; sent++) {
        const context = await browser.newContext({ ignoreHTTPSErrors: true });
        try {
          const page = await context.newPage();
          page.setDefaultTimeout(10_000);
          await page.goto(`${door.url}/login`);
          await sleep(pause(random, 400), signal);
          const user = userName(sent * 31 + 5);
          await page.fill("input[name=user]", user);
          await page.fill("input[name=password]", passwordOf(user));
          await Promise.all([page.waitForLoadState("load"), page.click("form button")]);
          if (page.url().endsWith("/account")) succeeded++;
        } catch {
          // A page that does not come is a failed visit to them.
        } finally {
          await context.close();
        }
        door.newSession();
      }
    } finally {
      await browser.close();
    }
    return [{ knob: "as it is", tool: "playwright with stealth", sent, succeeded }];
  },
};
