import type { Exchange } from "#core";
import { row64, rowBytes } from "../clients/client-table.ts";
import { endpointClass } from "../endpoints/endpoint-class.ts";
import { sessionFlag, slot32 } from "../sessions/session-table.ts";
import { counter } from "./counters.ts";
import { type Facts, methodCode } from "./facts.ts";
import type { FeatureState } from "./state.ts";

/** Nobody reads a refusal, corrects a password and sends it in less. */
const retypeMs = 1_000;

/** A credential attempt: a POST to an endpoint where people log in. */
export function isLogin(facts: Facts): boolean {
  return facts.class === endpointClass.login && facts.method === methodCode.post;
}

/** A step at which people are counted in or pay: what it took to come here says more than any other request. */
export function isSensitiveStep({ class: purpose, method }: Facts): boolean {
  return (
    method > methodCode.head &&
    (purpose === endpointClass.login || purpose === endpointClass.signup || purpose === endpointClass.checkout)
  );
}

/** Counts the attempt, whether the session saw a page before, and changes of account. */
export function stepLogin(state: FeatureState, facts: Facts, exchange: Exchange): void {
  const { sessions, clients } = state;
  clients.count(facts.row, counter.loginAttempts);
  if (!sessions.flag(facts.slot, sessionFlag.attempted | sessionFlag.sawPage))
    clients.count(facts.row, counter.loginCold);
  const refusedAt = sessions.get(facts.slot, slot32.loginRefusedAt);
  // Only after the refusal had arrived: a double click sends its second request before.
  if (refusedAt > 0 && facts.tick >= refusedAt && facts.tick - refusedAt < retypeMs)
    clients.count(facts.row, counter.loginQuick);
  sessions.setFlag(facts.slot, sessionFlag.attempted);
  const account = exchange.request.account;
  if (account === 0) return;
  const place = facts.row * (rowBytes / 8) + row64.account;
  if (clients.f64[place] !== account) clients.count(facts.row, counter.accounts);
  clients.f64[place] = account;
}

/** What the origin said to the attempt. An answer that could be either is counted as neither. */
export function answerLogin(state: FeatureState, facts: Facts, exchange: Exchange): void {
  const response = exchange.response;
  if (response === undefined) return;
  const { status } = response;
  const site = state.sites[facts.application];
  const back = status >= 300 && status < 400 && response.location !== "" && leadsToLogin(state, response.location);
  if (back || (status >= 400 && status < 500)) {
    const { slot } = facts;
    const refusedAt = state.sessions.tickOf(slot, facts.at + Math.max(0, response.durationMs));
    state.sessions.set(slot, slot32.loginRefusedAt, refusedAt);
    state.clients.count(facts.row, counter.loginFailures);
    return;
  }
  if (status < 200 || status >= 400 || site === undefined) return;
  const warm = state.clients.get(facts.row, counter.loginCold) === 0;
  if (warm) site.habits.warmLogins.learnExhibitor();
  else site.habits.warmLogins.learnAbstainer();
}

function leadsToLogin(state: FeatureState, location: string): boolean {
  const cut = location.search(/[?#]/);
  const start = location.indexOf("://");
  const path = start < 0 ? location : location.slice(Math.max(0, location.indexOf("/", start + 3)));
  const end = cut < 0 ? path.length : path.search(/[?#]/);
  return (
    state.endpoints.classOf(state.endpoints.match(path.slice(0, end < 0 ? path.length : end))) === endpointClass.login
  );
}
