import type { Random } from "#core";
import { drawNormal } from "#engine";
import { accountOf, addressIn, type Look, SimClient } from "./browser.ts";

export type Persona =
  | "ordinary"
  | "cookie refuser"
  | "privacy browser"
  | "NAT office"
  | "PWA cache"
  | "password manager"
  | "many tabs"
  | "native app"
  | "slow line"
  | "assistive technology"
  | "traveller"
  | "flash sale";

/** Shares of the population; assumed, oversampled to where ten thousand sessions can say something. */
export const personaShares: readonly (readonly [Persona, number])[] = [
  ["ordinary", 0.645],
  ["cookie refuser", 0.03],
  ["privacy browser", 0.025],
  ["NAT office", 0.06],
  ["PWA cache", 0.04],
  ["password manager", 0.05],
  ["many tabs", 0.04],
  ["native app", 0.04],
  ["slow line", 0.03],
  ["assistive technology", 0.02],
  ["traveller", 0.02],
];

/** Ten looks of browsers, unevenly popular. */
export const browserLooks: readonly Look[] = Array.from({ length: 10 }, (_, i) => ({
  userAgent: `Mozilla/5.0 (${["Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64"][i % 3]}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${138 + (i % 5)}.0.0.0 Safari/537.36`,
  headers: `browser-${i % 4}`,
  ja4: `t13d1516h2_browser_${i % 4}`,
}));

const year = 31_536_000;
const home = [20, 21, 22, 23];

/** One person over all visits. */
export interface Person {
  readonly number: number;
  readonly persona: Persona;
  readonly look: Look;
  readonly ip: string;
  readonly jar: Map<string, number>;
}

export function createPeople(count: number, random: Random): Person[] {
  return Array.from({ length: count }, (_, number) => {
    const persona = pick(personaShares, random);
    const native = persona === "native app";
    const look = native
      ? { userAgent: `ShopApp/${3 + (number % 3)}.2 (Android 15)`, headers: "okhttp", ja4: "t13d_okhttp" }
      : (browserLooks[Math.floor(10 * random() ** 2)] as Look);
    const ip =
      persona === "NAT office"
        ? `24.0.0.${1 + (number % 4)}`
        : addressIn(home[Math.floor(4 * random() ** 1.5)] as number, random);
    return { number, persona, look, ip, jar: new Map() };
  });
}

export interface Site {
  readonly application: string;
  readonly login: string;
  readonly assets: readonly string[];
  /** Changes with a deploy: file names, and a renamed cookie. */
  readonly version: number;
}

export const products = 3_000;

/** Of a traveller's visits, those from abroad on a borrowed device. */
const abroadShare = 0.25;
/** Of visits in a window of a whole day, those whose tab is used again after the session ended. */
const idleShare = 0.01;

/** A visit of a person: pages, their parts, and in two of three cases a login. */
export function visit(person: Person, site: Site, { at, random, sale = false, idle = false }: VisitOptions): SimClient {
  const { persona } = person;
  if (persona === "native app") return nativeVisit(person, site, { at, random });
  const refuses = persona === "cookie refuser" || persona === "privacy browser";
  const abroad = persona === "traveller" && random() < abroadShare;
  const fresh = persona === "privacy browser" || abroad;
  const client = new SimClient({
    application: site.application,
    ip: fresh ? addressIn(40 + Math.floor(random() * 20), random) : person.ip,
    look: abroad ? (browserLooks[Math.floor(10 * random() ** 2)] as Look) : person.look,
    at,
    random,
    manner: refuses ? "refuses" : "keeps",
    jar: fresh ? new Map() : person.jar,
  });
  const pause = (median: number): number =>
    Math.exp(Math.log(median) + 0.8 * drawNormal(random)) * (persona === "slow line" ? 2.5 : 1);
  const page = (path: string, referer: string | undefined): void => {
    const strips = persona === "privacy browser";
    client.ask(
      path,
      {
        cookies: [
          ["sid", Number.POSITIVE_INFINITY],
          [`device${site.version}`, year],
        ],
      },
      referer === undefined || strips ? {} : { referer },
    );
    parts(client, { site, path, persona, random });
    if (persona !== "privacy browser") client.script("_metrics");
  };
  let here: string | undefined;
  const start = persona === "password manager" ? "/login" : sale ? "/product/7" : "/";
  page(start, undefined);
  here = start;
  const pages = 1 + Math.floor(-Math.log(1 - random()) * 2.5);
  for (let i = 0; i < pages && persona !== "password manager"; i++) {
    client.wait(persona === "many tabs" && i > 0 ? 0.4 : pause(14));
    const next = `/product/${productOf(random)}`;
    page(next, here);
    here = next;
    if (random() < 0.5)
      client
        .wait(0.6)
        .ask(
          `/api/stock?sku=${productOf(random)}&zip=${zipOf(random)}`,
          { contentType: "application/json" },
          refererOf(here, persona),
        );
  }
  if (random() < 0.66 || persona === "password manager") login(client, person, { site, here, random, pause, page });
  // A tab left open: the first request of what is a new session by then is a call of the page that was open all the time.
  if (idle && !fresh && random() < idleShare)
    client
      .wait(1_900 + 2_400 * random())
      .ask(
        `/api/stock?sku=${productOf(random)}&zip=${zipOf(random)}`,
        { contentType: "application/json" },
        refererOf(here, persona),
      );
  return client;
}

