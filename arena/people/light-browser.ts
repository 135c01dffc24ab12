import { Impit } from "impit";
import { CookieJar } from "tough-cookie";
import { passwordOf } from "../world/platform.ts";
import { pause, sleep } from "../world/random.ts";
import { type LightPerson, type LightVisit, retyping, wantedSku } from "./light-person.ts";

/**
 * A browser without a screen: Chrome's TLS and HTTP/2, a jar by RFC 6265, the parts of pages with a cache, referers, and the cookie that
 * the page's script would set. It stands for the many visits that a real Chromium is too heavy for; its manners are a browser's, not a copy
 * of one.
 */
export class LightBrowser {
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
