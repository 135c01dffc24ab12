import {
  type Action,
  besideLimits,
  type Clock,
  type Exchange,
  edgeLimits,
  type Guard,
  type HashKey,
  type HttpResponse,
  type Millis,
  type Observes,
  type Verdict,
} from "#core";
import { type Fields, type HeadLimits, parseRequestHead, type Refusal, type RequestHead } from "#wire";
import { createExchange, createResponse, type LiveExchange } from "../proxy/exchange-facts.ts";
import type { Mode } from "../proxy/options.ts";
import { createRequestIds, type RequestIds } from "../proxy/request-ids.ts";
import { learnSoon } from "../proxy/round.ts";
import type { ConnectionFacts } from "../proxy/seam.ts";
import { LinkCut } from "./link-cut.ts";
import { PendingAnswers } from "./pending-answers.ts";

/** A request that another proxy received and asks about. */
export interface AskedRequest {
  /** The proxy's request id, or "" to have one made. */
  readonly id: string;
  readonly head: RequestHead;
  readonly facts: ConnectionFacts;
  /** Where this proxy shows more or less than its connector usually sees. */
  readonly observes?: Observes;
  /** When it happened, where it is told of later. Default: now. */
  readonly at?: Millis;
}

/** What the proxy is told. */
export interface Decided {
  readonly verdict: Verdict;
  /** What to do: the verdict's action, "allow" in observe mode, or what the fail mode says. */
  readonly action: Action;
  /** The reference that the proxy should put on its answer. */
  readonly reference: string;
  readonly failure: "" | "open" | "closed";
}

/** What the origin answered, as far as the proxy tells. */
export interface AnsweredRequest {
  /** 0: there was none, because the client left. */
  readonly status: number;
  readonly fields: Fields;
  readonly bytes: number;
  readonly durationMs: number;
}

/** Counts, for metrics. */
export interface BesideStats {
  readonly asked: number;
  readonly answered: number;
  /** Answers whose request was not, or no longer, known. */
  readonly orphans: number;
  readonly failures: number;
  readonly pending: number;
}

/** The engine as proxies beside it see it: a question per request and, where the proxy can, an answer report. */
export interface DecisionService {
  /** @throws LinkCut when the guard asks for it: the connector ends the connection without an answer. */
  decide(asked: AskedRequest): Decided;
  /**
   * Reports the origin's answer to a request decided before: its fields, or the response itself where the proxy hashed
   * the cookies at the source. Unknown references are counted.
   */
  settle(reference: string, answered: AnsweredRequest | { readonly response: HttpResponse }): void;
  /** Lets go of requests whose answer never came; called by the caller's timer. */
  expire(): void;
  stats(): BesideStats;
}

/** How a decision service is made. */
export interface DecisionServiceOptions {
  readonly guard: Guard;
  readonly clock: Clock;
  readonly hashKey: HashKey;
  /** Key of cookie values, where the proxy itself hashes those of answers. Default: `hashKey`. */
  readonly cookieKey?: HashKey;
  readonly application: string;
  readonly mode: Mode;
  readonly failMode: "open" | "closed";
  /** What the connector sees. Without `response` nothing is kept waiting. */
  readonly observes: Observes;
  readonly record?: (exchange: Exchange, decided: Decided) => void;
}

const pendingMs = besideLimits.pendingAnswerMs.default;

/**
 * One decision service serves every connector of one application. Requests that wait for their answer are held in a
 * bounded map: beyond its cap, and after two minutes, the oldest are settled without an answer.
 */
export function createDecisionService(options: DecisionServiceOptions): DecisionService {
  const { guard, clock } = options;
  const ids: RequestIds = createRequestIds();
  const pending = new PendingAnswers<LiveExchange>();
  let asked = 0;
  let answered = 0;
  let orphans = 0;
  let failures = 0;

  const observe = (exchange: Exchange): void => {
    try {
      guard.observe(exchange);
    } catch {
      failures++;
    }
  };
  return {
    decide({ id, head, facts, at, observes = options.observes }) {
      asked++;
      const reference = id === "" || pending.has(id) ? ids.next() : id;
      const { application, hashKey } = options;
      const exchange = createExchange({
        id: reference,
        application,
        at: at ?? clock.now(),
        head,
        facts,
        ip: facts.peer,
        hashKey,
        cookieKey: options.cookieKey,
        observes,
      });
      const decided = ask(options, exchange);
      if (decided.failure !== "") failures++;
      else if (observes.response && !refusals.has(decided.action)) {
        const pushedOut = pending.add(reference, exchange, clock.monotonic());
        if (pushedOut !== undefined) observe(pushedOut);
        // Nobody waits for what is learned from a question that has no answer to come: the proxy's own goes out first.
      } else learnSoon(() => observe(exchange));
      options.record?.(exchange, decided);
      return decided;
    },
    settle(reference, answer) {
      const exchange = pending.take(reference);
      if (exchange === undefined) {
        orphans++;
        return;
      }
      answered++;
      exchange.response = "response" in answer ? answer.response : responseOf(answer, options);
      observe(exchange);
    },
    expire() {
      const before = clock.monotonic() - pendingMs;
      for (let one = pending.takeExpired(before); one !== undefined; one = pending.takeExpired(before)) observe(one);
    },
    stats: () => ({ asked, answered, orphans, failures, pending: pending.size }),
  };
}

/** Actions after which the origin never sees the request; a proxy beside us cannot delay, so it refuses with 429. */
const refusals: ReadonlySet<Action> = new Set([
  "block",
  "deceive",
  "challenge",
  "hold",
  "step-up",
  "throttle",
  "tarpit",
  "route",
]);

function responseOf(answer: AnsweredRequest, { hashKey, clock }: DecisionServiceOptions): HttpResponse | undefined {
  const known = { bytes: answer.bytes, durationMs: answer.durationMs, hashKey, at: clock.now() };
  return answer.status === 0 ? undefined : createResponse(answer.status, answer.fields, known);
}

function ask({ guard, mode, failMode }: DecisionServiceOptions, exchange: Exchange): Decided {
  const reference = exchange.id;
  try {
    const verdict = guard.inspect(exchange);
    return { verdict, action: mode === "enforce" ? verdict.action : "allow", reference, failure: "" };
  } catch (error) {
    if (error instanceof LinkCut) throw error;
    const action = failMode === "open" ? "allow" : "block";
    const verdict: Verdict = {
      action,
      kind: "unknown",
      score: { total: 0, behaviour: 0, presentation: 0 },
      signals: [],
      rule: null,
      watched: [],
      basis: "none",
      certifiedFpr: null,
      reference,
      revision: 0,
    };
    return { verdict, action, reference, failure: failMode };
  }
}

/** Caps of the head that a proxy tells of: those of our own front door. */
export const askedHeadLimits: HeadLimits = {
  headersMax: edgeLimits.headersMax.default,
  targetBytesMax: edgeLimits.targetBytesMax.default,
};

/**
 * Reads the request that a proxy tells of through our own strict parser, so that a connector is not a way around it.
 *
 * @param lines Header lines with CRLF and the empty line at their end, as the proxy received them.
 * @returns The head, or why our parser refuses it.
 */
export function readAskedHead(method: string, target: string, lines: string): RequestHead | Refusal {
  const bytes = Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines}`, "latin1");
  return parseRequestHead(bytes, 0, bytes.length, askedHeadLimits);
}
