import { Impit } from "impit";
import { CookieJar } from "tough-cookie";
import { request, Agent as UndiciAgent } from "undici";
import { passwordOf, skusMax, userName, zipsMax } from "../world/platform.ts";
import { pause, type Random, sleep } from "../world/random.ts";

/** One of the platform's people over many days: lives at an address, has an account, keeps a jar or an application. */
export interface LightPerson {
  readonly number: number;
  readonly kind: LightKind;
  readonly user: string;
  readonly address: string;
  /** Where they want things delivered: what they ask stock for. */
  readonly zip: number;
  jar: CookieJar;
  /** Parts of pages in the browser's cache: path to its tag. */
  readonly cache: Map<string, string>;
  visits: number;
}

/** Ways of being one of them. Every one is honest. */
export type LightKind = "app user" | "shop regular" | "password manager" | "refuses cookies";

/** What a visit is given. */
export interface LightVisit {
  readonly base: string;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly paceMs: number;
}

const appAgents = ["ArenaApp/4.2 (Android 15; okhttp)", "ArenaApp/4.1 (Android 14; okhttp)"] as const;

/** Someone new: half use the application, few refuse cookies or have their passwords filled in. */
export function createLightPerson(number: number, address: string, random: Random): LightPerson {
  const dice = random();
  const kind: LightKind =
    dice < 0.5 ? "app user" : dice < 0.92 ? "shop regular" : dice < 0.97 ? "password manager" : "refuses cookies";
  return {
    number,
    kind,
    user: userName(number),
    address,
    zip: 10_000 + Math.floor(zipsMax * random() ** 2),
    jar: new CookieJar(),
    cache: new Map(),
    visits: 0,
  };
}

/** A thing somebody asks for: few are popular, most are not (log-uniform, which is Zipf's law). */
export function wantedSku(random: Random): number {
  return Math.min(skusMax, Math.floor(skusMax ** random()));
}

/** Reading that it was refused and typing it again. */
function retyping(random: Random): number {
  return 1_500 + pause(random, 1_500);
}

/** One visit. Answers of 4xx and 5xx are taken as people take them: they go on. @returns requests made. */
export async function lightVisit(person: LightPerson, visit: LightVisit): Promise<number> {
  person.visits++;
  return person.kind === "app user" ? useApplication(person, visit) : new LightBrowser(person, visit).shop();
}

