import { type Exchange, policyLimits, type Verdict } from "#core";
import type { Rule } from "#policy";
import type { FactRecorder } from "./fact-recorder.ts";
import type { LivePolicy } from "./open-policy.ts";

/** What the rules that watch said about a request; reused. */
export interface WatchedNames {
  readonly names: readonly string[];
  readonly revision: number;
}

/** What a late watch works with. */
export interface LateWatchParts {
  readonly policy: LivePolicy;
  /** Keeps what rules were asked; absent where nothing is kept. */
  readonly recorder: FactRecorder | undefined;
}

/**
 * Asks the rules that only watch once a request's answer is known, so that nobody waits for them: no result of theirs
 * changes what is done. What they are asked is stored in the same moment, so that a backtest finds what they found.
 *
 * A result comes as late as the answer. A request whose session ended before its answer, and the oldest where more answers
 * are out than are remembered, is not asked about at all; both are then missing from the store, too.
 */
export class LateWatch {
  readonly #parts: LateWatchParts;
  readonly #waiting = new Map<string, Verdict>();
  readonly #waitingMax = policyLimits.factsWaitingMax.default;
  readonly #last: { names: readonly string[]; revision: number } = { names: none, revision: 0 };

  constructor(parts: LateWatchParts) {
    this.#parts = parts;
    parts.policy.facts.onAnswer((exchange) => this.#ask(exchange));
  }

  /** A request was judged and its answer is awaited. */
  add(reference: string, judged: Verdict): void {
    if (this.#idle) return;
    if (this.#waiting.size >= this.#waitingMax) forgetFirst(this.#waiting);
    this.#waiting.set(reference, judged);
  }

  /** Before an answer is learned from: what was said of the one before is over. */
  begin(): void {
    this.#last.names = none;
  }

  /** After it: an answer that nobody was asked about is not waited for any longer. */
  end(reference: string): void {
    if (this.#waiting.size > 0) this.#waiting.delete(reference);
  }

  /** The rules that matched the request observed last. */
  get last(): WatchedNames {
    return this.#last;
  }

  get #idle(): boolean {
    return this.#parts.recorder === undefined && this.#parts.policy.watching.rules.length === 0;
  }

  #ask(exchange: Exchange): void {
    const judged = this.#waiting.get(exchange.id);
    if (judged === undefined) return;
    const { policy, recorder } = this.#parts;
    const { watching, facts, set } = policy;
    const subject = facts.subject(exchange, judged);
    if (watching.rules.length > 0) {
      const matched = watching.matches(subject);
      if (matched.length > 0) {
        policy.tallyWatched(matched);
        this.#last.names = namesOf(matched);
        this.#last.revision = watching.revision;
      }
    }
    recorder?.note(exchange, judged, { subject, identity: facts.identity(exchange, judged), reads: set.reads });
  }
}

const none: readonly string[] = [];

/** Names of lists that rule sets give again and again: kept with thousands of requests, each list should exist once. */
const names = new WeakMap<readonly Rule[], readonly string[]>();

function namesOf(rules: readonly Rule[]): readonly string[] {
  const known = names.get(rules);
  if (known !== undefined) return known;
  const made = rules.map(({ name }) => name);
  names.set(rules, made);
  return made;
}

function forgetFirst(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
