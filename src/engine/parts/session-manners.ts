import type { Exchange } from "#core";
import { endpointClass } from "../endpoints/endpoint-class.ts";
import { type Facts, isAsset, methodCode } from "../features/facts.ts";
import { mannerBytes as bytes, type MannerPlace, manner } from "./manner-bytes.ts";
import { pageSizeClass, parameterOrderClass } from "./parameter-habits.ts";

/** What an answer asks of the next request. */
const pending = { none: 0, refused: 1, throttled: 2, failed: 3 } as const;
const atOnceMs = 1_000;
/** After such a pause whatever was open is over: answers that we refused were never reported. */
const overMs = 60_000;

/**
 * How a live session asks, retries and reacts, beside what its client's row counts: eight bytes, for the behavioural
 * fingerprint alone. Never evidence by itself. O(1) a request; a query's names are read where there are two.
 */
export class SessionManners {
  readonly bytesPerSession: number = bytes;
  readonly #bytes: Uint8Array;

  constructor(sessionsMax: number) {
    this.#bytes = new Uint8Array(sessionsMax * bytes);
  }

  open(slot: number): void {
    this.#bytes.fill(0, slot * bytes, (slot + 1) * bytes);
  }

  request(facts: Facts, exchange: Exchange): void {
    const { slot } = facts;
    const row = slot * bytes;
    this.#openOne(row, facts.gapMs);
    if (isAsset(facts.class)) return;
    if (this.get(slot, manner.entry) === 0) this.#set(row, manner.entry, entryOf(facts.class));
    this.#react(row, facts);
    const { query, bodyBytes } = exchange.request;
    if (query.includes("&")) this.#set(row, manner.order, parameterOrderClass(query));
    if (query !== "") {
      const size = pageSizeClass(query);
      if (size !== 0) this.#set(row, manner.pageSize, size);
    }
    if (facts.method <= methodCode.head) return;
    this.#set(row, manner.target, targetOf(facts.class));
    if (bodyBytes < 0) return;
    this.#set(row, manner.bodySize, Math.min(31, Math.floor(Math.log2(bodyBytes + 1))));
    this.#set(row, manner.bodyForm, bodyFormOf(exchange));
  }

  response({ slot, endpoint, method, class: purpose }: Facts, status: number): void {
    const row = slot * bytes;
    this.#set(row, manner.running, Math.max(0, this.get(slot, manner.running) - 1));
    if (status === 206) this.#set(row, manner.ranged, 1);
    if (isAsset(purpose)) return;
    this.#set(row, manner.pending, pendingOf(status));
    this.#set(row, manner.asked, stepOf(endpoint, method));
  }

  /** A manner's number; 0 where it was not seen. */
  get(slot: number, name: MannerPlace): number {
    return ((this.#bytes[slot * bytes + name.byte] as number) >>> name.shift) & name.mask;
  }

  /** Whether the session's last answer asked for a reaction that never came. */
  stopped(slot: number): "refused" | "throttled" | "failed" | undefined {
    const last = this.get(slot, manner.pending);
    if (last === pending.refused) return "refused";
    if (last === pending.throttled) return "throttled";
    return last === pending.failed ? "failed" : undefined;
  }

  #openOne(row: number, gapMs: number): void {
    const running = gapMs > overMs ? 0 : this.#read(row, manner.running);
    const now = Math.min(15, running + 1);
    this.#set(row, manner.running, now);
    if (now > this.#read(row, manner.most)) this.#set(row, manner.most, now);
  }

  #react(row: number, { endpoint, method, gapMs }: Facts): void {
    const last = this.#read(row, manner.pending);
    if (last === pending.none) return;
    this.#set(row, manner.pending, pending.none);
    const same = this.#read(row, manner.asked) === stepOf(endpoint, method);
    if (last === pending.refused) this.#set(row, manner.afterRefusal, same ? 2 : 3);
    else if (last === pending.failed) this.#set(row, manner.afterError, same ? 2 : 3);
    else this.#set(row, manner.afterThrottling, same ? (gapMs >= atOnceMs ? 2 : 3) : 4);
    if (same) this.#learnRetry(row, gapMs);
  }

  /** Retries: 2 at once, 3 after equal pauses, 4 after growing ones; 1 after one pause, which is no law yet. */
  #learnRetry(row: number, gapMs: number): void {
    if (gapMs < atOnceMs) {
      this.#set(row, manner.retry, 2);
      return;
    }
    const now = Math.min(31, Math.floor(2 * Math.log2(gapMs / atOnceMs)) + 1);
    const before = this.#read(row, manner.retryGap);
    this.#set(row, manner.retryGap, now);
    if (before === 0) this.#set(row, manner.retry, 1);
    else this.#set(row, manner.retry, now > before ? 4 : 3);
  }

  #read(row: number, { byte, shift, mask }: MannerPlace): number {
    return ((this.#bytes[row + byte] as number) >>> shift) & mask;
  }

  #set(row: number, { byte, shift, mask }: MannerPlace, value: number): void {
    const at = row + byte;
    this.#bytes[at] = ((this.#bytes[at] as number) & ~(mask << shift)) | ((value & mask) << shift);
  }
}

function pendingOf(status: number): number {
  if (status === 429) return pending.throttled;
  if (status === 401 || status === 403) return pending.refused;
  return status >= 500 ? pending.failed : pending.none;
}

/** Endpoint and method in a byte: one in 256 others looks the same. */
function stepOf(endpoint: number, method: number): number {
  return (endpoint * 5 + method) & 0xff;
}

/** 1 page, 2 interface, 3 log-in, 5 feed, 6 well-known, 7 other; 4 would be a part of a page, which is no entry. */
function entryOf(purpose: number): number {
  if (purpose === endpointClass.page || purpose === endpointClass.search) return 1;
  if (purpose === endpointClass.api) return 2;
  if (purpose === endpointClass.login) return 3;
  if (purpose === endpointClass.feed) return 5;
  return purpose === endpointClass.robots || purpose === endpointClass["well-known"] ? 6 : 7;
}

/** 1 content, 2 search, 3 log-in, 4 account, 5 check-out, 6 interface. */
function targetOf(purpose: number): number {
  if (purpose === endpointClass.login) return 3;
  if (purpose === endpointClass.signup) return 4;
  if (purpose === endpointClass.checkout) return 5;
  if (purpose === endpointClass.search) return 2;
  return purpose === endpointClass.api ? 6 : 1;
}

/** 1 none, 2 form, 3 JSON, 4 multipart, 5 other; 0 where headers were not observed. */
function bodyFormOf({ request: { headers, bodyBytes } }: Exchange): number {
  if (bodyBytes === 0) return 1;
  for (let i = 0; i < headers.names.length; i++) {
    if (headers.names[i]?.toLowerCase() !== "content-type") continue;
    const value = headers.values[i]?.toLowerCase() ?? "";
    if (value.startsWith("application/x-www-form-urlencoded")) return 2;
    if (value.includes("json")) return 3;
    return value.startsWith("multipart/") ? 4 : 5;
  }
  return 0;
}
