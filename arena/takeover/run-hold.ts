import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Impit } from "impit";
import { CookieJar } from "tough-cookie";
import { browserHeaders, chromeAgents } from "../campaigns/headers.ts";
import { faketimeLibrary } from "../past/live-past.ts";
import { stopped } from "../scoring/score.ts";
import { axiosWithJar, impitChrome } from "../tools/index.ts";
import type { Step, Tool } from "../tools/job.ts";
import { Addresses } from "../world/addresses.ts";
import { Front } from "../world/front.ts";
import { startGateway } from "../world/gateway.ts";
import { openPlatform, passwordOf, userName } from "../world/platform.ts";
import { createRandom, pause, type Random, sleep } from "../world/random.ts";
import { Truth } from "../world/truth.ts";

/** What became of accounts that were entered with their own passwords, and of the steps that would have lost them. */
export interface HoldResult {
  readonly ownerSteps: number;
  readonly ownerStepsStopped: number;
  readonly takenLogins: number;
  readonly takenLoginsStopped: number;
  /** Changes of address that the intruders asked for, those stopped at that step, and the accounts whose address the application changed. */
  readonly takenSteps: number;
  readonly takenStepsStopped: number;
  readonly lost: number;
  /** Of `gait accounts compromised`: accounts entered by intruders, and others. */
  readonly listedTaken: number;
  readonly listedOthers: number;
  readonly seconds: number;
}

interface Owner {
  readonly user: string;
  readonly address: string;
  readonly jar: CookieJar;
}

const dayMs = 86_400_000;
const days = 9;
const clockSettlesMs = 3_000;
const owners = 24;
/** Every second owner's password is known to somebody else. */
const takenEvery = 2;
const paceMs = 250;

const policy = `- name: strange-login-then-loss
  why: >-
    Whoever logs in from a device, a network and a country that are all new to the account, and goes on within a day to what turns access
    into loss, is asked for more first. Owners on a new telephone abroad come close: they are asked, not refused for good.
  when: '"takeover-chain" in signals'
  then: hold
  mode: enforce
  tags: [OAT-012, API2, T1078]
  traces:
    fires:
      - |
        repeat 20
        @10.100.1.1 #ann POST /login 302 "User-Agent: Mozilla/5.0 (own)"

        end
        @10.104.1.1 #ann POST /login 302 "User-Agent: Mozilla/5.0 (other)"
        +40 POST /account/email 200 "User-Agent: Mozilla/5.0 (other)"
    silent:
      - |
        @10.100.1.1 #ann POST /login 302
        +40 POST /account/email 200
`;

/**
 * Case D's second scene: accounts are entered with their own passwords and then changed. Owners live some days through a gateway whose
 * clock is given; then intruders come, one account an address, log in, and ask for another mail address in each; owners do so, too. What
 * is held is the step, not the person.
 */
export async function runHold(options: {
  readonly seed: number;
  readonly directory: string;
  say(line: string): void;
}): Promise<HoldResult> {
  const { seed, directory, say } = options;
  if (!existsSync(faketimeLibrary)) throw new Error(`${faketimeLibrary} is missing: apt-get install faketime`);
  const started = performance.now();
  mkdirSync(directory, { recursive: true });
  const random = createRandom(seed * 31);
  const truth = new Truth();
  const addresses = new Addresses(createRandom(seed + 9), truth);
  const platform = await openPlatform();
  const clock = join(directory, "clock");
  writeFileSync(clock, `-${days}d\n`);
  const gateway = await startGateway({
    mode: "enforce",
    upstream: platform.url,
    directory,
    env: {
      LD_PRELOAD: faketimeLibrary,
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_CACHE_DURATION: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    },
  });
  const front = new Front(gateway.port, truth);
  try {
    const file = join(directory, "hold.yaml");
    writeFileSync(file, policy);
    const applied = await gateway.gait("policy", "apply", file, "--why", "strange log-ins are asked for more");
    if (applied.code !== 0) throw new Error(`gait policy apply ended with ${applied.code}: ${applied.stderr}`);
    const people = Array.from({ length: owners }, (_, i): Owner => {
      const address = addresses.home();
      return { user: userName(1_200 + i), address, jar: new CookieJar() };
    });
    for (const [number, { address }] of people.entries())
      truth.note(address, { name: "owner", side: "person", campaign: "", session: number });
    for (let daysAgo = days; daysAgo > 0; daysAgo--) {
      writeFileSync(clock, `-${daysAgo}d\n`);
      truth.offsetMs = -daysAgo * dayMs;
      await sleep(clockSettlesMs);
      await Promise.all(people.map((owner) => ownVisit(owner, { front, random, change: "nothing" })));
    }
    writeFileSync(clock, "-0d\n");
    truth.offsetMs = 0;
    await sleep(clockSettlesMs);
    say(`${owners} owners have lived ${days} days; intruders come`);
    const taken = people.filter((_, index) => index % takenEvery === 0);
    const before = platform.reached.length;
    await Promise.all([
      ...people
        .filter((_, index) => index % takenEvery !== 0)
        .map((owner) => ownVisit(owner, { front, random, change: "mail address" })),
      intrude(taken, { front, addresses }),
    ]);
    await sleep(500);
    const listed = (await gateway.gait("accounts", "compromised", "--json")).stdout;
    const isTheirs = (ip: string): boolean => truth.of(ip)?.side === "attack";
    const log = gateway.log().filter(({ time }) => Date.parse(time) > Date.now() - dayMs / 2);
    const posts = (path: string, attack: boolean) =>
      log.filter((each) => each.method === "POST" && each.path === path && isTheirs(each.ip) === attack);
    // Whoever was stopped at the log-in asks all the same, and the application knows no account then.
    const lost = platform.reached.slice(before).filter(({ loot, ip }) => loot === "account" && isTheirs(ip)).length;
    return {
      ownerSteps: posts(changePath, false).length,
      ownerStepsStopped: posts(changePath, false).filter(stopped).length,
      takenLogins: posts("/login", true).length,
      takenLoginsStopped: posts("/login", true).filter(stopped).length,
      takenSteps: posts(changePath, true).length,
      takenStepsStopped: posts(changePath, true).filter(stopped).length,
      lost,
      ...countListed(listed, taken.length),
      seconds: (performance.now() - started) / 1_000,
    };
  } finally {
    front.close();
    await gateway.stop();
    await platform.close();
  }
}

