import { type Exchange, type Hashed, type Millis, tokensUnseen } from "#core";
import { hostWithoutPort } from "../ledger/cookie-scope.ts";
import { heldCount, sinceTick, tickOf } from "../ledger/cookie-store.ts";
import { Ledger } from "../ledger/ledger.ts";
import type { ClientKind, LedgerApplication } from "../ledger/ledger-application.ts";
import type { LedgerRow } from "../ledger/ledger-row.ts";
import type { LedgerLimits } from "../ledger/ledger-tables.ts";
import { isCrossSite } from "../ledger/request-context.ts";
import type { CookieWitness } from "../ledger/request-step.ts";
import { cookieField, type SessionSlab } from "../ledger/session-slab.ts";
import { ClientKinds } from "./client-kinds.ts";
import { DeployWatch, type EdgeChange } from "./deploy-watch.ts";
import { EndpointBook, type EndpointDescription } from "./endpoint-book.ts";
import { IntentApplication } from "./intent-application.ts";
import { IntentRow } from "./intent-row.ts";
import { byteAt, intentByte, stepsPerSession, visitsMax, wordAt } from "./intent-words.ts";
import { type EndedSession, SessionLessons } from "./session-lessons.ts";
import { factBit } from "./step-facts.ts";
import { TokenProvenance } from "./token-provenance.ts";
import { Votes } from "./votes.ts";

/** Script needs this long to set its cookies after the first page. */
const scriptDelayMs: Millis = 2_000;
/** Requests of one session that may teach endpoint edges. */
const lessonsMax = 32;
const decayEveryMs: Millis = 3600_000;
/** Set-Cookie headers of one answer that are learned from. */
const setCookiesMax = 32;
/** Marks a session whose first accepted step was counted. */
const acceptedBit = 1;

/** Options of the ledger and the graph together. */
export interface OrchestrationOptions {
  /** Live sessions at most; slots are numbered from 0. */
  readonly sessionsMax: number;
  readonly limits?: Partial<LedgerLimits>;
}

/** What the two rows say about one session; detectors read nothing else. */
export interface OrchestrationCase {
  readonly ledger: LedgerRow;
  readonly intent: IntentRow;
  /** Whose baselines apply. */
  readonly kind: ClientKind;
}

/**
 * The cookie ledger and the intent graph behind one door, for whoever owns the sessions:
 *
 *     orchestration.describe(endpoint, { name: "POST /login", sort: "other", sensitive: true });
 *     orchestration.open(slot, exchange.application, now);
 *     orchestration.request(slot, exchange, { endpoint, now });   // before the verdict
 *     const { ledger, intent } = orchestration.subject(slot);     // what detectors read
 *     orchestration.response(slot, exchange, { endpoint, now });  // after the last byte
 *     orchestration.anchor(slot, { voter: account, cohort }, now); // scarce facts vouch for it
 *     orchestration.settle(slot, { cohort }, now);                // at the end of the session
 *     orchestration.close(slot);
 *     orchestration.maintain(now);                                // once a minute, outside the fast lane
 *
 * Endpoint numbers (1-4096, 0 for none) and slots are the caller's. Pure and bounded: 172 bytes per session and 280 more from its third cookie on,
 * learned tables below 1 MB per application.
 */
export class Orchestration {
  readonly ledger: Ledger;
  readonly endpoints: EndpointBook = new EndpointBook();
  readonly tokens: TokenProvenance;
  readonly watch: DeployWatch = new DeployWatch();
  readonly #slab: SessionSlab;
  readonly #votes: Votes = new Votes();
  readonly #tokenVotes: Votes = new Votes();
  readonly #lessons: SessionLessons;
  readonly #applications: IntentApplication[] = [];
  readonly #budget = { used: 0 };
  readonly #kinds: ClientKinds;
  readonly #subject: { ledger: LedgerRow; intent: IntentRow; kind: ClientKind };
  #endpoint = 0;
  #decayedAt = Number.NaN;

