import type { Exchange } from "#core";
import { slipShift } from "../clients/client-table.ts";
import { endpointClass } from "../endpoints/endpoint-class.ts";
import { presentationSlips } from "../presentation/presentation-slips.ts";
import { sessionFlag, slot32 } from "../sessions/session-table.ts";
import { answerLogin, isLogin, stepLogin } from "./authentication.ts";
import { offerCookies, stepCookies } from "./cookies.ts";
import { counter } from "./counters.ts";
import { answered, type Facts, isAsset, isPage, methodCode, refererKind } from "./facts.ts";
import { stepIdentifiers } from "./identifiers.ts";
import { answerPage, closePages, followLink, openPage, settlePages } from "./pages.ts";
import { arrive, followRedirect, openRedirect } from "./redirects.ts";
import { stepRhythm } from "./rhythm.ts";
import type { FeatureState } from "./state.ts";

/** A client that goes on this soon after a refusal did not read it. */
const hammerMs = 2_000;
/** Pages whose presentation is looked at. */
const pagesPresented = 4;

/** Moves a client's features by one request, before anything is known of its answer. O(1), no garbage. */
export function stepRequest(state: FeatureState, facts: Facts, exchange: Exchange): void {
  const { clients, sessions } = state;
  const { row, slot, class: purpose } = facts;
  settlePages(state, slot, facts.tick);
  facts.linked = false;
  countRequest(state, facts);
  const named = closePages(state, facts);
  if (facts.refererHost !== 0) state.refererHosts.learn(facts.refererHost, named);
  state.endpoints.learnRequest(facts.endpoint, named);
  if (isPage(purpose) && facts.method <= methodCode.head) {
    followLink(state, facts);
    stepRhythm(state, facts);
    followRedirect(state, facts);
    if (facts.method === methodCode.get) openPage(state, facts);
  }
  if (!isAsset(purpose)) {
    stepCookies(state, facts, exchange);
    stepIdentifiers(state, facts, exchange.request);
    stepShape(state, facts, exchange);
    stepPresentation(state, facts, exchange);
    if (isLogin(facts)) stepLogin(state, facts, exchange);
  }
  if (facts.method === methodCode.get && !isAsset(purpose)) sessions.setFlag(slot, sessionFlag.sawPage);
  if (exchange.request.oddities.length > 0) clients.count(row, counter.oddities);
  if (sessions.flag(slot, sessionFlag.denied) && facts.gapMs >= 0 && facts.gapMs < hammerMs)
    clients.count(row, counter.afterDenial);
}

/** Moves a client's features by the answer to a request. */
export function stepResponse(state: FeatureState, facts: Facts, exchange: Exchange): void {
  const { clients, sessions } = state;
  const { row, slot, class: purpose } = facts;
  if (!answered(exchange)) return;
  const status = exchange.response?.status ?? 0;
  const page = isPage(purpose) && facts.method <= methodCode.head;
  const shown = (status >= 200 && status < 300) || status === 304;
  if (page && facts.method === methodCode.get) answerPage(state, facts, shown);
  const denied = status === 401 || status === 403 || status === 429;
  if (denied) sessions.setFlag(slot, sessionFlag.denied);
  else sessions.clearFlag(slot, sessionFlag.denied);
  if (denied) clients.count(row, counter.denied);
  else if (status === 304) clients.count(row, counter.conditional);
  else if (status === 404 || status === 410) {
    // A dead link on a page of ours is our fault, not a guess.
    if (page && facts.method === methodCode.get && !facts.linked) clients.count(row, counter.notFound);
  } else if (status >= 300 && status < 400 && page) openRedirect(state, facts, exchange);
  if (page && shown) {
    arrive(state, facts);
    sessions.setFlag(slot, sessionFlag.shownPage);
  }
  if (isLogin(facts)) answerLogin(state, facts, exchange);
  if (exchange.observes.setCookie !== "none") offerCookies(state, facts, exchange);
  const contentType = exchange.response?.contentType ?? "";
  if (contentType !== "" && status === 200) state.endpoints.learnContent(facts.endpoint, contentType);
}

