import type { Exchange, Hashed } from "#core";
import { type ClientTable, row8, rowBytes, rowFlag } from "../clients/client-table.ts";
import type { VerdictMemory } from "../clients/verdict-memory.ts";
import { type Facts, isAsset } from "../features/facts.ts";
import type { IdentityNames } from "./identity-names.ts";
import { hashOrigin, type SessionTable, sessionFlag } from "./session-table.ts";

const cookiesRead = 12;
/** Rows looked at for the least valuable one when the table is full. */
const evictionSample = 64;

/** What the locator needs of its owner when a session ends. */
export interface SessionEnd {
  close(slot: number): void;
  open(slot: number, exchange: Exchange): void;
  forget(row: number): void;
}

/**
 * Finds the session and the client row of a request, or opens them. Keys in order: a cookie value that we saw issued,
 * a token the application accepted, then application, address (or /64) and user agent.
 */
export class Locator {
  readonly #clients: ClientTable;
  readonly #sessions: SessionTable;
  readonly #names: IdentityNames;
  readonly #end: SessionEnd;
  readonly #memory: VerdictMemory;
  #hand = 0;

  constructor(tables: {
    readonly clients: ClientTable;
    readonly sessions: SessionTable;
    readonly names: IdentityNames;
    readonly memory: VerdictMemory;
    readonly end: SessionEnd;
  }) {
    this.#clients = tables.clients;
    this.#sessions = tables.sessions;
    this.#names = tables.names;
    this.#memory = tables.memory;
    this.#end = tables.end;
  }

  /** Fills `slot` and `row` of the facts. */
  locate(facts: Facts, exchange: Exchange): void {
    const sessions = this.#sessions;
    facts.originHash = hashOrigin(facts.words, facts.application, facts.agent);
    const origin = sessions.findByOrigin(facts.originHash);
    const identity = this.#identityOf(exchange, origin);
    const known = identity === 0 ? -1 : sessions.findByIdentity(identity);
    let slot = known;
    if (slot < 0) slot = this.#byOrigin(facts, exchange, origin, identity);
    if (slot < 0) slot = this.#open(facts, exchange, identity);
    else if (identity !== 0 && known < 0) this.#identify(slot, identity);
    if (identity !== 0) sessions.setFlag(slot, sessionFlag.confirmed);
    facts.slot = slot;
    facts.tick = sessions.tickOf(slot, facts.at);
    facts.row = this.#rowFor(facts, slot);
  }

  /** Finds without opening or moving anything; false when the session is gone. */
  find(facts: Facts, exchange: Exchange): boolean {
    const sessions = this.#sessions;
    facts.originHash = hashOrigin(facts.words, facts.application, facts.agent);
    const origin = sessions.findByOrigin(facts.originHash);
    const identity = this.#identityOf(exchange, origin);
    const slot = identity === 0 ? origin : sessions.findByIdentity(identity);
    if (slot < 0) return false;
    facts.slot = slot;
    facts.tick = sessions.tickOf(slot, facts.at);
    facts.row = sessions.rowOf(slot);
    return true;
  }

  /** A value the client presented that we issued, or a token that was accepted; 0 when there is none. */
  #identityOf(exchange: Exchange, origin: number): Hashed {
    const { cookies, token } = exchange.request;
    if (cookies.length === 0 && token === 0) return 0;
    const usual = origin < 0 ? 0 : this.#sessions.identityOf(origin);
    const end = Math.min(cookies.length, cookiesRead);
    for (let i = 0; i < end; i++) if (usual !== 0 && cookies[i]?.value === usual) return usual;
    for (let i = 0; i < end; i++) {
      const cookie = cookies[i];
      if (cookie === undefined || cookie.value === 0 || !this.#names.identifies(cookie.name)) continue;
      if (this.#names.wasIssued(cookie.value)) return cookie.value;
    }
    return token !== 0 && this.#sessions.findByIdentity(token) >= 0 ? token : 0;
  }

  #byOrigin(facts: Facts, exchange: Exchange, origin: number, identity: Hashed): number {
    if (origin < 0) return -1;
    const sessions = this.#sessions;
    const confirmed = sessions.flag(origin, sessionFlag.confirmed);
    const own = sessions.identityOf(origin);
    if (own === 0 || !confirmed) return origin;
    if (identity !== 0) return -1;
    // Same address and user agent, but no cookie where that session returns its own: somebody else (an office behind
    // one address) or a part of a page fetched without credentials.
    if (isAsset(facts.class) || exchange.request.cookies.length > 0 || !exchange.observes.cookies) return origin;
    return -1;
  }

