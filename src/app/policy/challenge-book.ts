import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { type Action, type Exchange, type Hashed, type HashKey, type Millis, policyLimits, type Verdict } from "#core";

/** How the operator wants challenges; absent: there are none. */
export interface ChallengeOptions {
  /** Leading zero bits of the hash that a browser has to find. */
  readonly bits: number;
  /** How long whoever solved one is let through. */
  readonly validMs: Millis;
}

/** What became of a solution. */
export type Redeemed = "solved" | "malformed" | "forged" | "expired" | "used" | "wrong";

/** Time to solve one; a slow telephone needs a few seconds. */
const puzzleMs = 120_000;
const solutionHeader = "x-gait-solution";
const solutionMax = 200;
/** What a rule may ask for where the client is no browser that shows a page. */
const fallbacks: ReadonlySet<Action> = new Set(["block", "throttle", "step-up", "hold", "tag", "log"]);
const passing: ReadonlySet<Action> = new Set(["allow", "tag", "log"]);

interface Pass {
  readonly subject: string;
  readonly until: Millis;
}

/**
 * Proof of work for browsers, where an operator chose it: a page that computes for a moment before it goes on. It proves that
 * somebody runs scripts and pays for each session, nothing more: a driven browser solves it, too. No verdict needs it.
 *
 * A puzzle is kept nowhere: it carries its end, its difficulty and a keyed hash over them and over whom it was given to (application,
 * address prefix, user agent), so that a flood of visitors costs no memory and a solution is worth nothing to anybody else.
 * A solution counts once, and for the session that brings it. With a cookie of the application's a visitor may become a new session
 * and be asked a second time.
 */
export class ChallengeBook {
  options: ChallengeOptions | undefined;
  readonly #key: Buffer;
  /** Solved puzzles, so that none counts twice; two generations, each longer than a puzzle lives. */
  #used = new Set<string>();
  #usedBefore = new Set<string>();
  #turnAt: Millis = 0;
  readonly #passes = new Map<Hashed, Pass>();
  /** Until when some puzzle may still be solved: before the first nobody's headers are looked through. */
  #openUntil: Millis = Number.NEGATIVE_INFINITY;

  constructor({ k0, k1 }: HashKey, options?: ChallengeOptions) {
    this.#key = createHash("sha256").update(`gait challenge ${k0} ${k1}`).digest();
    this.options = options;
  }

  /** The verdict as it holds for this client: a puzzle, its answer, the way through, or what is done instead. `now` is monotonic. */
  settle(
    exchange: Exchange,
    verdict: Verdict,
    { session, now }: { readonly session: Hashed; readonly now: Millis },
  ): Verdict {
    const { options } = this;
    if (options === undefined) return verdict;
    if (now < this.#openUntil && (verdict.action === "challenge" || passing.has(verdict.action))) {
      const solution = headerOf(exchange, solutionHeader);
      if (solution !== "") {
        const redeemed = this.redeem(solution, { exchange, session, now });
        return { ...verdict, action: "challenge", options: { ...verdict.options, redeemed } };
      }
    }
    if (verdict.action !== "challenge") return verdict;
    const pass = this.#passes.get(session);
    if (pass !== undefined && pass.until > now && pass.subject === subjectOf(exchange))
      return { ...verdict, action: "log", options: { ...verdict.options, challenge: "passed" } };
    if (!showsPages(exchange)) return instead(verdict);
    this.#openUntil = now + puzzleMs;
    return {
      ...verdict,
      options: { ...verdict.options, puzzle: this.#issue(exchange, options.bits, now), bits: options.bits },
    };
  }

  /** Checks `PUZZLE.NUMBER` and lets its session through. */
  redeem(
    solution: string,
    by: { readonly exchange: Exchange; readonly session: Hashed; readonly now: Millis },
  ): Redeemed {
    const [end = "", bits = "", drawn = "", mac = "", found, extra] = solution.split(".");
    if (found === undefined || extra !== undefined || solution.length > solutionMax || !/^[0-9]{1,16}$/.test(found))
      return "malformed";
    const subject = subjectOf(by.exchange);
    const ownMac = this.#mac(`${end}.${bits}.${drawn}`, subject);
    if (mac.length !== ownMac.length || !timingSafeEqual(Buffer.from(mac), Buffer.from(ownMac))) return "forged";
    if (Number.parseInt(end, 36) <= by.now) return "expired";
    this.#turn(by.now);
    if (this.#used.has(mac) || this.#usedBefore.has(mac)) return "used";
    if (leadingZeros(createHash("sha256").update(solution).digest()) < Number(bits)) return "wrong";
    if (this.#used.size >= policyLimits.challengesMax.default) return "expired";
    this.#used.add(mac);
    this.#passes.delete(by.session);
    this.#passes.set(by.session, { subject, until: by.now + (this.options?.validMs ?? 0) });
    if (this.#passes.size > policyLimits.challengesMax.default) this.#forgetFirst();
    return "solved";
  }

  #issue(exchange: Exchange, bits: number, now: Millis): string {
    const given = `${Math.ceil(now + puzzleMs).toString(36)}.${bits}.${randomBytes(9).toString("base64url")}`;
    return `${given}.${this.#mac(given, subjectOf(exchange))}`;
  }

  #mac(given: string, subject: string): string {
    return createHmac("sha256", this.#key).update(`${given} ${subject}`).digest("base64url").slice(0, 22);
  }

  #turn(now: Millis): void {
    if (now < this.#turnAt) return;
    this.#usedBefore = this.#used;
    this.#used = new Set();
    this.#turnAt = now + puzzleMs;
  }

  #forgetFirst(): void {
    for (const session of this.#passes.keys()) {
      this.#passes.delete(session);
      return;
    }
  }
}

/** Whom a puzzle is for. The prefix, not the address: telephones change it within their network. */
function subjectOf({ application, client, request }: Exchange): string {
  return `${application} ${addressPrefix(client.ip)} ${request.userAgent}`;
}

function addressPrefix(address: string): string {
  return address.includes(":") ? address.split(":").slice(0, 4).join(":") : address.split(".").slice(0, 3).join(".");
}

/** A browser that goes somewhere: only there a page is seen and its script run. */
function showsPages(exchange: Exchange): boolean {
  return exchange.request.method === "GET" && headerOf(exchange, "accept").includes("text/html");
}

function instead(verdict: Verdict): Verdict {
  const wanted = verdict.options?.else;
  const action = [...fallbacks].find((one) => one === wanted) ?? "block";
  return { ...verdict, action };
}

function headerOf({ request: { headers } }: Exchange, name: string): string {
  const place = headers.names.findIndex((one) => one.length === name.length && one.toLowerCase() === name);
  return place < 0 ? "" : (headers.values[place] ?? "");
}

function leadingZeros(digest: Buffer): number {
  let bits = 0;
  for (const byte of digest) {
    if (byte !== 0) return bits + Math.clz32(byte) - 24;
    bits += 8;
  }
  return bits;
}
