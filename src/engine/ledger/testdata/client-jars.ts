import { cookieSetFrom, type Exchange, keyedHash, type Random, readTrace, testHashKey } from "#core";
import type { OrderRule } from "../order-rules.ts";

interface Held {
  readonly name: string;
  readonly path: string;
  value: string;
  created: number;
}

/** A jar written from the clients' own sources, apart from the ledger's rules: it keeps cookies and sorts them. */
class Jar {
  readonly #rule: OrderRule;
  #cookies: Held[] = [];
  #clock = 0;

  constructor(rule: OrderRule) {
    this.#rule = rule;
  }

  store(name: string, path: string, value: string): void {
    const at = this.#cookies.findIndex((held) => held.name === name && held.path === path);
    const held = this.#cookies[at];
    if (value === "") {
      if (held !== undefined) this.#cookies.splice(at, 1);
      return;
    }
    this.#clock++;
    if (held === undefined) this.#cookies.push({ name, path, value, created: this.#clock });
    else {
      if (this.#rule === "chromium" && held.value !== value) held.created = this.#clock;
      held.value = value;
    }
  }

  send(path: string): readonly Held[] {
    const fits = this.#cookies.filter((held) => held.path === "/" || `${path}/`.startsWith(`${held.path}/`));
    return fits.sort((a, b) => this.#compare(a, b));
  }

  #compare(a: Held, b: Held): number {
    const longer = b.path.length - a.path.length;
    switch (this.#rule) {
      case "libcurl":
        return longer || b.name.length - a.name.length || b.created - a.created;
      case "go":
        return a.path === b.path ? a.created - b.created : a.path < b.path ? 1 : -1;
      case "alphabetical":
        return a.name < b.name ? -1 : 1;
      case "insertion":
        return a.created - b.created;
      case "cpython":
        return longer || this.#firstOf(a.path) - this.#firstOf(b.path) || a.created - b.created;
      default:
        return longer || a.created - b.created;
    }
  }

  #firstOf(path: string): number {
    return Math.min(...this.#cookies.filter((held) => held.path === path).map(({ created }) => created));
  }
}

const names = ["session", "zz", "b", "longer_name", "aa", "m", "cart", "theme", "x1", "lang"];
const paths = ["/", "/shop", "/account", "/shop/deep", "/zoo"];
const places = ["/", "/shop/one", "/account/two", "/shop/deep/three", "/zoo/four"];

/** One session of a client with this jar against an origin that sets, rotates (30 %) and deletes (10 %) at random. */
export function jarSession(rule: OrderRule, random: Random, start: number): readonly Exchange[] {
  const jar = new Jar(rule);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const [model] = readTrace("GET / 200");
  const exchanges: Exchange[] = [];
  const steps = 8 + Math.floor(random() * 12);
  for (let step = 0; step < steps && model?.response !== undefined; step++) {
    const path = pick(places);
    const cookies = jar.send(path).map(({ name, value }) => ({ name, value: keyedHash(testHashKey, value) }));
    const sets = Array.from({ length: Math.floor(random() * 4) }, () => {
      const fate = random();
      return { name: pick(names), path: pick(paths), value: fate < 0.1 ? "" : fate < 0.4 ? `v${step}` : "v" };
    });
    for (const { name, path: scope, value } of sets) jar.store(name, scope, value);
    const headers = sets.map(({ name, path: scope, value }) =>
      cookieSetFrom(`${name}=${value}; Path=${scope}${value === "" ? "; Max-Age=0" : ""}`, testHashKey),
    );
    exchanges.push({
      ...model,
      at: start + step * 5_000,
      request: {
        ...model.request,
        path,
        cookies,
      },
      response: { ...model.response, setCookies: headers },
    });
  }
  return exchanges;
}
