import type { DistantGuard, Millis, Verdict } from "#core";
import { type Fields, noFields, type RequestHead, type ResponseHead } from "#wire";
import type { RefusalOptions } from "../actions/action.ts";
import { AnswerReading } from "./answer-reading.ts";
import { createAnswer, documentFor, type LocalAnswer } from "./answers.ts";
import { askDistant } from "./ask-distant.ts";
import { type ClientOrigin, clientOrigin, trustedRequestId } from "./client-address.ts";
import { createExchange, type LiveExchange } from "./exchange-facts.ts";
import type { GatewayState } from "./gateway-state.ts";
import { type Judged, type JudgingTerms, judge } from "./judge.ts";
import { mayClaimLogin, readLoginClaim } from "./login-body.ts";
import { maySendAgain } from "./may-send-again.ts";
import { createPlanned } from "./planned-answer.ts";
import { presentationOf, withoutClaims } from "./presentation.ts";
import type { RelayStart } from "./relay-start.ts";
import { renderRequestHead } from "./request-render.ts";
import { type Judgeable, judgeSoon } from "./round.ts";
import { type Application, matchApplication, matchRoute, type Runtime } from "./runtime.ts";
import type { ClientStream, RequestSink } from "./seam.ts";
import { settleSoon } from "./settle-exchange.ts";
import { beginStandIn, type StandIn } from "./stand-in.ts";
import type { Acquirer, Upstream } from "./upstream.ts";
import type { ClientKey, UpstreamConnection, UpstreamFault, UpstreamSink } from "./upstream-connection.ts";

/**
 * One exchange on its way through: judged, forwarded, answered, remembered. Sits between a client stream and an
 * upstream connection and owns neither's bytes: whichever side is slow pauses the other.
 */
export class Relay implements RequestSink, UpstreamSink, Acquirer, Judgeable {
  readonly clientKey: ClientKey;
  readonly head: RequestHead;
  readonly id: string;
  readonly origin: ClientOrigin;
  readonly exchange: LiveExchange;
  readonly runtime: Runtime<Upstream>;
  application: Application<Upstream> | undefined;
  addedLines = "";
  readonly #state: GatewayState;
  readonly #stream: ClientStream;
  readonly #startedAt: Millis;
  #judged: Judged | undefined;
  /** Handle at the distant guard; -1 where there is none or it could not be asked. */
  #asked = -1;
  #upstream: UpstreamConnection | undefined;
  #waiting = false;
  /** Set while judgement waits for the body, which is small then and must come. */
  #awaited: JudgingTerms | undefined;
  /** Set while judgement waits for the round's end. A body on its way would have to be kept meanwhile: no waiting then. */
  #terms: JudgingTerms | undefined;
  #heldBody: Buffer[] = [];
  #requestDone: boolean;
  #trailers: Fields = noFields;
  #requestBytes = 0;
  #bodyBytesMax: number;
  #status = 0;
  #answerFields: Fields = noFields;
  #answerBytes = 0;
  #retried = false;
  #answeredByUs = false;
  #finished = false;
  #cancelDelay: (() => void) | undefined;
  #standIn: StandIn | undefined;
  #reading: AnswerReading | undefined;

  constructor(state: GatewayState, { stream, head, clientKey }: RelayStart) {
    this.#state = state;
    this.#stream = stream;
    this.clientKey = clientKey;
    this.runtime = state.runtime;
    this.head = withoutClaims(head, stream.facts, this.runtime.presentation);
    const { limits, trusted } = this.runtime;
    this.#startedAt = state.wheel.read();
    this.#requestDone = head.framing === "none" && !head.websocket;
    this.id = trustedRequestId(stream.facts, head.fields) || state.ids.next();
    this.origin = clientOrigin(stream.facts, head.fields, { trusted, hopsMax: limits.forwardedHopsMax });
    this.application = matchApplication(this.runtime, head.authority.toLowerCase(), head.path);
    this.#bodyBytesMax = limits.bodyBytesMax;
    const facts = presentationOf(stream.facts, head.fields, this.runtime.presentation);
    this.exchange = createExchange({
      id: this.id,
      application: this.application?.name ?? "",
      at: state.clock.now(),
      head: this.head,
      facts: facts.scheme === this.origin.scheme ? facts : { ...facts, scheme: this.origin.scheme },
      ip: this.origin.ip,
      hashKey: this.runtime.options.hashKey,
    });
    state.counters.requests++;
    state.counters.openRequests++;
  }

  /** Judges the request and sets it going. Synchronous up to the decision. */
  start(): void {
    const { application, head, runtime } = this;
    if (application === undefined) {
      this.refuse(421, "no-application");
      return;
    }
    const route = matchRoute(runtime, head.method, head.path);
    this.#bodyBytesMax = route?.bodyBytesMax ?? runtime.limits.bodyBytesMax;
    if (head.contentLength > this.#bodyBytesMax) {
      this.refuse(413, "body-size");
      return;
    }
    const terms = { mode: application.mode, failMode: route?.failMode ?? runtime.options.failMode ?? "open" };
    if (mayClaimLogin(head)) this.#awaited = terms;
    else this.#judge(terms);
  }