/**
 * Takes back what `stepRequest` counted for a request that we denied ourselves: our own refusals are no behaviour of
 * the client, and must not make it look worse the longer it is refused.
 */
export function unstepRequest(state: FeatureState, facts: Facts): void {
  const { clients } = state;
  const { row, class: purpose } = facts;
  answerPage(state, facts, false);
  const kind = classCounter(facts);
  if (kind >= 0) clients.uncount(row, kind);
  if (facts.method === methodCode.post) clients.uncount(row, counter.posts);
  if (facts.method === methodCode.head) clients.uncount(row, counter.heads);
  if (isLogin(facts)) clients.uncount(row, counter.loginAttempts);
  if (isPage(purpose) && facts.referer === refererKind.none && facts.method === methodCode.get)
    clients.uncount(row, counter.linkChances);
}

function countRequest(state: FeatureState, facts: Facts): void {
  const { clients } = state;
  const kind = classCounter(facts);
  if (kind >= 0) clients.count(facts.row, kind);
  if (facts.method === methodCode.head) clients.count(facts.row, counter.heads);
  else if (facts.method !== methodCode.get) clients.count(facts.row, counter.posts);
  if (kind === counter.assets && facts.referer !== refererKind.unobserved && facts.class !== endpointClass.favicon)
    stepAssetReferer(state, facts);
}

function classCounter(facts: Facts): number {
  const { class: purpose } = facts;
  if (purpose === endpointClass.favicon) return counter.favicon;
  if (purpose === endpointClass.asset) return counter.assets;
  if (purpose === endpointClass.api) return counter.api;
  if (purpose === endpointClass.robots) return counter.robots;
  return isPage(purpose) && facts.method <= methodCode.head ? counter.pages : -1;
}

/** Sub-resources name the page or style sheet that needs them; a client that reads a list of addresses does not. */
function stepAssetReferer(state: FeatureState, facts: Facts): void {
  const site = state.sites[facts.application];
  if (site === undefined) return;
  const { clients } = state;
  const kept = facts.referer >= refererKind.own;
  const before = clients.get(facts.row, counter.assetsReferred);
  if (kept) clients.count(facts.row, counter.assetsReferred);
  // Image loaders without a page (applications, mail clients) are neither for nor against the habit.
  if (clients.get(facts.row, counter.pages) === 0) return;
  const habit = site.habits.assetReferers;
  const chances = clients.get(facts.row, counter.assets);
  if (before > 0) {
    if (chances <= 17) habit.learnChance(kept);
  } else if (kept) habit.learnExhibitor();
  else if (chances === 4) habit.learnAbstainer();
}

/** Does what the client says about itself agree? Asked of its first pages only: presentation does not need more. */
function stepPresentation(state: FeatureState, facts: Facts, exchange: Exchange): void {
  if (!isPage(facts.class) || facts.method !== methodCode.get) return;
  if (state.clients.get(facts.row, counter.pages) > pagesPresented) return;
  const slips = presentationSlips(exchange);
  if (slips !== 0) state.clients.setFlag(facts.row, slips << slipShift);
}

/** Does one client send its headers in one shape? Browsers do for one kind of request. */
function stepShape(state: FeatureState, facts: Facts, exchange: Exchange): void {
  const shape = exchange.client.fingerprint.headers;
  if (shape === "" || !isPage(facts.class) || facts.method !== methodCode.get) return;
  const hash = state.endpoints.hashAgain(shape);
  const known = state.sessions.get(facts.slot, slot32.shape);
  state.sessions.set(facts.slot, slot32.shape, hash);
  if (known === 0) return;
  state.clients.count(facts.row, counter.shapeChances);
  if (known !== hash) state.clients.count(facts.row, counter.shapeChanges);
}
