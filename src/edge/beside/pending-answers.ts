import { besideLimits, type Millis } from "#core";

interface Waiting<Asked> {
  readonly reference: string;
  readonly asked: Asked;
  readonly since: Millis;
  before: Waiting<Asked> | undefined;
  after: Waiting<Asked> | undefined;
}

/**
 * Requests whose answer has not been reported yet, in the order in which they were asked about. A list through the
 * entries keeps the oldest at hand: looking for it in a map whose front was emptied costs more than the decision.
 */
export class PendingAnswers<Asked> {
  readonly #byReference = new Map<string, Waiting<Asked>>();
  readonly #max: number;
  #oldest: Waiting<Asked> | undefined;
  #newest: Waiting<Asked> | undefined;

  constructor(max: number = besideLimits.pendingAnswersMax.default) {
    this.#max = max;
  }

  get size(): number {
    return this.#byReference.size;
  }

  has(reference: string): boolean {
    return this.#byReference.has(reference);
  }

  /** @returns The oldest request, when it had to make room. */
  add(reference: string, asked: Asked, since: Millis): Asked | undefined {
    const pushedOut = this.#byReference.size >= this.#max ? this.#takeOldest() : undefined;
    const waiting: Waiting<Asked> = { reference, asked, since, before: this.#newest, after: undefined };
    if (this.#newest === undefined) this.#oldest = waiting;
    else this.#newest.after = waiting;
    this.#newest = waiting;
    this.#byReference.set(reference, waiting);
    return pushedOut;
  }

  /** Lets go of a request; undefined when it does not wait here. */
  take(reference: string): Asked | undefined {
    const waiting = this.#byReference.get(reference);
    if (waiting === undefined) return undefined;
    this.#byReference.delete(reference);
    if (waiting.before === undefined) this.#oldest = waiting.after;
    else waiting.before.after = waiting.after;
    if (waiting.after === undefined) this.#newest = waiting.before;
    else waiting.after.before = waiting.before;
    return waiting.asked;
  }

  /** Lets go of the oldest request if it has waited since `before` or longer. */
  takeExpired(before: Millis): Asked | undefined {
    return this.#oldest === undefined || this.#oldest.since > before ? undefined : this.#takeOldest();
  }

  #takeOldest(): Asked | undefined {
    return this.#oldest === undefined ? undefined : this.take(this.#oldest.reference);
  }
}
