import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CookieJar } from "tough-cookie";
import { type LightResult, runLightCrowd } from "../people/light-crowd.ts";
import { createLightPerson, type LightPerson } from "../people/light-person.ts";
import { stopped } from "../scoring/score.ts";
import type { Addresses } from "../world/addresses.ts";
import type { Front } from "../world/front.ts";
import { type Gateway, startGateway } from "../world/gateway.ts";
import { type Random, sleep } from "../world/random.ts";
import type { Truth } from "../world/truth.ts";

/** Days lived before the attack, and the people who lived them. */
export interface Past {
  /** The gateway's state directory when they were over: what it had learned, on disk. */
  readonly state: string;
  readonly people: readonly LightPerson[];
  /** Requests of these people that the gateway stopped, and what it said of the first ones. */
  readonly stoppedRequests: number;
  readonly stoppedWhy: readonly string[];
  readonly days: number;
  readonly visits: number;
  readonly requests: number;
  readonly failed: readonly string[];
  readonly seconds: number;
}

export interface PastOptions {
  readonly front: Front;
  readonly truth: Truth;
  readonly addresses: Addresses;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly upstream: string;
  readonly directory: string;
  readonly days: number;
  readonly peopleMax: number;
  /** How many of the people come on a day. */
  readonly share: number;
  readonly seats: number;
  say(line: string): void;
}

const dayMs = 86_400_000;
/** Every thread of the gateway reads its clock anew once a second, on a busy machine later: nobody may come before all have. */
const clockSettlesMs = 4_000;
/** Debian's libfaketime, which gives a program another clock. */
export const faketimeLibrary = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

/**
 * Lives days of ordinary life through a real gateway: people and users of the native application come in the morning, go, and
 * the clock jumps to the next day. Everything the gateway learns it learns from their traffic; only its clock is given (Debian's libfaketime),
 * so that regulars are regulars and a day's silence is a day's. Then it is stopped, as for an upgrade, and leaves its state.
 */
export async function livePast(options: PastOptions): Promise<Past> {
  const { front, truth, addresses, random, signal, upstream, days, peopleMax, share, seats, say } = options;
  if (!existsSync(faketimeLibrary)) throw new Error(`${faketimeLibrary} is missing: apt-get install faketime`);
  const started = performance.now();
  const directory = join(options.directory, "past");
  mkdirSync(directory, { recursive: true });
  const clock = join(directory, "clock");
  const turn = (daysAgo: number): void => {
    writeFileSync(clock, `-${daysAgo}d\n`);
    truth.offsetMs = -daysAgo * dayMs;
  };
  turn(days);
  const gateway = await startGateway({
    mode: "enforce",
    upstream,
    directory,
    env: {
      LD_PRELOAD: faketimeLibrary,
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_CACHE_DURATION: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    },
  });
  front.gatewayPort = gateway.port;
  const people = Array.from({ length: peopleMax }, (_, number) => createLightPerson(number, addresses.home(), random));
  const results: LightResult[] = [];
  const stoppedWhy: string[] = [];
  for (let daysAgo = days; daysAgo > 0 && !signal.aborted; daysAgo--) {
    turn(daysAgo);
    await sleep(clockSettlesMs, signal);
    const visits = shuffled(people, random).filter(() => random() < share);
    const began = performance.now();
    const result = await runLightCrowd({ front, truth, random, signal, visits, seats, paceMs: 900, breakMs: 80 });
    results.push(result);
    const seconds = (performance.now() - began) / 1_000;
    say(
      `past: ${daysAgo} days before, ${result.visits} visits, ${result.requests} requests in ${seconds.toFixed(0)} s`,
    );
    for (const why of await explainStopped(gateway, truth, explainedMax - stoppedWhy.length)) {
      stoppedWhy.push(why);
      say(`past: a person was stopped: ${why}`);
    }
  }
  await gateway.stop();
  truth.offsetMs = 0;
  const sum = (of: (result: LightResult) => number): number => results.reduce((total, each) => total + of(each), 0);
  return {
    state: join(directory, "state-enforce"),
    people,
    stoppedRequests: gateway.log().filter(stopped).length,
    stoppedWhy,
    days,
    visits: sum(({ visits }) => visits),
    requests: sum(({ requests }) => requests),
    failed: results.flatMap(({ failed }) => failed),
    seconds: (performance.now() - started) / 1_000,
  };
}

const explainedMax = 12;

/** Of requests that the gateway stopped, the first of each visit, with its reasons: no person should be among them. */
async function explainStopped(gateway: Gateway, truth: Truth, max: number): Promise<readonly string[]> {
  const found: string[] = [];
  const told = new Set<string>();
  for (const { id, ip, time, method, path, action, rule, application } of gateway.log().filter(stopped)) {
    if (found.length >= max) break;
    const holder = truth.of(ip, Date.parse(time));
    const visit = `${holder?.name} ${holder?.session}`;
    if (told.has(visit)) continue;
    told.add(visit);
    const why = (await gateway.gait("explain", id)).stdout.trim();
    found.push(`${visit}, ${ip}: ${action} on ${method} ${path} of ${application} (${rule ?? "score"})\n${why}`);
  }
  return found;
}

/** Writes a past to a folder, for runs that go on from it. */
export function keepPast(past: Past, folder: string): void {
  mkdirSync(folder, { recursive: true });
  cpSync(past.state, join(folder, "state"), { recursive: true, filter: (path) => !path.endsWith(".sock") });
  const people = past.people.map((person) => ({ ...person, jar: person.jar.toJSON(), cache: [...person.cache] }));
  writeFileSync(join(folder, "past.json"), JSON.stringify({ ...past, people }));
}

/** Reads what `keepPast` wrote. */
export function readPast(folder: string): Past {
  const read = JSON.parse(readFileSync(join(folder, "past.json"), "utf8")) as Past;
  const people = read.people.map((person) => ({
    ...person,
    jar: CookieJar.fromJSON(person.jar as never),
    cache: new Map(person.cache as unknown as [string, string][]),
  }));
  return { ...read, state: join(folder, "state"), people };
}

/** People as they were when the past ended, so that each run of the present begins with the same jars. */
export function copyPeople(people: readonly LightPerson[]): readonly LightPerson[] {
  return people.map((person) => ({
    ...person,
    jar: person.jar.cloneSync() as typeof person.jar,
    cache: new Map(person.cache),
  }));
}

export function shuffled<T>(from: readonly T[], random: Random): readonly T[] {
  return from
    .map((item) => ({ item, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
