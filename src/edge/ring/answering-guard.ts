import type { Guard, LimitValues, Verdict, workerLimits } from "#core";
import type { LiveExchange } from "../proxy/exchange-facts.ts";
import { readAnswer } from "./answer-record.ts";
import { ByteRing } from "./byte-ring.ts";
import { record } from "./records.ts";
import { readRequest, type Ticketed } from "./request-record.ts";
import type { RingPair } from "./ring-pair.ts";
import { writeFailed, writeVerdict } from "./verdict-record.ts";

/** What the judging thread answers one worker with. */
export interface AnsweringParts {
  readonly guard: Guard;
  readonly rings: RingPair;
  readonly limits: LimitValues<typeof workerLimits>;
  /** Wakes the worker. */
  wake(): void;
  count(code: string): void;
}

interface Open extends Ticketed {
  readonly exchange: LiveExchange;
}

/** The judging thread's half for one worker: reads requests, asks the one guard, writes verdicts. */
export class AnsweringGuard {
  readonly #parts: AnsweringParts;
  readonly #asks: ByteRing;
  readonly #verdicts: ByteRing;
  /** By the worker's place; no more than `openExchangesMax`, because the worker has no more. */
  readonly #open: (Open | undefined)[] = [];
  #scheduled = false;
  #closed = false;
  #wake = false;

  constructor(parts: AnsweringParts) {
    this.#parts = parts;
    this.#asks = new ByteRing(parts.rings.asks);
    this.#verdicts = new ByteRing(parts.rings.verdicts);
    this.#asks.sleep();
  }

  /** The worker rang, or its turn has come again. */
  receive(): void {
    if (this.#scheduled || this.#closed) return;
    this.#turn();
  }

  /** The worker is gone; so is what it had open. */
  close(): void {
    this.#closed = true;
    this.#open.length = 0;
  }

  #turn(): void {
    this.#scheduled = false;
    if (this.#closed) return;
    const { recordsPerTurnMax } = this.#parts.limits;
    const count = this.#asks.drain(recordsPerTurnMax, (type, payload) => this.#take(type, payload));
    if (this.#wake) this.#parts.wake();
    this.#wake = false;
    // Other workers, the admin plane and timers have their turn before this worker's next.
    if (count < recordsPerTurnMax && this.#asks.sleep()) return;
    this.#scheduled = true;
    setImmediate(() => this.#turn());
  }

  #take(type: number, payload: number): void {
    try {
      if (type === record.ask) this.#inspect(readRequest(this.#asks, payload));
      else if (type === record.observe) this.#observe(payload);
    } catch {
      this.#parts.count("observe-threw");
    }
  }

  #inspect(asked: Open): void {
    this.#open[asked.slot] = asked;
    let written: "full" | "wake" | "";
    try {
      const verdict: Verdict = this.#parts.guard.inspect(asked.exchange);
      written = writeVerdict(this.#verdicts, verdict, asked);
    } catch {
      // Thrown by the engine, or by what is no verdict.
      written = writeFailed(this.#verdicts, asked);
    }
    if (written === "full") this.#parts.count("verdict-dropped");
    else if (written === "wake") this.#wake = true;
  }

  #observe(payload: number): void {
    const { slot, ticket, response, ownStatus } = readAnswer(this.#asks, payload);
    const open = this.#open[slot];
    this.#open[slot] = undefined;
    if (open === undefined || open.ticket !== ticket) return;
    open.exchange.response = response;
    open.exchange.ownStatus = ownStatus;
    this.#parts.guard.observe(open.exchange);
  }
}
