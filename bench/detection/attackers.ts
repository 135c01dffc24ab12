import type { Exchange, Random } from "#core";
import { accountOf, addressIn, type Look, SimClient } from "./browser.ts";
import { browserLooks, productOf, type Site, zipOf } from "./people.ts";

/** One attack: sessions in order, each a list of exchanges; `credential` marks what steals or sells. */
export interface Attack {
  readonly name: string;
  /** Whether a library (not a browser) drives it: the goals on libraries count these. */
  readonly library: boolean;
  readonly sessions: readonly (readonly Exchange[])[];
}

export interface AttackOptions {
  readonly site: Site;
  readonly at: number;
  readonly random: Random;
}

const chrome = (browserLooks[0] as Look).userAgent;
const library: Look = { userAgent: chrome, headers: "requests-like", ja4: "t13d_openssl" };
const heldOut: Look = { userAgent: chrome, headers: "aiohttp-like", ja4: "t13d_python" };
const pool = (random: Random): string => addressIn(20 + Math.floor(random() * 80), random);

/** Credential stuffing: one request per address, half of the accounts unknown, valid ones rare. */
export function stuffing({ site, at, random }: AttackOptions, count: number, look: Look = library): Attack {
  return series("credential stuffing", true, count, (i) => {
    const client = new SimClient({ application: site.application, ip: pool(random), look, at: at + i * 9_000, random });
    const hit = random() < 0.01;
    return client.ask(
      site.login,
      { status: hit ? 302 : 401, cookies: [["sid", Number.POSITIVE_INFINITY]] },
      {
        method: "POST",
        account: accountOf(random() < 0.5 ? Math.floor(random() * 2_000) : 1e6 + i),
        password: Math.floor(random() * 1e6),
      },
    );
  });
}

export function heldOutTool(options: AttackOptions, count: number): Attack {
  return { ...stuffing(options, count, heldOut), name: "held-out tool on the held-out application" };
}

export function spraying({ site, at, random }: AttackOptions, count: number): Attack {
  const look = { ...library, headers: "spray-tool", ja4: "t13d_go" };
  return series("spraying", true, count, (i) => {
    const client = new SimClient({
      application: site.application,
      ip: pool(random),
      look,
      at: at + i * 20_000,
      random,
    });
    return client.ask(
      site.login,
      { status: 401 },
      { method: "POST", account: accountOf(i % 2_000), password: 1 + (i % 3) },
    );
  });
}

/** SKU times postal code, one request per address. */
export function enumeration({ site, at, random }: AttackOptions, count: number): Attack {
  const look = { ...library, headers: "grid-tool", ja4: "t13d_go2" };
  return series("catalogue enumeration", true, count, (i) => {
    const client = new SimClient({ application: site.application, ip: pool(random), look, at: at + i * 4_000, random });
    const sku = 1 + Math.floor(random() * 3_000);
    const zip = 10_000 + Math.floor(random() * 20_000);
    return client.ask(`/api/stock?sku=${sku}&zip=${zip}`, { contentType: "application/json" });
  });
}

/** The same aim drawn as people draw, article by article and place by place, but no pair twice. */
export function matchedEnumeration({ site, at, random }: AttackOptions, count: number): Attack {
  const look = { ...library, headers: "matched-tool", ja4: "t13d_go3" };
  const asked = new Set<string>();
  return series("catalogue enumeration, margins as people's", true, count, (i) => {
    const client = new SimClient({ application: site.application, ip: pool(random), look, at: at + i * 4_000, random });
    let pair = "";
    do pair = `sku=${productOf(random)}&zip=${zipOf(random)}`;
    while (asked.has(pair));
    asked.add(pair);
    return client.ask(`/api/stock?${pair}`, { contentType: "application/json" });
  });
}

export function scraper({ site, at, random }: AttackOptions, count: number): Attack {
  const look = { ...library, headers: "scrape-tool", ja4: "t13d_scrape" };
  return series("scraper mimicking sessions", true, count, (i) => {
    const client = new SimClient({
      application: site.application,
      ip: pool(random),
      look,
      at: at + i * 30_000,
      random,
    });
    let here = "/";
    client.ask("/", { cookies: [["sid", Number.POSITIVE_INFINITY]] });
    for (let page = 0; page < 10; page++) {
      const next = `/product/${1 + Math.floor(random() * 3_000)}`;
      client.wait(4 + 8 * random()).ask(next, {}, { referer: here });
      here = next;
    }
    return client;
  });
}

/** Five recorded visits played back by a real browser from rented addresses, with the cookies of the recording. */
export function replayFarm(
  { site, at, random }: AttackOptions,
  count: number,
  recorded: readonly (readonly Exchange[])[],
): Attack {
  const sessions = Array.from({ length: count }, (_, i) => {
    const source = recorded[i % recorded.length] ?? [];
    const ip = pool(random);
    const shift = at + i * 40_000 - (source[0]?.at ?? 0);
    return source.map((exchange) => ({
      ...exchange,
      at: exchange.at + shift,
      application: site.application,
      client: { ...exchange.client, ip },
    }));
  });
  return { name: "replay farm", library: false, sessions };
}