/** The native application: configuration and device, then the log-in, then what its screens need. Connections are kept. */
async function useApplication(person: LightPerson, { base, random, signal, paceMs }: LightVisit): Promise<number> {
  const dispatcher = new UndiciAgent({ connect: { rejectUnauthorized: false }, connections: 1 });
  const agent = appAgents[person.number % 5 === 0 ? 1 : 0];
  let requests = 0;
  let token = "";
  const call = async (method: "GET" | "POST", path: string, body?: string): Promise<number> => {
    if (signal.aborted) return 0;
    requests++;
    const answer = await request(`${base}/mobile/v1/${path}`, {
      method,
      dispatcher,
      headers: {
        "user-agent": agent,
        accept: "application/json",
        "x-app-build": "4217",
        ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.body.text();
    token = /"token":"([^"]+)"/.exec(text)?.[1] ?? token;
    return answer.statusCode;
  };
  try {
    await call("GET", "config");
    await call("POST", "device", "{}");
    await sleep(pause(random, paceMs), signal);
    const mistyped = random() < 0.05;
    if (mistyped) {
      await call("POST", "login", JSON.stringify({ user: person.user, password: "oops" }));
      await sleep(retyping(random), signal);
    }
    await call("POST", "login", JSON.stringify({ user: person.user, password: passwordOf(person.user) }));
    await call("GET", "me");
    await call("GET", "feed");
    const asks = 1 + Math.floor(random() * 3);
    for (let i = 0; i < asks; i++) {
      await sleep(pause(random, paceMs), signal);
      await call("GET", `stock?sku=${wantedSku(random)}&zip=${person.zip}`);
    }
    await call("POST", "events", "{}");
  } finally {
    await dispatcher.close();
  }
  return requests;
}

/**
 * A browser without a screen: Chrome's TLS and HTTP/2, a jar by RFC 6265, the parts of pages with a cache, referers, and the cookie that
 * the page's script would set. It stands for the many visits that a real Chromium is too heavy for; its manners are a browser's, not a copy
 * of one.
 */
class LightBrowser {
  readonly #person: LightPerson;
  readonly #visit: LightVisit;
  readonly #client: Impit;
  readonly #held = new Set<string>();
  #requests = 0;

  constructor(person: LightPerson, visit: LightVisit) {
    this.#person = person;
    this.#visit = visit;
    if (person.kind === "refuses cookies") person.jar = new CookieJar(undefined, { rejectPublicSuffixes: false });
    this.#client = new Impit({
      browser: "chrome",
      ignoreTlsErrors: true,
      followRedirects: false,
      ...(person.kind === "refuses cookies" ? {} : { cookieJar: person.jar as never }),
    });
  }

  async shop(): Promise<number> {
    const { random, signal, paceMs } = this.#visit;
    const manager = this.#person.kind === "password manager";
    let here = await this.#page(manager ? "/login" : random() < 0.7 ? "/" : `/products/${this.#product()}`, "");
    const pages = manager ? 0 : 1 + Math.floor(random() * 3);
    for (let i = 0; i < pages && !signal.aborted; i++) {
      await sleep(pause(random, paceMs), signal);
      here = await this.#page(random() < 0.2 ? "/search?q=thing" : `/products/${this.#product()}`, here);
    }
    if (manager || random() < 0.6) await this.#logIn(here);
    if (random() < 0.4 && !signal.aborted) await this.#stock();
    return this.#requests;
  }

  async #logIn(from: string): Promise<void> {
    const { random, signal, paceMs } = this.#visit;
    const { user, kind } = this.#person;
    if (from !== "/login") {
      await sleep(pause(random, paceMs), signal);
      await this.#page("/login", from);
    }
    const tries = random() < 0.06 ? 2 : 1;
    for (let attempt = 1; attempt <= tries && !signal.aborted; attempt++) {
      const typing = kind === "password manager" ? pause(random, paceMs / 2) : pause(random, paceMs * 1.5);
      await sleep(attempt > 1 ? retyping(random) : typing, signal);
      const password = attempt === tries ? passwordOf(user) : "oops";
      const body = `csrf=x&user=${encodeURIComponent(user)}&password=${encodeURIComponent(password)}`;
      const { status } = await this.#ask("POST", "/login", { referer: "/login", dest: "document", body });
      if (status === 303) await this.#page("/account", "/login");
    }
  }

  /** The single-page application: its shell, its script, a list, and stock of what is wanted. */
  async #stock(): Promise<void> {
    const { random, signal, paceMs } = this.#visit;
    await this.#ask("GET", "/app", { referer: "", dest: "document" });
    await this.#part("/app/main.js", "/app");
    await this.#ask("GET", "/api/products?from=1", { referer: "/app", dest: "empty" });
    for (let i = 0; i < 2 && !signal.aborted; i++) {
      await sleep(pause(random, paceMs), signal);
      const path = `/api/stock?sku=${wantedSku(random)}&zip=${this.#person.zip}`;
      await this.#ask("GET", path, { referer: "/app", dest: "empty" });
      await this.#ask("POST", "/api/events", { referer: "/app", dest: "empty", body: "{}" });
    }
  }

  #product(): number {
    return Math.max(1, Math.floor(120 ** this.#visit.random()));
  }

  /** A page and what it names; returns where the browser is then. */
  async #page(path: string, referer: string): Promise<string> {
    const { text } = await this.#ask("GET", path, { referer, dest: "document" });
    const named = [...text.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map(([, found]) => found as string);
    await Promise.all([...new Set(named)].map((part) => this.#part(part, path)));
    if (named.includes("/static/shop.js") && this.#person.kind !== "refuses cookies")
      await this.#person.jar.setCookie(`seen=${Date.now().toString(36)}; path=/; samesite=lax`, this.#visit.base);
    return path;
  }

  async #part(path: string, referer: string): Promise<void> {
    if (this.#held.has(path)) return;
    this.#held.add(path);
    const tag = this.#person.cache.get(path);
    const dest = path.endsWith(".css") ? "style" : path.endsWith(".js") ? "script" : "image";
    const { etag } = await this.#ask("GET", path, { referer, dest, ...(tag === undefined ? {} : { tag }) });
    if (etag !== "") this.#person.cache.set(path, etag);
  }

  async #ask(
    method: "GET" | "POST",
    path: string,
    options: { readonly referer: string; readonly dest: string; readonly body?: string; readonly tag?: string },
  ): Promise<{ readonly status: number; readonly text: string; readonly etag: string }> {
    const { base, signal } = this.#visit;
    if (signal.aborted) return { status: 0, text: "", etag: "" };
    this.#requests++;
    const { referer, dest, body, tag } = options;
    const document = dest === "document";
    const answer = await this.#client.fetch(`${base}${path}`, {
      method,
      headers: {
        ...(document ? {} : { accept: "*/*" }),
        ...(referer === "" ? {} : { referer: `${base}${referer}` }),
        "sec-fetch-site": referer === "" ? "none" : "same-origin",
        "sec-fetch-mode": document ? "navigate" : dest === "empty" ? "cors" : "no-cors",
        "sec-fetch-dest": dest,
        ...(tag === undefined ? {} : { "if-none-match": tag }),
        ...(body === undefined
          ? {}
          : { "content-type": document ? "application/x-www-form-urlencoded" : "application/json" }),
      },
      ...(body === undefined ? {} : { body }),
    });
    return { status: answer.status, text: await answer.text(), etag: answer.headers.get("etag") ?? "" };
  }
}