export interface VisitOptions {
  readonly at: number;
  readonly random: Random;
  readonly sale?: boolean;
  /** A tab of it may be used again after the session ended. */
  readonly idle?: boolean;
}

interface LoginContext {
  readonly site: Site;
  readonly here: string;
  readonly random: Random;
  pause(median: number): number;
  page(path: string, referer: string | undefined): void;
}

function login(client: SimClient, person: Person, { site, here, random, pause, page }: LoginContext): void {
  const account = accountOf(person.number);
  const slow = person.persona === "password manager" ? 2 : 13;
  if (here !== "/login") {
    client.wait(pause(9));
    page("/login", here);
  }
  const from = refererOf("/login", person.persona);
  const tries = random() < 0.08 ? 2 : 1;
  for (let attempt = 1; attempt <= tries; attempt++) {
    client.wait(pause(slow));
    const ok = attempt === tries;
    client.ask(site.login, ok ? { status: 302, location: "/account" } : { status: 401 }, {
      method: "POST",
      account,
      password: person.number % 90_000,
      ...from,
    });
  }
  client.wait(0.2);
  page("/account", "/login");
  if (random() < 0.03)
    client
      .wait(pause(20))
      .ask("/account/email", { status: 200 }, { method: "POST", account, ...refererOf("/account", person.persona) });
}

function nativeVisit(person: Person, site: Site, { at, random }: VisitOptions): SimClient {
  const client = new SimClient({
    application: site.application,
    ip: person.ip,
    look: person.look,
    at,
    random,
    jar: person.jar,
  });
  client.ask("/api/config?version=3", { contentType: "application/json", cookies: [["app", year]] });
  if (random() < 0.4)
    client
      .wait(1)
      .ask(
        `${site.login}`,
        { status: 200, contentType: "application/json" },
        { method: "POST", account: accountOf(person.number), password: person.number % 90_000 },
      );
  const calls = 2 + Math.floor(random() * 6);
  for (let i = 0; i < calls; i++) {
    client
      .wait(2 + 12 * random())
      .ask(`/api/stock?sku=${productOf(random)}&zip=${zipOf(random)}`, { contentType: "application/json" });
  }
  return client;
}

function parts(
  client: SimClient,
  {
    site,
    path,
    persona,
    random,
  }: { readonly site: Site; readonly path: string; readonly persona: Persona; readonly random: Random },
): void {
  if (persona === "PWA cache" && random() < 0.8) return;
  const from = refererOf(path, persona);
  for (const asset of site.assets) {
    if (persona === "assistive technology" && asset.endsWith(".jpg")) continue;
    const answer = asset.endsWith(".css") ? "text/css" : "application/javascript";
    client
      .wait(0.08)
      .ask(
        `${asset.replace("{v}", String(site.version))}`,
        { contentType: answer, ...(random() < 0.2 ? { status: 304 } : {}) },
        from,
      );
  }
}

export function refererOf(path: string, persona: Persona): { readonly referer?: string } {
  return persona === "privacy browser" ? {} : { referer: path };
}

export function productOf(random: Random): number {
  return Math.floor(products ** random());
}

export function zipOf(random: Random): number {
  return 10_000 + Math.floor(20_000 * random() ** 3);
}

function pick<Item>(shares: readonly (readonly [Item, number])[], random: Random): Item {
  let u = random();
  for (const [item, share] of shares) {
    if (u < share) return item;
    u -= share;
  }
  return (shares[0] as readonly [Item, number])[0];
}
