import { launchChromium } from "../people/browser.ts";
import { aiohttpTool, curl, gotImitator, httpxTool, impitChrome, requestsTool, undici } from "../tools/index.ts";
import type { Step, Tool } from "../tools/job.ts";
import { passwordOf, userName } from "../world/platform.ts";
import { pick, type Random, sleep } from "../world/random.ts";
import type { Attempt, Campaign, CampaignWorld } from "./campaign.ts";
import { successes } from "./campaign.ts";
import { appHeaders, browserHeaders, chromeAgents, scriptAgent } from "./headers.ts";

/** One version of the library: what its maintainers changed when logins began to fail. */
interface Version {
  readonly knob: string;
  readonly tool: Tool | "chromium";
  readonly headers: (random: Random) => Readonly<Record<string, string>>;
  readonly jar?: boolean;
  /** Headers are drawn anew at every start of the program. */
  readonly varied?: boolean;
  readonly network?: "hosting";
  readonly steps: (user: string, random: Random) => readonly Step[];
}

const none = {};
const script = { "user-agent": scriptAgent, accept: "application/json" };

function mobileLogin(user: string, pauseMs = 0): readonly Step[] {
  return [{ method: "POST", path: "/mobile/v1/login", type: "json", body: credentials(user), pauseMs }];
}

function webLogin(user: string, pauseMs: number): readonly Step[] {
  return [
    { method: "GET", path: "/login", find: { name: "csrf", before: 'name="csrf" value="', behind: '"' } },
    { method: "POST", path: "/login", type: "form", body: form(user), pauseMs },
  ];
}

function credentials(user: string): string {
  return JSON.stringify({ user, password: passwordOf(user) });
}

function form(user: string): string {
  return `csrf={csrf}&user=${encodeURIComponent(user)}&password=${encodeURIComponent(passwordOf(user))}`;
}

/**
 * Case A: an open-source library logs in on behalf of real users, with their own passwords, one login an address. Its
 * maintainers change one thing at a time, as they did in life: ten user agents, headers, the application's constants, the
 * program underneath, the network, pauses, a page before the login with a jar, and in the end a headless browser.
 */
const versions: readonly Version[] = [
  {
    knob: "first version",
    tool: requestsTool,
    network: "hosting",
    headers: () => script,
    steps: (user) => mobileLogin(user),
  },
  {
    knob: "ten user agents",
    varied: true,
    tool: requestsTool,
    network: "hosting",
    headers: (random) => ({ ...script, "user-agent": pick(random, chromeAgents) }),
    steps: (user) => mobileLogin(user),
  },
  {
    knob: "a browser's headers",
    varied: true,
    tool: requestsTool,
    headers: (random) => browserHeaders(pick(random, chromeAgents)),
    steps: (user) => mobileLogin(user),
  },
  {
    knob: "the application's constants",
    tool: requestsTool,
    headers: () => appHeaders,
    steps: (user) => mobileLogin(user),
  },
  {
    knob: "another program: aiohttp",
    tool: aiohttpTool,
    headers: () => appHeaders,
    steps: (user) => mobileLogin(user),
  },
  { knob: "another program: curl", tool: curl, headers: () => appHeaders, steps: (user) => mobileLogin(user) },
  { knob: "another program: undici", tool: undici, headers: () => appHeaders, steps: (user) => mobileLogin(user) },
  { knob: "HTTP/2: httpx", tool: httpxTool, headers: () => appHeaders, steps: (user) => mobileLogin(user) },
  {
    knob: "a browser's ciphers: got-scraping",
    varied: true,
    tool: gotImitator,
    headers: () => none,
    steps: (user) => mobileLogin(user),
  },
  {
    knob: "Chrome's TLS and HTTP/2: impit",
    tool: impitChrome,
    headers: () => none,
    steps: (user) => mobileLogin(user),
  },
  {
    knob: "pauses before the login",
    tool: impitChrome,
    headers: () => none,
    steps: (user, random) => mobileLogin(user, 200 + random() * 900),
  },
  {
    knob: "the page first, with a jar",
    tool: impitChrome,
    jar: true,
    headers: () => none,
    steps: (user, random) => webLogin(user, 300 + random() * 900),
  },
  { knob: "headless Chromium", tool: "chromium", headers: () => none, steps: () => [] },
];

/** A program keeps one set of headers for as long as it runs; where they vary it is started anew for every few log-ins. */
const loginsPerStart = { same: 35, varied: 10 } as const;
/** The library's users: people of the platform who gave it their passwords. They stay, whatever version they get. */
const customers: readonly string[] = Array.from({ length: 80 }, (_, i) => userName(i * 12));

export const loginLibrary: Campaign = {
  name: "login library",
  label: "A",
  async run(world) {
    const attempts: Attempt[] = [];
    for (const [index, version] of versions.entries()) {
      if (world.signal.aborted) break;
      attempts.push(
        await attempt(world, version, {
          index,
          logins: Math.round(70 * Math.sqrt(world.scale)),
        }),
      );
    }
    return attempts;
  },
};

async function attempt(
  world: CampaignWorld,
  version: Version,
  { index, logins }: { readonly index: number; readonly logins: number },
): Promise<Attempt> {
  const { front, addresses, random, signal } = world;
  const player = { name: `A${index}: ${version.knob}`, side: "attack", campaign: "login library" } as const;
  const address = (): string => (version.network === "hosting" ? addresses.hosting() : addresses.residential());
  const users = Array.from({ length: logins }, (_, i) => customers[(index * 17 + i) % customers.length] as string);
  if (version.tool === "chromium") {
    const door = await front.door(player, { address, per: "session" });
    const succeeded = await headless(door, users, signal);
    return { knob: version.knob, tool: "headless Chromium", sent: users.length, succeeded };
  }
  const door = await front.door(player, { address, per: "connection" });
  const sessions = users.map((user) => version.steps(user, random));
  const start = version.varied === true ? loginsPerStart.varied : loginsPerStart.same;
  let succeeded = 0;
  for (let from = 0; from < sessions.length && !signal.aborted; from += start) {
    const batch = sessions.slice(from, from + start);
    const job = { base: door.url, headers: version.headers(random), jar: version.jar === true, sessions: batch };
    succeeded += successes(await version.tool.run(job, signal));
    await sleep(40, signal);
  }
  return { knob: version.knob, tool: version.tool.name, sent: sessions.length, succeeded };
}

/** A real browser, driven straight at the form: no look around, no time to read. */
async function headless(
  door: { readonly url: string; newSession(): void },
  users: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const browser = await launchChromium();
  let succeeded = 0;
  try {
    for (const user of users) {
      if (signal.aborted) break;
      const context = await browser.newContext({ ignoreHTTPSErrors: true });
      try {
        const page = await context.newPage();
        page.setDefaultTimeout(10_000);
        await page.goto(`${door.url}/login`);
        await page.fill("input[name=user]", user);
        await page.fill("input[name=password]", passwordOf(user));
        await Promise.all([page.waitForLoadState("load"), page.click("form button")]);
        if (page.url().endsWith("/account")) succeeded++;
      } catch {
        // A page that does not come is a failed login to them.
      } finally {
        await context.close();
      }
      door.newSession();
    }
  } finally {
    await browser.close();
  }
  return succeeded;
}
