import type { Exchange, Hashed } from "#core";
import { row64, rowBytes } from "../clients/client-table.ts";
import { endpointClass } from "../endpoints/endpoint-class.ts";
import { type Facts, isAsset, isPage, methodCode } from "../features/facts.ts";
import { foldHashed } from "../sessions/text-hash.ts";
import { AccountBook } from "./account-book.ts";
import type { FactSources } from "./fact-view.ts";
import { Probes } from "./probes.ts";
import { queryNumber } from "./query.ts";
import { RateBook } from "./rate-book.ts";
import { jarOf, requestAccount } from "./request-account.ts";
import { addressKey, presentationOf } from "./request-keys.ts";
import { attemptOf, attempts, isSubmitted, plain } from "./request-steps.ts";
import { SessionBook, sessionCounter, sessionLast, sessionSum } from "./session-book.ts";
import { changedAgent, countAnswer, countRequest, noteOrigin, noteRepeats } from "./session-steps.ts";
import { TagBook, type TagSet, type TagWords } from "./tag-book.ts";
import { TagSteps, tagStep } from "./tag-steps.ts";
import { powerOfTwo, type RequestStep, WindowBook } from "./window-book.ts";

/**
 * Keeps what rules ask about and nothing else: told which names the loaded rules read, it reserves and moves only those
 * tables. Without rules it costs one comparison a request.
 */
export class FactBook {
  readonly tags: TagBook = new TagBook();
  readonly probes: Probes = new Probes();
  readonly windows: WindowBook;
  sessions: SessionBook | undefined;
  steps: TagSteps | undefined;
  endpoints: RateBook | undefined;
  sites: RateBook | undefined;
  accounts: AccountBook | undefined;
  readonly #sources: FactSources;
  readonly #words: TagWords;
  #following = false;

