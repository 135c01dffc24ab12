import type { DeclaredBot, Exchange } from "#core";
import { endpointClass } from "../endpoints/endpoint-class.ts";
import { type Facts, isAsset, isPage, methodCode, refererKind } from "../features/facts.ts";
import type { FactSources } from "./fact-view.ts";
import { deviceOf } from "./request-keys.ts";
import { type SessionBook, sessionCounter, sessionLast, sessionSum } from "./session-book.ts";

/** Counts a request in its session; `by` -1 takes one back. */
export function countRequest(
  sessions: SessionBook,
  { facts, exchange, by }: { readonly facts: Facts; readonly exchange: Exchange; readonly by: 1 | -1 },
): void {
  const { slot, class: purpose, method } = facts;
  const { request } = exchange;
  if (isAsset(purpose)) sessions.count(slot, sessionCounter.assets, by);
  else if (method > methodCode.head) sessions.count(slot, sessionCounter.writes, by);
  else if (purpose === endpointClass.api) sessions.count(slot, sessionCounter.calls, by);
  else if (isPage(purpose)) {
    sessions.count(slot, sessionCounter.pages, by);
    if (facts.referer === refererKind.none) sessions.count(slot, sessionCounter.pagesNoReferer, by);
    if (facts.referer === refererKind.foreign) sessions.count(slot, sessionCounter.pagesForeignReferer, by);
  }
  if (method === methodCode.head) sessions.count(slot, sessionCounter.heads, by);
  if (request.query !== "") sessions.count(slot, sessionCounter.withQuery, by);
  if (request.oddities.length > 0) sessions.count(slot, sessionCounter.odd, by);
  if (by > 0) sessions.mark(slot, sessionCounter.methods, method);
}

/** What is known of the program, the address and the declared bot, as numbers that the index reads at once. */
export function noteOrigin(
  sessions: SessionBook,
  slot: number,
  { exchange, sources }: { readonly exchange: Exchange; readonly sources: Pick<FactSources, "intel" | "isShared"> },
): void {
  sessions.setLast(slot, sessionLast.device, deviceOf(exchange));
  const { intel, isShared } = sources;
  const { categories } = intel.network(exchange.client.ip);
  const bot = intel.declaredBot(exchange.request.userAgent);
  const set = (counter: number, held: boolean): void => sessions.set(slot, counter, held ? 1 : 0);
  set(sessionCounter.hosting, categories.includes("hosting"));
  set(sessionCounter.vpn, categories.includes("vpn"));
  set(sessionCounter.proxy, categories.includes("proxy"));
  set(sessionCounter.tor, categories.includes("tor"));
  set(sessionCounter.mobileGateway, categories.includes("mobile-gateway"));
  set(sessionCounter.corporate, categories.includes("corporate-nat"));
  set(sessionCounter.residentialProxy, categories.includes("residential-proxy-suspect"));
  set(sessionCounter.listed, categories.includes("listed"));
  set(sessionCounter.sharedAddress, isShared(slot));
  set(sessionCounter.declared, bot !== undefined);
  set(sessionCounter.verifiable, bot !== undefined && provable(bot));
}

function provable({ verification }: DeclaredBot): boolean {
  const { ranges, domains, signatureAgent } = verification;
  return ranges.length > 0 || domains.length > 0 || signatureAgent !== "";
}

/** Notes what the session asked for last, how long it stays on one endpoint, and whether it changed its user agent. */
export function noteRepeats(sessions: SessionBook, facts: Facts): void {
  const { slot } = facts;
  if (sessions.last(slot, sessionLast.url) === facts.urlHash) sessions.count(slot, sessionCounter.sameUrl);
  sessions.setLast(slot, sessionLast.url, facts.urlHash);
  const same = sessions.last(slot, sessionLast.endpoint) === facts.endpoint + 1;
  sessions.setLast(slot, sessionLast.endpoint, facts.endpoint + 1);
  if (same) sessions.count(slot, sessionCounter.sameEndpointRun);
  else sessions.set(slot, sessionCounter.sameEndpointRun, 1);
  sessions.raise(slot, sessionCounter.sameEndpointRunMax, sessions.get(slot, sessionCounter.sameEndpointRun));
  if (changedAgent(sessions, facts)) {
    sessions.count(slot, sessionCounter.agentChanges);
    sessions.setLast(slot, sessionLast.notedMinute, 0);
  }
  sessions.setLast(slot, sessionLast.agent, facts.agent + 1);
}

/** Does the request come with another user agent than the session's last? */
export function changedAgent(sessions: SessionBook, { slot, agent }: Facts): boolean {
  const last = sessions.last(slot, sessionLast.agent);
  return last !== 0 && last !== agent + 1;
}

/** Counts an answer in its session. */
export function countAnswer(
  sessions: SessionBook,
  slot: number,
  { status, bytes, durationMs }: { readonly status: number; readonly bytes: number; readonly durationMs: number },
): void {
  sessions.count(slot, answerCounter(status));
  if (bytes >= 0) sessions.addSum(slot, sessionSum.bytes, bytes);
  if (bytes === 0) sessions.count(slot, sessionCounter.answersEmpty);
  if (durationMs < 0) return;
  sessions.addSum(slot, sessionSum.durationMs, durationMs);
  sessions.addSum(slot, sessionSum.timed, 1);
}

function answerCounter(status: number): number {
  if (status === 304) return sessionCounter.notModified;
  if (status === 206) return sessionCounter.ranges;
  if (status < 300) return sessionCounter.ok;
  if (status < 400) return sessionCounter.redirects;
  if (status >= 500) return sessionCounter.serverErrors;
  if (status === 400 || status === 422) return sessionCounter.badRequest;
  if (status === 401) return sessionCounter.unauthorised;
  if (status === 403) return sessionCounter.forbidden;
  if (status === 404 || status === 410) return sessionCounter.notFound;
  return status === 429 ? sessionCounter.tooMany : sessionCounter.otherErrors;
}