export function giftCards({ site, at, random }: AttackOptions, count: number): Attack {
  const look = { ...library, headers: "gift-tool", ja4: "t13d_gift" };
  return series("gift-card brute force", true, count, (i) => {
    const client = new SimClient({
      application: site.application,
      ip: addressIn(60 + (i % 5), random),
      look,
      at: at + i * 15_000,
      random,
    });
    client.ask("/gift-card", { cookies: [["sid", Number.POSITIVE_INFINITY]] });
    for (let code = 0; code < 12; code++) {
      client.wait(1.5).ask(`/api/gift-card?code=${1e9 + Math.floor(random() * 1e9)}`, {
        status: 404,
        contentType: "application/json",
      });
    }
    return client;
  });
}

/** Validated credentials from a new country, then a gift card. */
export function takeover({ site, at, random }: AttackOptions, count: number): Attack {
  const look = { ...library, headers: "takeover-tool", ja4: "t13d_take" };
  return series("takeover then gift card", true, count, (i) => {
    const account = accountOf(i * 7);
    const client = new SimClient({
      application: site.application,
      ip: addressIn(70 + (i % 20), random),
      look,
      at: at + i * 60_000,
      random,
    });
    client.ask(
      site.login,
      { status: 302, location: "/account", cookies: [["sid", Number.POSITIVE_INFINITY]] },
      { method: "POST", account, password: i + 1 },
    );
    return client.wait(2).ask("/account/gift-card", { status: 200 }, { method: "POST", account });
  });
}

/** The names of the ladder's steps; the last is a driven browser. */
export const ladderSteps: readonly string[] = [
  "base",
  "new user agent",
  "user agent per request",
  "headers rewritten",
  "headers reordered",
  "client constants",
  "TLS class",
  "network",
  "delays",
  "page fetched first",
  "page, jar and delays",
  "headless browser",
];

export function ladderStep({ site, at, random }: AttackOptions, step: number, count: number): Attack {
  const name = ladderSteps[step] ?? "";
  return series(`ladder ${step + 1}: ${name}`, step < 11, count, (i) => {
    const agent =
      step === 0
        ? "friendly-lib/1.0"
        : step === 2
          ? browserLooks[i % 10]?.userAgent
          : browserLooks[step % 10]?.userAgent;
    const real = step === 11 ? (browserLooks[3] as Look) : undefined;
    const look = real ?? {
      userAgent: agent ?? "",
      headers: `lib-${Math.min(step, 5)}`,
      ja4: step >= 6 ? "t13d_utls" : "t13d_lib",
    };
    const ip = step >= 7 ? pool(random) : addressIn(80, random);
    const client = new SimClient({
      application: site.application,
      ip,
      look,
      at: at + i * 25_000,
      random,
      sorted: step === 10,
      manner: step === 9 ? "none" : "keeps",
    });
    if (step >= 9)
      client.ask("/login", {
        cookies: [
          ["sid", Number.POSITIVE_INFINITY],
          [`device${site.version}`, 31_536_000],
        ],
      });
    if (step === 11) {
      for (const asset of site.assets)
        client
          .wait(0.05)
          .ask(asset.replace("{v}", String(site.version)), { contentType: "text/css" }, { referer: "/login" });
      client.script("_metrics");
    }
    if (step >= 8) client.wait(10 + 10 * random());
    return client.ask(
      site.login,
      { status: 302, location: "/account", cookies: [["sid", Number.POSITIVE_INFINITY]] },
      {
        method: "POST",
        account: accountOf((step * 60 + i) % 2_000),
        password: i + 1,
        ...(step >= 9 ? { referer: "/login" } : {}),
      },
    );
  });
}

/** An agent that drives a real browser: fresh jar, straight to its goal, waits like a language model. */
export function browserAgent({ site, at, random }: AttackOptions, count: number): Attack {
  return series("browser-driven agent", false, count, (i) => {
    const client = new SimClient({
      application: site.application,
      ip: addressIn(90 + (i % 4), random),
      look: browserLooks[1] as Look,
      at: at + i * 50_000,
      random,
    });
    let here: string | undefined;
    for (const path of ["/", `/product/${productOf(random)}`, `/product/${productOf(random)}`, "/login"]) {
      client.ask(
        path,
        {
          cookies: [
            ["sid", Number.POSITIVE_INFINITY],
            [`device${site.version}`, 31_536_000],
          ],
        },
        here === undefined ? {} : { referer: here },
      );
      for (const asset of site.assets)
        client
          .wait(0.06)
          .ask(asset.replace("{v}", String(site.version)), { contentType: "text/css" }, { referer: path });
      client.script("_metrics").wait(3 + 2.5 * random());
      here = path;
    }
    client.ask(
      `/api/stock?sku=${productOf(random)}&zip=${zipOf(random)}`,
      { contentType: "application/json" },
      { referer: "/login" },
    );
    return client
      .wait(4 + random())
      .ask(
        site.login,
        { status: 302, location: "/account" },
        { method: "POST", account: accountOf(i + 1_500), password: i + 1, referer: "/login" },
      );
  });
}

function series(name: string, isLibrary: boolean, count: number, session: (i: number) => SimClient): Attack {
  return { name, library: isLibrary, sessions: Array.from({ length: count }, (_, i) => session(i).exchanges) };
}