  constructor(sources: FactSources) {
    this.#sources = sources;
    this.windows = new WindowBook(sources);
    const { reader, state } = sources;
    this.#words = {
      applicationName: (index) => reader.applicationName(index),
      template: (endpoint) => state.endpoints.template(endpoint),
    };
  }

  /**
   * Begins to keep what these names need (`session.pages`, `count(login.failed,address,10m)`…). What was kept before
   * stays; what is new starts at zero and sees live sessions from here on.
   */
  follow(reads: Iterable<string>): void {
    const stepTags = new Set<number>();
    const counts: string[][] = [];
    const sets: string[][] = [];
    for (const read of reads) {
      this.#following = true;
      const call = /^(\w+)\((.*)\)$/.exec(read);
      if (call === null) continue;
      const words = (call[2] ?? "").split(",");
      if (call[1] === "count") counts.push(words);
      else if (call[1] === "distinct") sets.push(words);
      else stepTags.add(TagBook.idOf(words[0] ?? ""));
    }
    if (!this.#following) return;
    const { sessionsMax, endpointsMax, applicationsMax, factAccountsMax } = this.#sources.limits;
    this.sessions ??= new SessionBook(sessionsMax);
    this.windows.sessions = this.sessions;
    this.windows.follow(counts, sets);
    this.endpoints ??= new RateBook(endpointsMax);
    this.sites ??= new RateBook(applicationsMax);
    this.accounts ??= new AccountBook(powerOfTwo(factAccountsMax));
    if (stepTags.size > 0 && this.steps?.covers(stepTags) !== true)
      this.steps = new TagSteps(sessionsMax, [...stepTags]);
  }

  tagsOf(facts: Facts): TagSet {
    return this.tags.of(facts, this.#words);
  }

  /** The account of a request, also before facts moved by it: a slot that is still somebody else's tells nothing. */
  accountOf(facts: Facts, exchange: Exchange): Hashed {
    const open = this.sessions?.isOpen(facts.slot, this.#sources.trails.numberOf(facts.slot)) === true;
    return requestAccount(open ? this.sessions : undefined, facts, exchange);
  }

  /** Moves everything by one request, before it is judged. `by` -1: takes back what we refused ourselves. */
  request(facts: Facts, exchange: Exchange, by: 1 | -1 = 1): void {
    const { sessions } = this;
    if (!this.#following || sessions === undefined) return;
    const { slot, at } = facts;
    const number = this.#sources.trails.numberOf(slot);
    if (by > 0 && !sessions.isOpen(slot, number)) {
      sessions.open(slot, number, at);
      this.steps?.open(slot, at);
      sessions.setLast(slot, sessionLast.presentation, presentationOf(exchange));
      sessions.setSum(slot, sessionSum.account, this.#accountOfJar(facts));
      noteOrigin(sessions, slot, { exchange, sources: this.#sources });
      sessions.setLast(slot, sessionLast.address, addressKey(facts));
    } else if (by > 0 && sessions.last(slot, sessionLast.address) !== addressKey(facts)) {
      sessions.count(slot, sessionCounter.addressChanges);
      sessions.setLast(slot, sessionLast.notedMinute, 0);
      sessions.setLast(slot, sessionLast.address, addressKey(facts));
      noteOrigin(sessions, slot, { exchange, sources: this.#sources });
    } else if (by > 0 && changedAgent(sessions, facts))
      noteOrigin(sessions, slot, { exchange, sources: this.#sources });
    this.windows.begin(at);
    countRequest(sessions, { facts, exchange, by });
    if (by > 0) this.#noteProbe(sessions, facts, exchange);
    // Sub-resources are the browser's doing: they are counted in their session and nowhere else.
    if (isAsset(facts.class)) return;
    if (by > 0) this.#noteRequest(sessions, facts, exchange);
    this.endpoints?.count(facts.endpoint, at, by);
    this.sites?.count(facts.application, at, by);
    const attempt = { facts, exchange, by };
    this.windows.event(plain.request, attempt);
    if (facts.method > methodCode.head) this.windows.event(plain.write, attempt);
    else if (isPage(facts.class)) this.windows.event(plain.page, attempt);
    for (const tag of this.tagsOf(facts).ids) {
      if (!attempts(tag, facts, exchange)) continue;
      this.steps?.count(slot, tag, { step: tagStep.visits, by });
      if (isSubmitted(tag)) sessions.count(slot, sessionCounter.submissions, by);
      this.windows.event(attemptOf(tag), attempt);
    }
    if (by > 0) this.#noteSets(facts, exchange);
  }

  #noteSets(facts: Facts, exchange: Exchange): void {
    const sessions = this.sessions as SessionBook;
    // What stays the same for a whole session is noted once a minute, which no window can tell from each time.
    const minute = (Math.floor(facts.at / 60_000) & 0xffff) + 1;
    const noted = sessions.last(facts.slot, sessionLast.notedMinute) === minute;
    sessions.setLast(facts.slot, sessionLast.notedMinute, minute);
    this.windows.meet(facts, exchange, { noted });
  }

  /** Moves everything by the answer. */
  response(facts: Facts, exchange: Exchange): void {
    const { sessions } = this;
    const { response } = exchange;
    if (!this.#following || sessions === undefined || response === undefined || response.status === 0) return;
    const { status, durationMs, bytes } = response;
    const failed = status >= 400;
    this.windows.begin(facts.at);
    countAnswer(sessions, facts.slot, response);
    if (isAsset(facts.class)) return;
    this.endpoints?.answer(facts.endpoint, { failed, durationMs, bytes });
    this.sites?.answer(facts.application, { failed, durationMs, bytes });
    const step = { facts, exchange, by: 1 as const };
    if (status === 404 || status === 410) this.windows.event(plain.notFound, step);
    if (status === 401 || status === 403 || status === 429) this.windows.event(plain.denied, step);
    if (status >= 500) this.windows.event(plain.serverError, step);
    this.windows.event(failed ? plain.error : plain.ok, step);
    const tags = this.tagsOf(facts);
    let refused = failed;
    for (const tag of tags.ids) {
      if (!attempts(tag, facts, exchange)) continue;
      refused = failed || this.#leadsBack(tag, step);
      this.steps?.count(facts.slot, tag, { step: refused ? tagStep.failed : tagStep.passed, by: 1 });
      // The request of an answer this late was counted in a session that has ended since: what asks for its steps must find this one.
      if (isSubmitted(tag)) sessions.raise(facts.slot, sessionCounter.submissions, 1);
      this.steps?.touch(facts.slot, tag, facts.at);
      this.windows.event(attemptOf(tag) + (refused ? 2 : 1), step);
    }
    this.#learnAccount(facts, exchange, refused ? "refused" : "let in");
  }

  #learnAccount(facts: Facts, exchange: Exchange, outcome: "refused" | "let in"): void {
    const { accounts, sessions } = this;
    const { account: named, password } = exchange.request;
    const account = requestAccount(sessions, facts, exchange);
    if (account === 0 || accounts === undefined || sessions === undefined) return;
    const { slot, at } = facts;
    const login = facts.class === endpointClass.login && facts.method > methodCode.head;
    if (outcome === "refused") {
      if (login) accounts.refuse(account);
      return;
    }
    // A token names its account each time, and one session may carry those of many: only a log-in makes a session somebody's.
    if (named !== 0 && (login || password !== 0)) sessions.setSum(slot, sessionSum.account, named);
    const network = this.#sources.intel.network(exchange.client.ip);
    const jar = jarOf(this.#sources.state, slot);
    accounts.accept(account, { network, device: sessions.last(slot, sessionLast.device), jar }, at);
    if (login) accounts.login(account);
  }

  /** The account that a jar belongs to: who comes back with its cookie goes on as that account without a log-in. */
  #accountOfJar({ slot, row }: Facts): Hashed {
    const { state } = this.#sources;
    const account = state.clients.f64[row * (rowBytes / 8) + row64.account] as Hashed;
    const jar = jarOf(state, slot);
    const cell = jar === 0 ? -1 : (this.accounts?.find(account) ?? -1);
    return cell >= 0 && this.accounts?.isNew("jar", cell, jar) === false ? account : 0;
  }

  /** An accepted-looking answer that sends the client back to a step of the same kind is a refusal. */
  #leadsBack(tag: number, { facts, exchange }: RequestStep): boolean {
    const { response } = exchange;
    if (response === undefined || response.status < 300 || response.location === "") return false;
    const path = response.location.replace(/^[a-z]+:\/\/[^/]*/, "").replace(/[?#].*$/s, "");
    const endpoint = this.#sources.state.endpoints.match(path);
    return this.tags.of({ application: facts.application, endpoint }, this.#words).ids.includes(tag);
  }

  #noteProbe(sessions: SessionBook, { slot, urlHash }: Facts, { request }: Exchange): void {
    const kind = this.probes.kindOf(urlHash, request.path, request.query);
    if (kind < 0) return;
    sessions.count(slot, sessionCounter.probes);
    sessions.mark(slot, sessionCounter.probeKinds, kind);
  }

  #noteRequest(sessions: SessionBook, facts: Facts, exchange: Exchange): void {
    const { slot } = facts;
    const { request } = exchange;
    sessions.meet(slot, "paths", facts.pathHash);
    sessions.meet(slot, "endpoints", facts.endpoint * 4 + facts.method);
    if (request.query !== "") sessions.meet(slot, "queries", facts.urlHash);
    if (request.account !== 0) sessions.meet(slot, "accounts", foldHashed(request.account));
    if (request.password !== 0) sessions.meet(slot, "passwords", request.password);
    if (facts.gapMs >= 0) sessions.gap(slot, facts.gapMs);
    noteRepeats(sessions, facts);
    if (request.query === "") return;
    sessions.raise(slot, sessionCounter.pageNumberMax, queryNumber(request.query, "page"));
    sessions.raise(slot, sessionCounter.pageSizeMax, queryNumber(request.query, "size"));
  }
}