  constructor(options: OrchestrationOptions) {
    const witness: CookieWitness = {
      unissued: (slot, application, name) => this.#unissued(slot, application, name),
      owed: (slot, nameId, returned) => this.#owed(slot, nameId, returned),
    };
    this.ledger = new Ledger({ sessionsMax: options.sessionsMax, limits: options.limits ?? {}, witness });
    this.#slab = this.ledger.slab;
    this.#kinds = new ClientKinds(this.#slab);
    this.tokens = new TokenProvenance(this.#slab);
    const { ledger, watch, tokens, endpoints } = this;
    this.#lessons = new SessionLessons({ ledger, watch, tokens, endpoints });
    const intent = new IntentRow(this.#slab, this.endpoints, this.application(0));
    this.#subject = { ledger: this.ledger.row(0), intent, kind: "web" };
  }

  /** Says what an endpoint is. May be called again when more is known. */
  describe(endpoint: number, description: EndpointDescription): void {
    this.endpoints.describe(endpoint, description);
  }

  /** Begins a session. */
  open(slot: number, application: string, now: Millis): void {
    this.ledger.open(slot, application);
    this.#slab.words[wordAt(slot, "started")] = tickOf(now);
  }

  /** Ends a session without learning. */
  close(slot: number): void {
    this.ledger.close(slot);
  }

  /** Several jars share this session's key. */
  share(slot: number): void {
    this.ledger.share(slot);
  }

  /** Moves ledger and graph by one request, before its verdict. */
  request(slot: number, exchange: Exchange, at: { readonly endpoint: number; readonly now: Millis }): void {
    const { words } = this.#slab;
    this.#endpoint = at.endpoint;
    this.ledger.request(slot, exchange, at.now);
    const intent = this.#intentOf(slot);
    const facts = wordAt(slot, "facts");
    const used = exchange.request.tokens.length > 0 && this.tokens.consumed(slot, exchange.request.tokens, at);
    if (this.endpoints.isAsset(at.endpoint)) {
      words[facts] = ((words[facts] ?? 0) | factBit("sub-resource")) >>> 0;
      return;
    }
    if (exchange.request.token !== 0) this.#kinds.credential(slot, exchange.request.token);
    this.#scriptChance(slot, exchange, at.now);
    if (this.endpoints.isSensitive(at.endpoint))
      this.#takeStep(slot, exchange, { intent, endpoint: at.endpoint, used });
    this.#visit(slot, at.endpoint);
    words[facts] = ((words[facts] ?? 0) | intent.steps.factBitOf(at.endpoint)) >>> 0;
  }

  /** Moves ledger and graph by the answer. `now`: when its last byte was sent. */
  response(slot: number, exchange: Exchange, at: { readonly endpoint: number; readonly now: Millis }): void {
    const { response } = exchange;
    if (response === undefined) return;
    this.ledger.response(slot, exchange, at.now);
    const intent = this.#intentOf(slot);
    intent.answers[at.endpoint] = (intent.answers[at.endpoint] ?? 0) + 1;
    this.#learnAnswer(slot, exchange, { intent, endpoint: at.endpoint });
    if (exchange.request.tokens.length > 0 && response.status < 400) this.#learnTokens(slot, exchange, at);
    if (response.tokens[0] === tokensUnseen[0]) this.tokens.unseen(slot, at.now);
    else if (response.tokens.length > 0) this.tokens.issued(slot, response.tokens, at);
    if (response.status < 400 && this.endpoints.isSensitive(at.endpoint)) this.#accept(slot, intent, at.endpoint);
    if (response.status < 400) this.#kinds.vouchWay(slot, exchange.request, at.now);
    const shown = (response.status >= 200 && response.status < 300) || response.status === 304;
    const page = this.endpoints.isPage(at.endpoint) || response.contentType === "text/html";
    if (!shown || !page || exchange.request.method !== "GET") return;
    const facts = wordAt(slot, "facts");
    this.#slab.words[facts] = ((this.#slab.words[facts] ?? 0) | factBit("page-seen")) >>> 0;
    this.#bump(byteAt(slot, intentByte.pages));
  }

  /** What is known of a session; the object and both rows are reused by the next call. */
  subject(slot: number, kind: ClientKind = this.kindOf(slot)): OrchestrationCase {
    this.#subject.kind = kind;
    this.#subject.ledger = this.ledger.row(slot);
    this.#subject.intent.point(slot, this.#intentOf(slot));
    return this.#subject;
  }

  /** Kind of client by flow, never by user agent (see `ClientKinds`). */
  kindOf(slot: number): ClientKind {
    return this.#kinds.kindOf(slot);
  }

  /**
   * Scarce facts vouch for this session (multi-factor login, old account, undisputed purchase, a jar of several
   * days with its side effects, an operator's label). Returns the weight of its vote: 0 when this voter has
   * voted today. Only anchored sessions teach baselines.
   */
  anchor(slot: number, vote: { readonly voter: Hashed; readonly cohort: number }, now: Millis): number {
    const at = wordAt(slot, "last");
    const before = this.#weight(slot);
    if (before > 0) return before;
    const weight = this.#votes.admit(vote.voter, vote.cohort, now);
    if (weight <= 0) return 0;
    this.ledger.anchor(slot);
    const packed = Math.max(1, Math.round(weight * 255));
    this.#slab.words[at] = (((this.#slab.words[at] ?? 0) & 0x00ff_ffff) | (packed << 24)) >>> 0;
    this.#lessons.anchored(this.#session(slot, { cohort: vote.cohort }, now));
    return weight;
  }

  /** Learns from a session that ends. Returns the changes its end revealed (deploys, deviating cohorts). */
  settle(
    slot: number,
    session: { readonly kind?: ClientKind; readonly cohort: number },
    now: Millis,
  ): readonly EdgeChange[] {
    return this.#lessons.settle(this.#session(slot, session, now));
  }

  #session(slot: number, known: { readonly kind?: ClientKind; readonly cohort: number }, now: Millis): EndedSession {
    const kind = known.kind ?? this.kindOf(slot);
    const age = sinceTick(this.#slab.words[wordAt(slot, "started")] ?? 0, tickOf(now));
    const [intent, weight] = [this.#intentOf(slot), this.#weight(slot)];
    return { kind, cohort: known.cohort, slot, intent, weight, began: now - age, now };
  }

  /**
   * The slow part of learning: forgets by half every three days and refits at most one evidence table per
   * application (about ten milliseconds each). Call once a minute or so, outside the fast lane.
   */
  maintain(now: Millis): void {
    if (Number.isNaN(this.#decayedAt)) this.#decayedAt = now;
    for (const application of this.#applications) application.refitOne();
    const elapsed = now - this.#decayedAt;
    if (elapsed < decayEveryMs) return;
    this.#decayedAt = now;
    this.tokens.decay(elapsed);
    for (const application of this.#applications) application.decay(elapsed);
  }

  /** Learned tables of an application by its ledger number. */
  application(index: number): IntentApplication {
    const known = this.#applications[index];
    if (known !== undefined) return known;
    const fresh = new IntentApplication(this.#budget);
    this.#applications[index] = fresh;
    return fresh;
  }

  #intentOf(slot: number): IntentApplication {
    return this.application(this.ledger.applicationOf(slot).index);
  }

  /** Weight of the session's vote, 0 while nobody vouches for it. */
  #weight(slot: number): number {
    return ((this.#slab.words[wordAt(slot, "last")] ?? 0) >>> 24) / 255;
  }

  /**
   * What an accepted request brought teaches where its session is anchored, or where the application knows who asks (an
   * account or an access token): native and API clients have no pages that could vouch for them. One vote per account,
   * endpoint and day.
   */
  #learnTokens(slot: number, { request }: Exchange, { endpoint, now }: { endpoint: number; now: Millis }): void {
    const voter = request.account || request.token;
    const known = voter !== 0 && this.#tokenVotes.admit(voter + endpoint, 0, now) > 0;
    if (this.#weight(slot) <= 0 && !known) return;
    const issuer = this.tokens.issuerOf(request.tokens[0] ?? 0);
    if (issuer !== 0)
      this.#intentOf(slot).edges.count("feeds", { kind: this.kindOf(slot), from: issuer, to: endpoint }, 1);
    this.tokens.teach(slot, request.tokens, endpoint);
  }

  /** Once a page has had time to run its script, every further request is a chance to bring script's cookies. */
  #scriptChance(slot: number, exchange: Exchange, now: Millis): void {
    const { words, bytes } = this.#slab;
    if (!exchange.observes.cookies || (bytes[byteAt(slot, intentByte.pages)] ?? 0) === 0) return;
    if (sinceTick(words[wordAt(slot, "started")] ?? 0, tickOf(now)) < scriptDelayMs) return;
    this.#bump(byteAt(slot, intentByte.scriptChances));
  }

  /** Writes down what held when the session first reached a sensitive step. */
  #takeStep(
    slot: number,
    exchange: Exchange,
    at: { readonly intent: IntentApplication; readonly endpoint: number; readonly used: boolean },
  ): void {
    const { bytes, words } = this.#slab;
    const step = at.intent.steps.addStep(at.endpoint);
    if (step === 0) return;
    for (let i = 0; i < stepsPerSession; i++) {
      const taken = bytes[byteAt(slot, intentByte.steps + i)] ?? 0;
      if (taken === step) return;
      if (taken !== 0) continue;
      bytes[byteAt(slot, intentByte.steps + i)] = step;
      words[wordAt(slot, "stepFacts") + i] = this.#factsAt(slot, exchange, at);
      if (i === 0) bytes[byteAt(slot, intentByte.visitsAtStep)] = bytes[byteAt(slot, intentByte.visits)] ?? 0;
      return;
    }
  }

  /** Facts of this very request; what could not be observed counts as held, because unknown is not evidence. */
  #factsAt(
    slot: number,
    exchange: Exchange,
    at: { readonly intent: IntentApplication; readonly used: boolean },
  ): number {
    const { request, observes } = exchange;
    const row = this.ledger.row(slot);
    let facts = this.#slab.words[wordAt(slot, "facts")] ?? 0;
    const script = ((this.#slab.words[wordAt(slot, "script")] ?? 0) & at.intent.script.mask) !== 0;
    if (!row.observed || this.ledger.recognised > 0) facts |= factBit("own-cookie");
    if (!observes.cookies || script || at.intent.scriptFrozen) facts |= factBit("script-cookie");
    if (!row.observed || row.maturity > 0) facts |= factBit("returning-jar");
    const own = request.referer !== "" && isCrossSite(request, hostWithoutPort(request.host)) === "same";
    if (!observes.referer || own) facts |= factBit("own-referer");
    if (at.used) facts |= factBit("issued-token");
    return facts >>> 0;
  }

  /** The application let this session through its first sensitive step; counted once. */
  #accept(slot: number, intent: IntentApplication, endpoint: number): void {
    const at = wordAt(slot, "last");
    const packed = this.#slab.words[at] ?? 0;
    const step = intent.steps.stepAt(endpoint);
    if (step === 0 || (packed & acceptedBit) !== 0) return;
    this.#slab.words[at] = (packed | acceptedBit) >>> 0;
    intent.steps.accept(step, this.kindOf(slot));
  }

  #visit(slot: number, endpoint: number): void {
    if (endpoint <= 0) return;
    const { bytes, words } = this.#slab;
    const count = bytes[byteAt(slot, intentByte.visits)] ?? 0;
    if (count >= visitsMax) return;
    const first = wordAt(slot, "visits");
    for (let i = 0; i < count; i++) {
      if ((((words[first + (i >>> 1)] ?? 0) >>> ((i & 1) * 16)) & 0xffff) === endpoint) return;
    }
    const at = first + (count >>> 1);
    words[at] = ((words[at] ?? 0) | (endpoint << ((count & 1) * 16))) >>> 0;
    bytes[byteAt(slot, intentByte.visits)] = count + 1;
  }

  /** What an answer teaches: which cookies an endpoint issues, and, at sensitive steps, which it needs. */
  #learnAnswer(
    slot: number,
    exchange: Exchange,
    at: { readonly intent: IntentApplication; readonly endpoint: number },
  ): void {
    const { response, request } = exchange;
    if (response === undefined || at.endpoint <= 0) return;
    const { names } = this.ledger.tables;
    const count = Math.min(response.setCookies.length, setCookiesMax);
    for (let i = 0; i < count; i++) {
      const set = response.setCookies[i];
      const nameId = set === undefined ? 0 : names.find(set.name);
      if (set === undefined || nameId === 0 || set.maxAgeSeconds <= 0) continue;
      at.intent.script.withdraw(set.name);
      at.intent.edges.count("issues", { kind: "any", from: at.endpoint, to: nameId }, 1);
    }
    if (!this.endpoints.isSensitive(at.endpoint) || this.#weight(slot) <= 0) return;
    const ok = response.status < 400 ? 1 : 0;
    const held = heldCount(this.#slab, slot);
    const kind = this.kindOf(slot);
    for (let i = 0; i < held; i++) {
      const nameId = (this.#slab.words[this.#slab.cookieAt(slot, i) + cookieField.nameAndPath] ?? 0) >>> 16;
      const name = names.textOf(nameId);
      const sent = request.cookies.some((cookie) => cookie.name === name);
      at.intent.edges.count(sent ? "succeeds-with" : "succeeds-without", { kind, from: at.endpoint, to: nameId }, ok);
    }
  }

  #unissued(slot: number, application: LedgerApplication, name: string): boolean {
    const { script } = this.application(application.index);
    const index = script.sight(name);
    if (index < 0) return false;
    const at = wordAt(slot, "script");
    this.#slab.words[at] = ((this.#slab.words[at] ?? 0) | (1 << index)) >>> 0;
    return script.isScript(index);
  }

  /** Carry edges of the endpoint at hand, from honest sessions only and a bounded number each. */
  #owed(slot: number, nameId: number, returned: boolean): void {
    const at = wordAt(slot, "last");
    const lessons = ((this.#slab.words[at] ?? 0) >>> 16) & 0xff;
    if (this.#endpoint <= 0 || lessons >= lessonsMax) return;
    this.#slab.words[at] = ((this.#slab.words[at] ?? 0) + 0x1_0000) >>> 0;
    const edge = { kind: this.kindOf(slot), from: this.#endpoint, to: nameId };
    this.#intentOf(slot).edges.count("carries", edge, returned ? 1 : 0);
  }

  #bump(at: number): void {
    this.#slab.bytes[at] = Math.min(255, (this.#slab.bytes[at] ?? 0) + 1);
  }
}
