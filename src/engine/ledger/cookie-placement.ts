import type { Exchange, Millis } from "#core";
import { domainMatches, hostWithoutPort, isLoopback, pathMatches } from "./cookie-scope.ts";
import { sessionCookie, sinceTick, tickOf } from "./cookie-store.ts";
import type { LedgerApplication } from "./ledger-application.ts";
import type { LedgerTables } from "./ledger-tables.ts";
import { isCredentialless, isCrossSite } from "./request-context.ts";
import { cookiesMax, cookieField as field, cookieFlag as flag, type SessionSlab } from "./session-slab.ts";

/** What a held cookie is to one request. */
export const status: {
  readonly due: 0;
  readonly grace: 1;
  readonly outOfScope: 2;
  readonly ghost: 3;
  readonly open: 4;
} = {
  /** In scope, alive, and the grace after its last change is over: owed. */
  due: 0,
  /** In scope and alive, but just changed: neither owed nor wrong. */
  grace: 1,
  /** Path, host or scheme forbid it. */
  outOfScope: 2,
  /** Deleted or long expired, and in-flight requests are over. */
  ghost: 3,
  /** Not to be judged: unknown scope, about to expire, cross-site, just deleted. */
  open: 4,
};

/** Cookies this close to their end may already be gone where the client's clock runs ahead. */
const expiryMarginSeconds = 60;
/** Clocks of honest clients are wrong by up to a day; later than that an expired cookie is a ghost. */
const ghostAfterSeconds = 86_400;

/** Says for every cookie a session holds what one request owes it. One object is reused by its thread. */
export class CookiePlacement {
  /** Status of each held cookie, by position; valid until the next call of `place`. */
  readonly status: Uint8Array = new Uint8Array(cookiesMax);
  readonly #slab: SessionSlab;
  readonly #tables: LedgerTables;
  #path = "";
  #host = "";
  /** Number of the request's host, 0 when no cookie was ever bound to it. */
  #hostId = 0;
  #secureChannel = true;
  #crossSite: "same" | "cross" | "declared" = "same";
  #credentialless = false;
  #nowTick = 0;
  #nowSecond = 0;
  #graceMs: Millis = 0;

  constructor(slab: SessionSlab, tables: LedgerTables) {
    this.#slab = slab;
    this.#tables = tables;
  }

  /** `held` is the number of the session's cookies. */
  place(
    slot: number,
    held: number,
    to: { readonly exchange: Exchange; readonly application: LedgerApplication; readonly now: Millis },
  ): void {
    const { request } = to.exchange;
    this.#path = request.path;
    this.#host = hostWithoutPort(request.host);
    this.#hostId = this.#tables.hosts.find(this.#host);
    this.#secureChannel = request.scheme === "https" || isLoopback(this.#host);
    this.#crossSite = isCrossSite(request, this.#host);
    this.#credentialless = isCredentialless(request);
    this.#nowTick = tickOf(to.now);
    this.#nowSecond = Math.floor(to.now / 1000);
    this.#graceMs = to.application.lag.graceMs;
    const { frozen } = to.application;
    for (let i = 0; i < held; i++) {
      const at = this.#slab.cookieAt(slot, i);
      const nameId = (this.#slab.words[at + field.nameAndPath] ?? 0) >>> 16;
      this.status[i] = frozen[nameId] === 1 ? status.open : this.#placeOne(at);
    }
  }

  #placeOne(at: number): number {
    const inScope = this.#inScope(at);
    return inScope === status.due ? this.#alive(at) : inScope;
  }

  #inScope(at: number): number {
    const { words } = this.#slab;
    const pathId = (words[at + field.nameAndPath] ?? 0) & 0xffff;
    if (pathId === 0 || this.#host === "") return status.open;
    const packed = words[at + field.domainFlagsOrder] ?? 0;
    const flags = (packed >>> 8) & 0xff;
    const hostId = packed >>> 16;
    if (hostId !== this.#hostId) {
      if ((flags & flag.hostOnly) !== 0) return status.outOfScope;
      if (!domainMatches(this.#host, this.#tables.hosts.textOf(hostId))) return status.outOfScope;
    }
    if ((flags & flag.secure) !== 0 && !this.#secureChannel) return status.outOfScope;
    if (pathId !== 1 && !pathMatches(this.#path, this.#tables.paths.textOf(pathId))) return status.outOfScope;
    if (this.#crossSite === "same" || (flags & flag.sameSiteNone) !== 0) return status.due;
    // Only a client that itself declares the request cross-site contradicts itself with a Strict cookie.
    if (this.#crossSite === "declared" && (flags & flag.sameSiteStrict) !== 0) return status.outOfScope;
    return status.open;
  }

  #alive(at: number): number {
    const { words } = this.#slab;
    const age = sinceTick(words[at + field.changedTick] ?? 0, this.#nowTick);
    if (((words[at + field.domainFlagsOrder] ?? 0) & (flag.ghost << 8)) !== 0) {
      return age > this.#graceMs ? status.ghost : status.open;
    }
    const expires = words[at + field.expiresSecond] ?? 0;
    if (expires !== sessionCookie && this.#nowSecond > expires - expiryMarginSeconds) {
      return this.#nowSecond > expires + ghostAfterSeconds ? status.ghost : status.open;
    }
    if (this.#credentialless) return status.open;
    return age > this.#graceMs ? status.due : status.grace;
  }
}
