import type {
  Clock,
  DistantGuard,
  Exchange,
  LimitValues,
  Millis,
  NoVerdict,
  StandingDecisions,
  Verdict,
  workerLimits,
} from "#core";
import { writeAnswer } from "./answer-record.ts";
import { ByteRing } from "./byte-ring.ts";
import { record } from "./records.ts";
import { writeRequest } from "./request-record.ts";
import type { RingPair } from "./ring-pair.ts";
import { readTicket, readVerdict } from "./verdict-record.ts";

type Decided = (verdict: Verdict | NoVerdict) => void;

/** What a worker asks with. */
export interface AskingParts {
  readonly rings: RingPair;
  readonly clock: Clock;
  readonly limits: LimitValues<typeof workerLimits>;
  /** The table of standing decisions in force; replaced as new ones are published. */
  standing(): StandingDecisions | undefined;
  /** Wakes the judging thread. */
  wake(): void;
  /** Counts under a code of ours. */
  count(code: string): void;
}

/** A place in the table of open requests. Objects are reused; a place is free while its exchange is undefined. */
interface Place {
  ticket: number;
  exchange: Exchange | undefined;
  decided: Decided | undefined;
}

/** Who waits for a verdict, in the order of asking; all wait equally long, so the oldest is always in front. */
interface Waiting {
  readonly slot: number;
  readonly ticket: number;
  readonly until: Millis;
}

/**
 * The guard as an edge worker has it: requests go into a ring, verdicts come back by another. While the judging
 * thread gives no sign of life, requests are not held for it (the circuit is open); the caller may still `tell` it, so
 * that what happened meanwhile is not unknown to the engine. The circuit closes as soon as that thread reads on.
 */
export class AskingGuard implements DistantGuard {
  readonly #asks: ByteRing;
  readonly #verdicts: ByteRing;
  readonly #parts: AskingParts;
  readonly #places: Place[] = [];
  readonly #free: number[] = [];
  readonly #waiting: Waiting[] = [];
  #waitingFrom = 0;
  #ticket = 0;
  #timer: NodeJS.Timeout | undefined;
  /** How far the judging thread had read, and since when it has been there with something left to read. */
  #progress = 0;
  #stillSince: Millis = Number.NEGATIVE_INFINITY;

  constructor(parts: AskingParts) {
    this.#parts = parts;
    this.#asks = new ByteRing(parts.rings.asks);
    this.#verdicts = new ByteRing(parts.rings.verdicts);
  }

  ask(exchange: Exchange, decided: Decided): number | NoVerdict {
    const now = this.#parts.clock.monotonic();
    if (this.#isStill(now)) return "verdict-circuit";
    const handle = this.#send(exchange, decided);
    if (typeof handle === "number") this.#wait(handle, now);
    return handle;
  }

  tell(exchange: Exchange, decided: Decided): number | NoVerdict {
    return this.#send(exchange, decided);
  }

  forget(handle: number): void {
    const place = this.#places[handle];
    if (place !== undefined) place.decided = undefined;
  }

  observe(handle: number, exchange: Exchange): void {
    const place = this.#places[handle];
    if (place?.exchange === undefined) return;
    const written = writeAnswer(this.#asks, exchange, { slot: handle, ticket: place.ticket });
    // The judging thread forgets a lost answer's request when the place is used again.
    if (written === "full") this.#parts.count("answer-dropped");
    else if (written === "wake") this.#parts.wake();
    place.exchange = undefined;
    place.decided = undefined;
    this.#free.push(handle);
  }

  standing(exchange: Exchange): Verdict | undefined {
    return this.#parts.standing()?.lookup(exchange, this.#parts.clock.monotonic());
  }

  /** Takes what the judging thread answered; called when it rings, until nothing is left. */
  receive(): void {
    do {
      while (this.#verdicts.drain(64, (type, payload) => this.#take(type, payload)) > 0);
    } while (!this.#verdicts.sleep());
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  /** Whether the judging thread has not moved for as long as a circuit stands it, although something waits for it. */
  #isStill(now: Millis): boolean {
    const { progress, used } = this.#asks;
    if (used === 0 || progress !== this.#progress) {
      this.#progress = progress;
      this.#stillSince = now;
    }
    return now - this.#stillSince > this.#parts.limits.circuitMs;
  }

  #send(exchange: Exchange, decided: Decided | undefined): number | NoVerdict {
    const slot = this.#free.pop() ?? this.#grow();
    if (slot < 0) return "verdict-busy";
    const place = this.#places[slot] as Place;
    place.ticket = this.#ticket = (this.#ticket + 1) | 0;
    const written = writeRequest(this.#asks, exchange, { slot, ticket: place.ticket });
    if (written === "full") {
      this.#free.push(slot);
      return "verdict-busy";
    }
    place.exchange = exchange;
    place.decided = decided;
    if (written === "wake") this.#parts.wake();
    return slot;
  }

  #grow(): number {
    if (this.#places.length >= this.#parts.limits.openExchangesMax) return -1;
    this.#places.push({ ticket: 0, exchange: undefined, decided: undefined });
    return this.#places.length - 1;
  }

  #take(type: number, payload: number): void {
    const { slot, ticket } = readTicket(this.#verdicts, payload);
    const place = this.#places[slot];
    if (place === undefined || place.ticket !== ticket || place.exchange === undefined) return;
    const { decided, exchange } = place;
    place.decided = undefined;
    if (decided === undefined) return;
    decided(type === record.verdict ? readVerdict(this.#verdicts, payload, exchange.id) : "verdict-failed");
  }

  #wait(slot: number, now: Millis): void {
    const place = this.#places[slot] as Place;
    this.#waiting.push({ slot, ticket: place.ticket, until: now + this.#parts.limits.verdictMs });
    this.#timer ??= setTimeout(() => this.#expire(), this.#parts.limits.verdictMs);
  }

  /** Gives up on verdicts that did not come in time, and sets the timer for the oldest that may still come. */
  #expire(): void {
    this.#timer = undefined;
    // What lies in the ring came in time; only we were late to read it.
    this.receive();
    const now = this.#parts.clock.monotonic();
    for (; this.#waitingFrom < this.#waiting.length; this.#waitingFrom++) {
      const { slot, ticket, until } = this.#waiting[this.#waitingFrom] as Waiting;
      const place = this.#places[slot] as Place;
      if (place.ticket !== ticket || place.decided === undefined) continue;
      if (until > now) {
        this.#timer = setTimeout(() => this.#expire(), Math.max(1, until - now));
        break;
      }
      const { decided } = place;
      place.decided = undefined;
      decided("verdict-late");
    }
    this.#waiting.splice(0, this.#waitingFrom);
    this.#waitingFrom = 0;
  }
}