  #judge(terms: JudgingTerms): void {
    if (this.#state.distant !== undefined) this.#ask(this.#state.distant, terms);
    else if (this.#requestDone) {
      this.#terms = terms;
      judgeSoon(this);
    } else this.#act(judge(this.#state, this.exchange, terms));
  }

  judgeNow(): void {
    if (!this.#finished && this.#terms !== undefined) this.#judged = judge(this.#state, this.exchange, this.#terms);
  }

  actNow(): void {
    if (!this.#finished && this.#judged !== undefined) this.#actLater(this.#judged);
  }

  /** The body that judgement waited for is here: what it claims goes with the request, the rest is forgotten. */
  #judgeBody(terms: JudgingTerms): void {
    this.#awaited = undefined;
    this.exchange.claim(
      readLoginClaim(this.#heldBody, this.head, { key: this.runtime.options.hashKey, at: this.exchange.at }),
    );
    this.#judge(terms);
  }

  #ask(distant: DistantGuard, terms: JudgingTerms): void {
    const { handle, now } = askDistant(this.#state, distant, {
      exchange: this.exchange,
      terms,
      decided: (judged) => !this.#finished && this.#actLater(judged),
      noted: (judged) => {
        this.#judged = judged;
      },
    });
    this.#asked = handle;
    if (now === "go on") this.#pass();
    else if (now !== "wait") this.#act(now);
  }

  /** Outside of any connection's call, so that a broken invariant of ours ends here and costs this exchange alone. */
  #actLater(judged: Judged): void {
    try {
      this.#act(judged);
    } catch {
      this.#state.counters.reason("internal-error");
      if (!this.#finished) this.#cut();
    }
  }

