import { type Exchange, type Millis, WindowCounts, WindowSets } from "#core";
import { endpointClass } from "../endpoints/endpoint-class.ts";
import { type Facts, isAsset, isPage, methodCode } from "../features/facts.ts";
import { foldHashed, hashText, mix32 } from "../sessions/text-hash.ts";
import { AccountBook } from "./account-book.ts";
import type { FactSources } from "./fact-view.ts";
import { Probes } from "./probes.ts";
import { queryNumber } from "./query.ts";
import { RateBook } from "./rate-book.ts";
import { addressKey, presentationOf, subnetKey } from "./request-keys.ts";
import { SessionBook, sessionCounter, sessionLast, sessionSum } from "./session-book.ts";
import { countAnswer, countRequest, noteOrigin, noteRepeats } from "./session-steps.ts";
import { isAction, TagBook, type TagSet, type TagWords } from "./tag-book.ts";
import { TagSteps, tagStep } from "./tag-steps.ts";
import { eventWords, type KeyWord, keyWords, type ValueWord, valueWords, windows } from "./words.ts";

/** A window that rules ask about: which event (or value), for whom. */
interface Followed<Table> {
  readonly name: string;
  readonly key: KeyWord;
  readonly table: Table;
}

const keyPlace: Readonly<Record<KeyWord, number>> = Object.freeze(
  Object.fromEntries(keyWords.map((word, index) => [word, index])) as Record<KeyWord, number>,
);
const eventId: ReadonlyMap<string, number> = new Map(eventWords.map((word, index) => [word, index]));
const plain = {
  request: eventId.get("request") ?? 0,
  page: eventId.get("page") ?? 0,
  write: eventId.get("write") ?? 0,
  ok: eventId.get("ok") ?? 0,
  error: eventId.get("error") ?? 0,
  notFound: eventId.get("not-found") ?? 0,
  denied: eventId.get("denied") ?? 0,
  serverError: eventId.get("server-error") ?? 0,
};
/** Words that mean the same for every request of a session while its address stays. */
const steady: ReadonlySet<string> = new Set([
  "session",
  "address",
  "subnet",
  "network",
  "country",
  "agent",
  "presentation",
  "site",
]);
/** Ids of the events of a tag follow each other: attempt, accepted, refused. */
const firstTagEvent = Object.keys(plain).length;

/**
 * Keeps what rules ask about and nothing else: told which names the loaded rules read, it reserves and moves only those
 * tables. Without rules it costs one comparison a request.
 */
export class FactBook {
  readonly tags: TagBook = new TagBook();
  readonly probes: Probes = new Probes();
  sessions: SessionBook | undefined;
  steps: TagSteps | undefined;
  endpoints: RateBook | undefined;
  sites: RateBook | undefined;
  accounts: AccountBook | undefined;
  readonly #sources: FactSources;
  readonly #counts = new Map<number, Followed<WindowCounts>[]>();
  readonly #sets: (Followed<WindowSets> & { readonly needs: "account" | "token" | ""; readonly constant: boolean })[] =
    [];
  readonly #countByPlace = new Map<string, Followed<WindowCounts>>();
  readonly #setByPlace = new Map<string, Followed<WindowSets>>();
  readonly #words: TagWords;
  /** Keys of the request at hand, worked out once each; 0: not yet. */
  readonly #keys: Uint32Array = new Uint32Array(keyWords.length);
  #following = false;