const changePath = "/account/email";

/** How many accounts the gateway lists; it knows them by keyed hashes, so only their number can be compared. */
function countListed(json: string, taken: number): Pick<HoldResult, "listedTaken" | "listedOthers"> {
  const { accounts = [] } = JSON.parse(json || "{}") as { readonly accounts?: readonly unknown[] };
  return { listedTaken: Math.min(accounts.length, taken), listedOthers: Math.max(0, accounts.length - taken) };
}

/** A visit of an owner, in their own browser and from their own address. */
async function ownVisit(
  { user, address, jar }: Owner,
  {
    front,
    random,
    change,
  }: { readonly front: Front; readonly random: Random; readonly change: "nothing" | "mail address" },
): Promise<void> {
  const { url, close } = await front.plainDoor(() => address);
  const client = new Impit({
    browser: "chrome",
    ignoreTlsErrors: true,
    followRedirects: false,
    cookieJar: jar as never,
  });
  const page = async (path: string, referer: string): Promise<void> => {
    await (
      await client.fetch(`${url}${path}`, { headers: referer === "" ? {} : { referer: `${url}${referer}` } })
    ).text();
    for (const part of ["/static/shop.css", "/static/shop.js", "/static/logo.svg"])
      await (await client.fetch(`${url}${part}`, { headers: { accept: "*/*", referer: `${url}${path}` } })).text();
    await jar.setCookie(`seen=${Date.now().toString(36)}; path=/; samesite=lax`, url);
    await sleep(pause(random, paceMs));
  };
  const send = async (path: string, referer: string, body: string): Promise<void> => {
    const headers = { referer: `${url}${referer}`, "content-type": "application/x-www-form-urlencoded" };
    await (await client.fetch(`${url}${path}`, { method: "POST", headers, body })).text();
  };
  await sleep(random() * 1_000);
  await page("/", "");
  await page("/login", "/");
  await send(
    "/login",
    "/login",
    `csrf=x&user=${encodeURIComponent(user)}&password=${encodeURIComponent(passwordOf(user))}`,
  );
  await page("/account", "/login");
  if (change !== "nothing") await send(changePath, "/account", `email=${encodeURIComponent(`new.${user}`)}`);
  close();
}

/** Somebody with the passwords, each account from its own exit abroad: half by Chrome's TLS, half by a library with a jar. */
async function intrude(
  taken: readonly Owner[],
  { front, addresses }: { readonly front: Front; readonly addresses: Addresses },
): Promise<void> {
  const player = { name: "intruder", side: "attack", campaign: "takeover and loss" } as const;
  const sessions = taken.map(({ user }): readonly Step[] => [
    { method: "GET", path: "/login", find: { name: "csrf", before: 'name="csrf" value="', behind: '"' } },
    {
      method: "POST",
      path: "/login",
      type: "form",
      body: `csrf={csrf}&user=${encodeURIComponent(user)}&password=${encodeURIComponent(passwordOf(user))}`,
      pauseMs: 900,
    },
    { method: "GET", path: "/account", pauseMs: 700 },
    {
      method: "POST",
      path: changePath,
      type: "form",
      body: `email=${encodeURIComponent(`taken.${user}`)}`,
      pauseMs: 900,
    },
  ]);
  const headers = browserHeaders(chromeAgents[9] as string);
  const signal = new AbortController().signal;
  const enter = async (tool: Tool, own: typeof sessions): Promise<void> => {
    const door = await front.door(player, { address: () => addresses.residential(), per: "session" });
    for (const session of own) {
      const job = { base: door.url, headers: tool === axiosWithJar ? headers : {}, jar: true, sessions: [session] };
      await tool.run(job, signal);
      door.newSession();
    }
    door.close();
  };
  const half = Math.ceil(sessions.length / 2);
  await Promise.all([enter(impitChrome, sessions.slice(0, half)), enter(axiosWithJar, sessions.slice(half))]);
}