  /** What the answer handed out: cookie values that will identify this client, and whether its token was accepted. */
  learnIssued(facts: Facts, exchange: Exchange): void {
    const { response, request } = exchange;
    if (response === undefined) return;
    if (exchange.observes.setCookie !== "none") {
      for (const cookie of response.setCookies) {
        if (cookie.maxAgeSeconds <= 0 || cookie.value === 0) continue;
        const holder = this.#sessions.findByIdentity(cookie.value);
        this.#names.issue(cookie.name, cookie.value, holder >= 0 && holder !== facts.slot);
      }
    }
    if (request.token !== 0 && response.status >= 200 && response.status < 400) this.#acceptToken(facts, request.token);
  }

  /** The answer accepted a token: from now on it identifies a client, if nothing better does. */
  #acceptToken(facts: Facts, token: Hashed): void {
    const sessions = this.#sessions;
    if (sessions.identityOf(facts.slot) !== 0 || sessions.findByIdentity(token) >= 0) return;
    this.#identify(facts.slot, token);
    sessions.setFlag(facts.slot, sessionFlag.confirmed);
  }

  #identify(slot: number, identity: Hashed): void {
    this.#sessions.identify(slot, identity);
    this.#sessions.establish(slot);
    const row = this.#sessions.rowOf(slot);
    if (this.#clients.identityOf(row) === 0) this.#clients.identify(row, identity);
  }

  #open(facts: Facts, exchange: Exchange, identity: Hashed): number {
    const sessions = this.#sessions;
    const victim = sessions.victim();
    if (victim >= 0) this.#end.close(victim);
    const row = this.#findOrOpenRow(facts, identity);
    const slot = sessions.open(facts.originHash, row, facts.at);
    this.#clients.hold(row);
    this.#clients.countSession(row);
    if (identity !== 0) sessions.identify(slot, identity);
    if (identity !== 0 || this.#clients.sessionsOf(row) > 1) sessions.establish(slot);
    this.#end.open(slot, exchange);
    return slot;
  }

  /** The row of this address and user agent, for a session that may have moved (a phone leaves the wireless net). */
  #rowFor(facts: Facts, slot: number): number {
    const row = this.#sessions.rowOf(slot);
    const clients = this.#clients;
    if (clients.isAt(row, facts.words, facts.agent)) return row;
    const moved = this.#findOrOpenRow(facts, this.#sessions.identityOf(slot));
    if (moved === row) return row;
    clients.release(row);
    clients.hold(moved);
    this.#sessions.setRow(slot, moved);
    return moved;
  }

  #findOrOpenRow(facts: Facts, identity: Hashed): number {
    const clients = this.#clients;
    const key = { application: facts.application, agent: facts.agent, identity };
    const known = clients.find(facts.words, key);
    if (known >= 0) return known;
    if (clients.full) this.#makeRoom();
    const row = clients.open(facts.words, key, facts.at);
    const remembered = this.#memory.recall(facts.originHash, facts.at);
    if (remembered > 0) {
      clients.setFlag(row, rowFlag.remembered);
      clients.u8[row * rowBytes + row8.remembered] = Math.min(255, Math.round(remembered * 16));
    }
    return row;
  }

  /** Gives up the row worth least among a sample: not live, not convicted, few requests. */
  #makeRoom(): void {
    const clients = this.#clients;
    let worst = -1;
    let worstValue = Number.POSITIVE_INFINITY;
    for (let i = 0; i < evictionSample; i++) {
      const row = this.#hand;
      this.#hand = (this.#hand + 1) % clients.used;
      if (!clients.alive(row) || clients.held(row)) continue;
      const value = clients.requestsOf(row) + (clients.flag(row, rowFlag.convicted) ? 1e6 : 0);
      if (value >= worstValue) continue;
      worst = row;
      worstValue = value;
    }
    if (worst < 0) {
      // Every sampled row is live: the longest-silent session ends early and gives up its row.
      const slot = this.#sessions.idle(Number.POSITIVE_INFINITY);
      worst = this.#sessions.rowOf(slot);
      this.#end.close(slot);
    }
    this.#end.forget(worst);
    clients.close(worst);
  }
}
