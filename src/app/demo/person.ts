import type { Random } from "#core";
import { DemoClient } from "./demo-client.ts";
import { pageParts, productsMax } from "./demo-origin.ts";
import type { DemoScene } from "./scene.ts";

/** Browsers that people of the demo use, with the headers each sends for a page. */
const browsers: readonly string[] = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
  "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
];

/** Pauses between pages: log-normal as reading times are, shorter than in life so that the demo moves. */
const pauseMedianMs = 3_500;
const pauseSpread = 0.7;
const pauseMinMs = 900;

/** One visit: arrives, looks around, perhaps logs in, leaves. Everything a browser does for it is done for real. */
export async function visit(scene: DemoScene, address: string, random: Random): Promise<void> {
  const browser = new PersonBrowser(scene, address, random);
  const pages = 4 + Math.floor(random() * 9);
  let path = "/";
  await browser.open(path, "");
  for (let i = 1; i < pages && !scene.signal.aborted; i++) {
    await scene.pause(pauseMs(random));
    const from = path;
    path = nextPath(path, random);
    if (path === "/login" && random() < 0.7) {
      await browser.open(path, from);
      await scene.pause(pauseMs(random) + 2_000);
      await browser.logIn();
      path = "/account";
    } else {
      await browser.open(path, from);
    }
  }
  browser.close();
}

function pauseMs(random: Random): number {
  // Box and Muller: two draws of chance make one normal deviate.
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.max(pauseMinMs, pauseMedianMs * Math.exp(pauseSpread * normal));
}

/** People follow what is on the page: from lists to things, from things to other things, to the cart. */
function nextPath(path: string, random: Random): string {
  const dice = random();
  const id = /^\/products\/(\d+)$/.exec(path)?.[1];
  if (id !== undefined) {
    if (dice < 0.45) return "/products";
    if (dice < 0.6) return "/cart";
    return `/products/${Math.min(productsMax, Number(id) + 1 + Math.floor(random() * 4))}`;
  }
  if (path === "/cart") return dice < 0.5 ? "/login" : "/products";
  if (path === "/products" || path === "/" || path === "/search?q=thing") {
    if (dice < 0.12) return "/search?q=thing";
    return path === "/" && dice < 0.4 ? "/products" : `/products/${1 + Math.floor(random() * 12)}`;
  }
  return dice < 0.6 ? "/products" : "/";
}

class PersonBrowser {
  readonly #client: DemoClient;
  readonly #userAgent: string;
  readonly #jar = new Map<string, string>();
  readonly #cache = new Set<string>();

  constructor(scene: DemoScene, address: string, random: Random) {
    this.#client = new DemoClient(scene.port, address);
    this.#userAgent = browsers[Math.floor(random() * browsers.length)] ?? "";
  }

  /** Opens a page as a browser does: the page, then its parts that are not in the cache, six at a time at most. */
  async open(path: string, from: string): Promise<void> {
    const answer = await this.#client.send({ path, headers: this.#headers({ page: true, referer: from }) });
    this.#keep(answer.setCookies);
    const thing = /^\/products\/(\d+)$/.exec(path)?.[1];
    const parts = [...pageParts, "/favicon.ico", ...(thing === undefined ? [] : [`/static/thing-${thing}.svg`])];
    const missing = parts.filter((part) => !this.#cache.has(part));
    await Promise.all(
      missing.map(async (part) => {
        this.#cache.add(part);
        await this.#client.send({ path: part, headers: this.#headers({ page: false, referer: path }) });
      }),
    );
    // What the page's script does in every browser.
    if (!this.#jar.has("seen")) this.#jar.set("seen", Date.now().toString(36));
  }

  async logIn(): Promise<void> {
    const name = `person${this.#client.address.replaceAll(".", "")}`;
    const body = new URLSearchParams({ user: name, password: "correct horse" }).toString();
    const answer = await this.#client.send({
      method: "POST",
      path: "/login",
      headers: [
        ...this.#headers({ page: true, referer: "/login" }),
        ["Content-Type", "application/x-www-form-urlencoded"],
      ],
      body,
    });
    this.#keep(answer.setCookies);
    if (answer.location !== "") await this.open(answer.location, "/login");
  }

  close(): void {
    this.#client.close();
  }

  #headers({ page, referer }: { readonly page: boolean; readonly referer: string }): [string, string][] {
    const headers: [string, string][] = [
      ["Connection", "keep-alive"],
      ["User-Agent", this.#userAgent],
      ["Accept", page ? "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" : "*/*"],
      ["Sec-Fetch-Site", referer === "" ? "none" : "same-origin"],
      ["Sec-Fetch-Mode", page ? "navigate" : "no-cors"],
      ["Sec-Fetch-Dest", page ? "document" : "empty"],
    ];
    if (referer !== "") headers.push(["Referer", `http://shop.demo${referer}`]);
    headers.push(["Accept-Encoding", "gzip, deflate, br"], ["Accept-Language", "en-GB,en;q=0.9"]);
    if (this.#jar.size > 0)
      headers.push(["Cookie", [...this.#jar].map(([name, value]) => `${name}=${value}`).join("; ")]);
    return headers;
  }

  #keep(setCookies: readonly string[]): void {
    for (const text of setCookies) {
      const [pair = ""] = text.split(";", 1);
      const equals = pair.indexOf("=");
      if (equals > 0) this.#jar.set(pair.slice(0, equals).trim(), pair.slice(equals + 1).trim());
    }
  }
}
