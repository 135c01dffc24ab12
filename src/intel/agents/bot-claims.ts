import type { DeclaredBot, Millis } from "#core";
import type { PrefixTrie } from "../addresses/prefix-trie.ts";
import { GenerationCache } from "../generation-cache.ts";

/** Whether a declared bot is who it says. `unknown` until an answer is there, and for bots that cannot be checked. */
export type ClaimVerdict = "verified" | "impostor" | "unknown";

export interface ClaimStanding {
  readonly verdict: ClaimVerdict;
  readonly method: "range" | "dns" | "";
}

const unknownStanding: ClaimStanding = Object.freeze({ verdict: "unknown", method: "" });
const answerMs: Millis = 86_400_000;
/** A failed lookup says nothing; it is tried again after this. */
const failureMs: Millis = 300_000;

interface Remembered {
  readonly standing: ClaimStanding;
  readonly until: Millis;
}

/**
 * Keeps who was verified and who was caught: by published address ranges at once, by forward-confirmed reverse names when
 * the answer arrives. Does no IO and never makes a request wait: `standing` answers with what is known, and `wanted` hands out the
 * lookups to make, rate-limited, because impostors on many addresses must not turn us into a flood of DNS.
 *
 * A bot is an impostor only when every method its operator offers has answered no.
 */
export class BotClaims {
  readonly #remembered: GenerationCache<string, Remembered>;
  readonly #ranges = new Map<string, PrefixTrie>();
  readonly #waiting = new Map<string, DeclaredBot>();
  readonly #limits: BotClaimLimits;
  #minute = Number.NEGATIVE_INFINITY;
  #begun = 0;

  constructor(limits: BotClaimLimits) {
    this.#limits = limits;
    this.#remembered = new GenerationCache(limits.verdictsMax);
  }

  /** Takes an operator's published ranges, whole. Verdicts that rested on older ones are asked again. */
  setRanges(url: string, ranges: PrefixTrie): void {
    this.#ranges.set(url, ranges);
    this.#remembered.clear();
  }

  standing(bot: DeclaredBot, ip: string, now: Millis): ClaimStanding {
    const { ranges, domains } = bot.verification;
    if (ranges.length === 0 && domains.length === 0) return unknownStanding;
    const key = `${bot.name} ${ip}`;
    const remembered = this.#remembered.get(key);
    if (remembered !== undefined && now < remembered.until) return remembered.standing;
    const loaded = ranges.filter((url) => this.#ranges.has(url));
    if (loaded.some((url) => this.#ranges.get(url)?.lookup(ip) !== 0)) {
      return this.#remember(key, { verdict: "verified", method: "range" }, now + answerMs);
    }
    if (domains.length > 0) {
      if (this.#waiting.size < this.#limits.waitingMax) this.#waiting.set(key, bot);
      return unknownStanding;
    }
    // Not in the ranges, and no other way offered: only an impostor when all its ranges are here to say so.
    if (loaded.length < ranges.length) return unknownStanding;
    return this.#remember(key, { verdict: "impostor", method: "range" }, now + answerMs);
  }

  /** Addresses whose reverse names to look up now, within the limit per minute; each is handed out once. */
  wanted(now: Millis): readonly { readonly bot: DeclaredBot; readonly ip: string }[] {
    const minute = Math.floor(now / 60_000);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#begun = 0;
    }
    const lookups: { bot: DeclaredBot; ip: string }[] = [];
    for (const [key, bot] of this.#waiting) {
      if (this.#begun >= this.#limits.lookupsPerMinuteMax) break;
      this.#begun++;
      this.#waiting.delete(key);
      lookups.push({ bot, ip: key.slice(bot.name.length + 1) });
    }
    return lookups;
  }

  /** @param names Forward-confirmed names of the address; undefined when the lookup failed. */
  learn(
    bot: DeclaredBot,
    ip: string,
    answer: { readonly names: readonly string[] | undefined; readonly now: Millis },
  ): void {
    const { names, now } = answer;
    const key = `${bot.name} ${ip}`;
    if (names === undefined) {
      this.#remember(key, unknownStanding, now + failureMs);
      return;
    }
    const held = names.some((name) =>
      bot.verification.domains.some((domain) => name === domain || name.endsWith(`.${domain}`)),
    );
    this.#remember(key, { verdict: held ? "verified" : "impostor", method: "dns" }, now + answerMs);
  }

  #remember(key: string, standing: ClaimStanding, until: Millis): ClaimStanding {
    this.#remembered.set(key, { standing, until });
    return standing;
  }
}

export interface BotClaimLimits {
  readonly verdictsMax: number;
  readonly waitingMax: number;
  readonly lookupsPerMinuteMax: number;
}
