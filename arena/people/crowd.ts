import type { Browser, BrowserContext } from "playwright-core";
import type { Addresses } from "../world/addresses.ts";
import type { Front } from "../world/front.ts";
import { passwordOf, userName } from "../world/platform.ts";
import { type Random, sleep } from "../world/random.ts";
import type { Truth } from "../world/truth.ts";
import { launchChromium, type Persona, personas, visit } from "./browser.ts";

/** What the crowd did. */
export interface CrowdResult {
  readonly sessions: number;
  /** Visits that ended in an error of the browser: a page that did not come, a form that was refused. */
  readonly failed: readonly string[];
}

export interface CrowdOptions {
  readonly front: Front;
  readonly truth: Truth;
  readonly addresses: Addresses;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly sessionsMax: number;
  readonly atOnce: number;
  readonly paceMs: number;
}

interface Kept {
  readonly address: string;
  readonly base: string;
  context: BrowserContext;
  visits: number;
}

/** Some of a browser's own steps know no time limit: a visit that hangs is given up and named. */
const visitMsMax = 90_000;

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${ms / 1_000} s`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** People in real browsers until the signal, or until so many visits were made. */
export async function runCrowd(options: CrowdOptions): Promise<CrowdResult> {
  const browser = await launchChromium();
  const crowd = new Crowd(browser, options);
  try {
    await Promise.all(Array.from({ length: options.atOnce }, (_, seat) => crowd.sit(seat)));
  } finally {
    await within(10_000, browser.close()).catch(() => undefined);
  }
  return crowd.result;
}

class Crowd {
  readonly #browser: Browser;
  readonly #options: CrowdOptions;
  readonly #regulars: Kept[] = [];
  readonly #failed: string[] = [];
  /** The one address of an office, and of whoever comes again in a private window. */
  readonly #shared = new Map<string, string>();
  #session = 0;
  #done = 0;

  constructor(browser: Browser, options: CrowdOptions) {
    this.#browser = browser;
    this.#options = options;
  }

  get result(): CrowdResult {
    return { sessions: this.#done, failed: this.#failed };
  }

  async sit(seat: number): Promise<void> {
    const { signal, sessionsMax, random } = this.#options;
    await sleep(seat * 150, signal);
    while (!signal.aborted && this.#session < sessionsMax) {
      const number = this.#session++;
      const persona = this.#draw();
      try {
        await within(visitMsMax, this.#visit(persona, number));
        this.#done++;
      } catch (error) {
        if (!signal.aborted) this.#failed.push(`${persona.name}: ${String(error).split("\n", 1)[0]}`);
      }
      await sleep(100 + random() * 400, signal);
    }
  }

  async #visit(persona: Persona, number: number): Promise<void> {
    const kept = persona.returns === true ? await this.#regular(persona, number) : undefined;
    if (kept !== undefined) this.#note(kept.address, persona, number);
    const context = kept?.context ?? (await this.#browser.newContext(persona.context));
    const base = kept?.base ?? (await this.#door(persona, number)).url;
    const { random, signal, paceMs } = this.#options;
    const logsIn = random() < (persona.returns === true ? 0.5 : 0.15) && persona.name !== "refuses cookies";
    const user = userName(number);
    try {
      await visit(context, persona, {
        base,
        random,
        signal,
        paceMs,
        ...(logsIn ? { account: { user, password: passwordOf(user) } } : {}),
      });
    } finally {
      for (const page of context.pages()) await page.close().catch(() => undefined);
      if (kept === undefined) await context.close().catch(() => undefined);
    }
  }

  /** Regulars come back with their jar, from their own address. */
  async #regular(persona: Persona, number: number): Promise<Kept> {
    const { random } = this.#options;
    const idle = this.#regulars.find(({ context, visits }) => context.pages().length === 0 && visits < 8);
    if (idle !== undefined && (this.#regulars.length >= 12 || random() < 0.5)) {
      idle.visits++;
      return idle;
    }
    const { url, address } = await this.#door(persona, number);
    const kept = { address, base: url, context: await this.#browser.newContext(persona.context), visits: 1 };
    this.#regulars.push(kept);
    return kept;
  }

  async #door(persona: Persona, number: number): Promise<{ readonly url: string; readonly address: string }> {
    const { front, addresses } = this.#options;
    const shared = persona.office === true || persona.privately === true ? persona.name : "";
    let address = this.#shared.get(shared);
    if (address === undefined) {
      address = addresses.home();
      if (shared !== "") this.#shared.set(shared, address);
    }
    this.#note(address, persona, number);
    const fixed = address;
    const { url } = await front.plainDoor(() => fixed);
    return { url, address };
  }

  #note(address: string, { name }: Persona, session: number): void {
    this.#options.truth.note(address, { name, side: "person", campaign: "", session });
  }

  #draw(): Persona {
    let dice = this.#options.random() * 100;
    for (const persona of personas) {
      dice -= persona.share;
      if (dice < 0) return persona;
    }
    return personas[0] as Persona;
  }
}