  #act(judged: Judged): void {
    this.#judged = judged;
    if (judged.enforced === "allow") {
      this.#pass();
      return;
    }
    judged.carryOut({
      exchange: this.exchange,
      verdict: judged.verdict,
      limits: this.runtime.limits,
      forward: () => this.#forward(),
      refuse: (status, options) => this.refuse(status, `action-${judged.enforced}`, options),
      addRequestHeader: (name, value) => {
        this.addedLines += `${name}: ${value}\r\n`;
      },
      delay: (spanMs, heldMax, then) => {
        this.#cancelDelay = this.#state.delays.schedule(spanMs, then, heldMax);
        return this.#cancelDelay !== undefined;
      },
      answerAsOrigin: () => this.#answerAsOrigin(judged.verdict),
      forwardTo: (application) => this.#forwardTo(application),
    });
  }

  /** Answers in the origin's place. A body still to come is not read on, so the connection closes behind the answer. */
  refuse(status: number, code: string, options: RefusalOptions = {}): void {
    if (this.#finished) return;
    if (!code.startsWith("action-")) this.#state.counters.reason(code);
    const { refusalHeaders: headers = [], appealPath } = this.runtime.options;
    const known = { head: this.head, close: !this.#requestDone, headers, appealPath, ...options };
    this.#answeredByUs = true;
    this.#answerHere(createAnswer(status, this.id, known), status);
  }

  #answerHere(answer: LocalAnswer, status: number): void {
    this.#status = status;
    this.#answerFields = answer.head.fields;
    this.#answerBytes = answer.body.length;
    this.#dropUpstream();
    this.#stream.answer(answer.head, this.id);
    if (answer.body.length > 0) this.#stream.body(answer.body);
    this.#complete(noFields);
  }

  requestBody(chunk: Buffer): boolean {
    this.#requestBytes += chunk.length;
    if (this.#finished) return true;
    if (this.#requestBytes > this.#bodyBytesMax && !this.head.websocket) {
      this.requestBroken(413, "body-size");
      return true;
    }
    if (this.#upstream !== undefined) return this.#upstream.body(chunk);
    if (this.#standIn !== undefined) return true;
    this.#heldBody.push(Buffer.from(chunk));
    return this.#awaited !== undefined;
  }

  requestEnd(trailers: Fields): void {
    this.#requestDone = true;
    this.#trailers = trailers;
    if (this.#awaited !== undefined && !this.#finished) this.#judgeBody(this.#awaited);
    else this.#upstream?.end(trailers);
    this.#standIn?.bodyRead();
  }

  requestBroken(status: number, code: string): void {
    if (this.#finished) return;
    if (this.#status === 0) {
      this.refuse(status, code);
      return;
    }
    this.#state.counters.reason(code);
    this.#cut();
  }

  clientGone(): void {
    if (this.#finished) return;
    this.#state.counters.clientAborts++;
    this.#dropUpstream();
    this.#settle();
  }

  clientDrained(): void {
    this.#upstream?.resume();
  }

  flushUpstream(): void {
    this.#upstream?.flush();
  }

  acquired(connection: UpstreamConnection): void {
    this.#waiting = false;
    this.#upstream = connection;
    const { facts } = this.#stream;
    const upstreamAuthority = this.application?.upstream.authority ?? "";
    const { id, origin, addedLines: added } = this;
    connection.begin(this, this.head, renderRequestHead(this.head, { id, origin, facts, upstreamAuthority, added }));
    if (this.head.expectsContinue) this.#stream.continueBody();
    let room = true;
    for (const chunk of this.#heldBody) room = connection.body(chunk);
    const held = this.#heldBody.length > 0;
    this.#heldBody = [];
    if (this.#requestDone && (held || this.head.framing !== "none")) connection.end(this.#trailers);
    connection.flush();
    if (held && room) this.#stream.resumeBody();
  }

  acquireFailed(fault: UpstreamFault): void {
    this.#waiting = false;
    this.upstreamFault(fault);
  }

  upstreamInterim(status: number, fields: Fields): void {
    // We answered Expect ourselves; a second 100 would only confuse.
    if (status !== 100) this.#stream.interim(status, fields);
  }

  upstreamAnswer(head: ResponseHead): void {
    this.#status = head.status;
    this.#answerFields = head.fields;
    const tunnel = head.status === 101;
    if (!this.#answeredByUs) this.#reading = new AnswerReading(this.#state, head, { relay: this, at: this.#startedAt });
    if (tunnel) this.#state.counters.openTunnels++;
    this.#stream.answer(tunnel ? { ...head, framing: "tunnel" } : head, this.id);
    if (tunnel) this.#requestDone = false;
  }

  upstreamBody(chunk: Buffer): boolean {
    this.#answerBytes += chunk.length;
    this.#reading?.add(chunk);
    return this.#stream.body(chunk);
  }

  upstreamEnd(trailers: Fields): void {
    this.#upstream = undefined;
    this.#reading?.end();
    this.#complete(trailers);
  }

  upstreamFault(fault: UpstreamFault): void {
    const connection = this.#upstream;
    this.#upstream = undefined;
    if (this.#finished) return;
    // A kept connection that the upstream closed in the same moment is nobody's failure.
    const stale = connection !== undefined && connection.uses > 1 && fault.untouched;
    if (connection !== undefined && !stale) this.application?.upstream.reportFailure(connection);
    if (connection !== undefined && !this.#retried && this.#status === 0 && maySendAgain(this.head, fault)) {
      this.#retried = true;
      this.#state.counters.upstreamRetries++;
      this.#forward();
      return;
    }
    this.requestBroken(fault.status, fault.code);
  }

  upstreamDrained(): void {
    this.#stream.resumeBody();
  }

  upstreamFlush(): void {
    if (!this.#finished) this.#stream.flush();
  }

  #pass(): void {
    const document = documentFor(this.runtime.documents, this.head);
    if (document === undefined) this.#forward();
    else this.#answerHere(document, 200);
  }

  #forward(): void {
    if (this.#finished || this.application === undefined) return;
    this.#cancelDelay = undefined;
    this.#waiting = true;
    this.application.upstream.acquire(this);
  }

  #answerAsOrigin(verdict: Verdict): boolean {
    this.#standIn = beginStandIn(this.#state, {
      exchange: this.exchange,
      verdict,
      startedAt: this.#startedAt,
      body: this.#requestDone ? "read" : "coming",
      answer: (plan) => this.#answerHere(createPlanned(plan, this.head), plan.status),
    });
    if (this.#standIn === undefined) return false;
    this.#answeredByUs = true;
    this.#cancelDelay = this.#standIn.cancel;
    this.#heldBody = [];
    if (this.head.expectsContinue) this.#stream.continueBody();
    return true;
  }

  #forwardTo(name: string): boolean {
    const target = this.runtime.applications.find((application) => application.name === name);
    if (target === undefined) return false;
    this.application = target;
    this.#answeredByUs = true;
    this.#forward();
    return true;
  }

  #dropUpstream(): void {
    this.#cancelDelay?.();
    this.#cancelDelay = undefined;
    if (this.#waiting) this.application?.upstream.forget(this);
    this.#waiting = false;
    this.#upstream?.cancel();
    this.#upstream = undefined;
  }

  /** The answer cannot be finished: the client must see that it is not whole. */
  #cut(): void {
    this.#dropUpstream();
    this.#settle();
    this.#stream.abort();
  }

  #complete(trailers: Fields): void {
    this.#settle();
    this.#stream.finish(trailers);
  }

  /** Once per exchange: counts it, lets the engine learn from it, writes the access log. */
  #settle(): void {
    if (this.#finished) return;
    this.#finished = true;
    settleSoon(this.#state, {
      exchange: this.exchange,
      judged: this.#judged,
      asked: this.#asked,
      learns: !this.#answeredByUs,
      status: this.#status,
      fields: this.#answerFields,
      bytesIn: this.#requestBytes,
      bytesOut: this.#answerBytes,
      durationMs: Math.max(0, this.#state.wheel.read() - this.#startedAt),
      hashKey: this.runtime.options.hashKey,
      tokens: this.#reading?.tokens() ?? [],
    });
  }
}