  constructor(sources: FactSources) {
    this.#sources = sources;
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
    for (const read of reads) {
      this.#following = true;
      const call = /^(\w+)\((.*)\)$/.exec(read);
      if (call === null) continue;
      const words = (call[2] ?? "").split(",");
      if (call[1] === "count") this.#followCount(words);
      else if (call[1] === "distinct") this.#followSet(words);
      else stepTags.add(TagBook.idOf(words[0] ?? ""));
    }
    if (!this.#following) return;
    const { sessionsMax, endpointsMax, applicationsMax, factAccountsMax } = this.#sources.limits;
    this.sessions ??= new SessionBook(sessionsMax);
    this.endpoints ??= new RateBook(endpointsMax);
    this.sites ??= new RateBook(applicationsMax);
    this.accounts ??= new AccountBook(powerOfTwo(factAccountsMax));
    if (stepTags.size > 0) this.steps = new TagSteps(sessionsMax, [...stepTags]);
  }

  tagsOf(facts: Facts): TagSet {
    return this.tags.of(facts, this.#words);
  }

  /** Estimated events in a window; unknown while nothing is followed under these words. */
  countOf(words: string, facts: Facts, exchange: Exchange): number {
    const followed = this.#countByPlace.get(words);
    return followed === undefined
      ? Number.NaN
      : followed.table.estimate(this.key(followed.key, facts, exchange), facts.at);
  }

  distinctOf(words: string, facts: Facts, exchange: Exchange): number {
    const followed = this.#setByPlace.get(words);
    return followed === undefined
      ? Number.NaN
      : followed.table.estimate(this.key(followed.key, facts, exchange), facts.at);
  }

  /** Moves everything by one request, before it is judged. `by` -1: takes back what we refused ourselves. */
  request(facts: Facts, exchange: Exchange, by: 1 | -1 = 1): void {
    const { sessions } = this;
    if (!this.#following || sessions === undefined) return;
    const { slot, at } = facts;
    if (by > 0 && this.#sources.state.sessions.requestsOf(slot) === 1) {
      sessions.open(slot, at);
      this.steps?.open(slot, at);
      sessions.setLast(slot, sessionLast.presentation, presentationOf(exchange));
      noteOrigin(sessions, slot, { exchange, sources: this.#sources });
      sessions.setLast(slot, sessionLast.address, addressKey(facts));
    } else if (by > 0 && sessions.last(slot, sessionLast.address) !== addressKey(facts)) {
      sessions.count(slot, sessionCounter.addressChanges);
      sessions.setLast(slot, sessionLast.notedMinute, 0);
      sessions.setLast(slot, sessionLast.address, addressKey(facts));
      noteOrigin(sessions, slot, { exchange, sources: this.#sources });
    }
    this.#keys.fill(0);
    countRequest(sessions, { facts, exchange, by });
    if (by > 0) this.#noteProbe(sessions, facts, exchange);
    // Sub-resources are the browser's doing: they are counted in their session and nowhere else.
    if (isAsset(facts.class)) return;
    if (by > 0) this.#noteRequest(sessions, facts, exchange);
    this.endpoints?.count(facts.endpoint, at, by);
    this.sites?.count(facts.application, at, by);
    const attempt = { facts, exchange, by };
    this.#event(plain.request, attempt);
    if (facts.method > methodCode.head) this.#event(plain.write, attempt);
    else if (isPage(facts.class)) this.#event(plain.page, attempt);
    for (const tag of this.tagsOf(facts).ids) {
      if (!attempts(tag, facts, exchange)) continue;
      this.steps?.count(slot, tag, { step: tagStep.visits, by });
      this.#event(firstTagEvent + tag * 3, attempt);
    }
    if (by > 0) this.#noteSets(facts, exchange);
  }

  /** Most requests carry no account and no token: their sets are not looked at. */
  #noteSets(facts: Facts, exchange: Exchange): void {
    const { account, token } = exchange.request;
    const sessions = this.sessions as SessionBook;
    // What stays the same for a whole session is noted once a minute, which no window can tell from each time.
    const minute = (Math.floor(facts.at / 60_000) & 0xffff) + 1;
    const noted = sessions.last(facts.slot, sessionLast.notedMinute) === minute;
    sessions.setLast(facts.slot, sessionLast.notedMinute, minute);
    for (const { name, key, table, needs, constant } of this.#sets) {
      if (noted && constant) continue;
      if ((needs === "account" && account === 0) || (needs === "token" && token === 0)) continue;
      const value = this.#value(name as ValueWord, facts, exchange);
      if (value !== 0) table.add(this.key(key, facts, exchange), value, facts.at);
    }
  }

  /** Moves everything by the answer. */
  response(facts: Facts, exchange: Exchange): void {
    const { sessions } = this;
    const { response } = exchange;
    if (!this.#following || sessions === undefined || response === undefined || response.status === 0) return;
    const { status, durationMs, bytes } = response;
    const failed = status >= 400;
    this.#keys.fill(0);
    countAnswer(sessions, facts.slot, response);
    if (isAsset(facts.class)) return;
    this.endpoints?.answer(facts.endpoint, { failed, durationMs, bytes });
    this.sites?.answer(facts.application, { failed, durationMs, bytes });
    const step = { facts, exchange, by: 1 as const };
    if (status === 404 || status === 410) this.#event(plain.notFound, step);
    if (status === 401 || status === 403 || status === 429) this.#event(plain.denied, step);
    if (status >= 500) this.#event(plain.serverError, step);
    this.#event(failed ? plain.error : plain.ok, step);
    const { accounts } = this;
    const { account } = exchange.request;
    const tags = this.tagsOf(facts);
    let refused = failed;
    for (const tag of tags.ids) {
      if (!attempts(tag, facts, exchange)) continue;
      refused = failed || this.#leadsBack(tag, exchange);
      this.steps?.count(facts.slot, tag, { step: refused ? tagStep.failed : tagStep.passed, by: 1 });
      this.steps?.touch(facts.slot, tag, facts.at);
      this.#event(firstTagEvent + tag * 3 + (refused ? 2 : 1), step);
    }
    if (account === 0 || accounts === undefined) return;
    const login = facts.class === endpointClass.login;
    if (refused) {
      if (login) accounts.refuse(account);
      return;
    }
    accounts.accept(
      account,
      {
        network: this.#sources.intel.network(exchange.client.ip),
        presentation: presentationOf(exchange),
      },
      facts.at,
    );
    if (login && facts.method > methodCode.head) accounts.login(account);
  }

  /** The key of a request under a word; 0 where it has none. */
  key(word: KeyWord, facts: Facts, exchange: Exchange): number {
    const place = keyPlace[word];
    const known = this.#keys[place] as number;
    if (known !== 0) return known;
    const made = this.#makeKey(word, facts, exchange);
    this.#keys[place] = made;
    return made;
  }

  #makeKey(word: KeyWord, facts: Facts, exchange: Exchange): number {
    switch (word) {
      case "session":
        return mix32(
          Math.imul(facts.slot + 1, 0x9e3779b1) ^ ((this.sessions?.sum(facts.slot, sessionSum.startedAt) ?? 0) >>> 0),
        );
      case "address":
        return addressKey(facts);
      case "subnet":
        return subnetKey(facts);
      case "network":
        return this.#networkKey(exchange);
      case "country": {
        const { country } = this.#sources.intel.network(exchange.client.ip);
        return country === "" ? 0 : hashText(country, 7);
      }
      case "account":
        return exchange.request.account === 0 ? 0 : foldHashed(exchange.request.account);
      case "token":
        return exchange.request.token === 0 ? 0 : foldHashed(exchange.request.token);
      case "presentation":
        return this.sessions?.last(facts.slot, sessionLast.presentation) ?? 0;
      case "cohort":
        return mix32(
          (this.sessions?.last(facts.slot, sessionLast.presentation) ?? 0) ^
            Math.imul(facts.endpoint * 2 + (facts.method > methodCode.head ? 2 : 1), 0x9e3779b1),
        );
      case "endpoint":
        return mix32(facts.endpoint + 1 + facts.application * 65_536);
      case "site":
        return mix32(facts.application + 0x517e);
    }
  }

  #networkKey(exchange: Exchange): number {
    const { asn } = this.#sources.intel.network(exchange.client.ip);
    return asn === 0 ? 0 : mix32(asn);
  }

  #value(word: ValueWord, facts: Facts, exchange: Exchange): number {
    const { request } = exchange;
    if (word === "path") return facts.pathHash;
    if (word === "query") return facts.urlHash;
    if (word === "agent") return mix32(facts.agent + 1);
    if (word === "password") return request.password;
    return this.key(word, facts, exchange);
  }

  #event(event: number, step: { readonly facts: Facts; readonly exchange: Exchange; readonly by: 1 | -1 }): void {
    const followed = this.#counts.get(event);
    if (followed === undefined) return;
    for (const { key, table } of followed) table.add(this.key(key, step.facts, step.exchange), step.facts.at, step.by);
  }

  /** An accepted-looking answer that sends the client back to a step of the same kind is a refusal. */
  #leadsBack(tag: number, { response }: Exchange): boolean {
    if (response === undefined || response.status < 300 || response.location === "") return false;
    const path = response.location.replace(/^[a-z]+:\/\/[^/]*/, "").replace(/[?#].*$/s, "");
    const { endpoints } = this.#sources.state;
    const target = endpoints.match(path);
    return this.tags
      .of({ application: 0, endpoint: target }, { applicationName: () => "", template: (id) => endpoints.template(id) })
      .ids.includes(tag);
  }

  #followCount(words: readonly string[]): void {
    const [name = "", key = "", window = ""] = words;
    const place = words.join(",");
    const event = eventId.get(name);
    if (event === undefined || this.#countByPlace.has(place)) return;
    const followed = {
      name,
      key: keyWord(key),
      table: new WindowCounts(windowMs(window), powerOfTwo(this.#sources.limits.factKeysMax)),
    };
    this.#countByPlace.set(place, followed);
    this.#counts.set(event, [...(this.#counts.get(event) ?? []), followed]);
  }

  #followSet(words: readonly string[]): void {
    const [name = "", key = "", window = ""] = words;
    const place = words.join(",");
    if (!valueWords.some((word) => word === name) || this.#setByPlace.has(place)) return;
    const followed = {
      name,
      key: keyWord(key),
      table: new WindowSets(windowMs(window), powerOfTwo(this.#sources.limits.factKeysMax)),
    };
    this.#setByPlace.set(place, followed);
    const carried = [name, key];
    const needs =
      carried.includes("account") || name === "password" ? "account" : carried.includes("token") ? "token" : "";
    const constant = carried.every((word) => steady.has(word));
    this.#sets.push({ ...followed, needs, constant });
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

/** The largest power of two that is not above the limit. */
function powerOfTwo(limit: number): number {
  return 2 ** Math.floor(Math.log2(Math.max(16, limit)));
}

function keyWord(word: string): KeyWord {
  return keyWords.find((one) => one === word) ?? "address";
}

function windowMs(word: string): Millis {
  return (windows as Readonly<Record<string, Millis>>)[word] ?? windows["10m"];
}

/** Is the request a step of the tag? Submissions for actions; for readings whatever gets something. */
function attempts(tag: number, facts: Facts, exchange: Exchange): boolean {
  if (facts.method === methodCode.head || isAsset(facts.class)) return false;
  if (isAction[tag] !== true) return true;
  return facts.method > methodCode.head || facts.class === endpointClass.api || exchange.request.query !== "";
}
