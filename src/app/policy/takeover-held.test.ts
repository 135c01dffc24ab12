import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, expect, test } from "vitest";
import { runCli } from "../cli/main.ts";
import { type Answer, ask, openServiceRig, type ServiceRig } from "../serve/testdata/service-rig.ts";
import { type GiftShop, openGiftShop, passwordOf } from "./testdata/gift-shop.ts";

let closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing) await close();
  closing = [];
});

interface Scene {
  readonly rig: ServiceRig;
  readonly shop: GiftShop;
  gait(...argv: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }>;
}

/** A running gateway before the shop, with the pack against takeovers enforced as an operator does it. */
async function openScene(): Promise<Scene> {
  const shop = await openGiftShop();
  const rig = await openServiceRig("mode: enforce\n");
  closing = [() => rig.close(), () => shop.close()];
  const state = join(rig.directory, "state");
  writeFileSync(
    rig.configFile,
    `upstream: ${shop.url}\nmode: enforce\nlisten: 127.0.0.1:0\nstore: { path: ${state} }\ntrustedProxies: [127.0.0.1]\nlimits: { edge: { drainMs: 200 } }\n`,
  );
  const reloaded = rig.service.reload();
  if (reloaded.kind === "refused") throw new Error(reloaded.reason);
  const gait: Scene["gait"] = async (...argv) => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const streams = { stdout, stderr, stdin: new PassThrough(), env: {}, signal: new AbortController().signal };
    const code = await runCli([...argv, "--state", state], streams);
    process.exitCode = 0;
    return { code, out: String(stdout.read() ?? ""), err: String(stderr.read() ?? "") };
  };
  const applied = await gait("policy", "apply", "account-takeover", "--mode", "enforce");
  expect(applied, applied.err).toMatchObject({ code: 0 });
  return { rig, shop, gait };
}

const chrome = (major: number): string =>
  `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 Safari/537.36`;
const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/** A browser with a cookie jar of its own, at an address. */
class Browser {
  readonly #port: number;
  readonly #from: string;
  readonly #jar = new Map<string, string>();
  #page = "";
  #fetched = false;
  agent: string;

  constructor(port: number, { from, agent }: { readonly from: string; readonly agent: string }) {
    this.#port = port;
    this.#from = from;
    this.agent = agent;
  }

  /** A page and what it needs, as a browser fetches them. */
  async get(path: string): Promise<Answer> {
    const answer = await this.#send("GET", path);
    this.#page = `http://shop.example${path}`;
    if (!this.#fetched) await this.#send("GET", "/static/shop.css");
    this.#fetched = true;
    return answer;
  }

  async post(path: string, form: Readonly<Record<string, string>>): Promise<Answer> {
    return await this.#send("POST", path, String(new URLSearchParams(form)));
  }

  async login(user: string): Promise<Answer> {
    await this.get("/login");
    return await this.post("/login", { user, password: passwordOf(user) });
  }

  /** As closing the browser does: what says who is logged in goes, what lasts stays. */
  closeWindow(): void {
    this.#jar.delete("auth");
    this.#page = "";
    this.#fetched = false;
  }

  async #send(method: string, path: string, body?: string): Promise<Answer> {
    const cookie = [...this.#jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const part = path.startsWith("/static/");
    const chromium = this.agent.includes("Chrome/");
    const headers = {
      host: "shop.example",
      "x-forwarded-for": this.#from,
      ...(chromium
        ? { "sec-ch-ua": '"Chromium";v="140"', "sec-ch-ua-mobile": "?0", "sec-ch-ua-platform": '"Windows"' }
        : {}),
      "user-agent": this.agent,
      accept: part ? "text/css,*/*;q=0.1" : "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
      "accept-language": "de",
      "accept-encoding": "gzip, deflate, br",
      "sec-fetch-site": this.#page === "" ? "none" : "same-origin",
      "sec-fetch-mode": part ? "no-cors" : "navigate",
      "sec-fetch-dest": part ? "style" : "document",
      ...(part ? {} : { "upgrade-insecure-requests": "1", "sec-fetch-user": "?1" }),
      ...(this.#page === "" ? {} : { referer: this.#page }),
      ...(body === undefined
        ? {}
        : { origin: "http://shop.example", "content-type": "application/x-www-form-urlencoded" }),
      ...(cookie === "" ? {} : { cookie }),
    };
    const answer = await ask({ port: this.#port }, { path, method, headers, ...(body === undefined ? {} : { body }) });
    for (const set of [answer.headers["set-cookie"] ?? []].flat()) {
      const [name = "", value = ""] = (set.split(";")[0] ?? "").split("=");
      this.#jar.set(name, value);
    }
    return answer;
  }
}

/** One visit as its owner makes it: a page or two, then the log-in, then a card for somebody's birthday. */
async function ownVisit(browser: Browser, user: string): Promise<readonly number[]> {
  const answers = [await browser.get("/"), await browser.login(user), await browser.get("/account")];
  answers.push(await browser.get("/giftcard"), await browser.post("/giftcard/buy", { amount: "25" }));
  browser.closeWindow();
  return answers.map(({ status }) => status);
}

const well = [200, 302, 200, 200, 200];

test("with the right password and nothing else of the owner's an intruder's gift card is held, told, and let go by its reference", async () => {
  const { rig, shop, gait } = await openScene();
  const owner = new Browser(rig.port, { from: "198.51.100.7", agent: chrome(140) });
  for (let visit = 0; visit < 3; visit++) expect(await ownVisit(owner, "alice")).toEqual(well);
  const others = ["bob", "carol", "dave"].map((user, i) => {
    const browser = new Browser(rig.port, { from: `198.51.101.${i + 1}`, agent: chrome(140) });
    return ownVisit(browser, user);
  });
  expect(await Promise.all(others)).toEqual([well, well, well]);
  const before = shop.bought.length;

  const intruder = new Browser(rig.port, { from: "203.0.113.66", agent: firefox });
  expect((await intruder.login("alice")).status).toBe(302);
  const held = await intruder.post("/giftcard/buy", { amount: "500" });
  expect(held.status).toBe(403);
  expect(held.body).toMatch(/second look/);
  expect(shop.bought.length).toBe(before);

  const reference = String(held.headers["x-request-id"]);
  const told = await gait("explain", reference);
  expect(told, told.err).toMatchObject({ code: 0 });
  expect(told.out).toMatch(/takeover-gift-purchase/);
  expect(told.out).toMatch(/held/);

  // The owner goes on meanwhile: without a log-in by his cookie, and after his browser was updated.
  owner.agent = chrome(141);
  expect(await ownVisit(owner, "alice")).toEqual(well);
  expect(shop.bought.length).toBe(before + 1);

  const unblocked = await gait("unblock", reference, "--for", "1h", "--reason", "called: a new laptop");
  expect(unblocked, unblocked.err).toMatchObject({ code: 0 });
  const again = await intruder.post("/giftcard/buy", { amount: "500" });
  expect(again.status).toBe(200);
  expect(shop.bought.length).toBe(before + 2);
}, 60_000);
