import type { Millis } from "#core";

const minuteMs: Millis = 60_000;
/** Minutes after which half of the usual rate is forgotten. */
const halfLifeMinutes = 120;
/** Minutes that must have been seen before "usual" means anything. */
const learnedMinutes = 15;
/** Answers that the moving shares remember. */
const answersRemembered = 200;

const place = {
  minute: 0,
  now: 1,
  previous: 2,
  usual: 3,
  minutes: 4,
  first: 5,
  total: 6,
  answers: 7,
  errors: 8,
  durationMs: 9,
  bytes: 10,
} as const;
const width = 11;

/**
 * How busy something numbered (an endpoint, an application) is now and usually is, how its answers go and what they cost.
 * 88 bytes each, side by side. "Usual" is an exponentially fading mean over whole minutes, idle ones included.
 */
export class RateBook {
  readonly #rows: Float64Array;

  constructor(size: number) {
    this.#rows = new Float64Array(size * width);
  }

  /** One request; `by` -1 takes one back that we refused ourselves. */
  count(index: number, at: Millis, by: 1 | -1 = 1): void {
    this.#turn(index, at);
    if (this.#get(index, place.first) === 0) this.#rows[index * width + place.first] = at;
    this.#rows[index * width + place.now] = Math.max(0, this.#get(index, place.now) + by);
    this.#rows[index * width + place.total] = Math.max(0, this.#get(index, place.total) + by);
  }

  /** What the origin answered. Negative sizes and durations are unknown. */
  answer(
    index: number,
    { failed, durationMs, bytes }: { readonly failed: boolean; readonly durationMs: number; readonly bytes: number },
  ): void {
    const seen = Math.min(answersRemembered, this.#get(index, place.answers) + 1);
    this.#rows[index * width + place.answers] = seen;
    this.#move(index, place.errors, { value: failed ? 1 : 0, seen });
    if (durationMs >= 0) this.#move(index, place.durationMs, { value: durationMs, seen });
    if (bytes >= 0) this.#move(index, place.bytes, { value: bytes, seen });
  }

  /** Requests in the present minute or the one before, whichever is more. */
  perMinute(index: number, at: Millis): number {
    this.#turn(index, at);
    return Math.max(this.#get(index, place.now), this.#get(index, place.previous));
  }

  /** Requests a minute, as usual here; NaN until a quarter of an hour was seen. */
  usual(index: number): number {
    return this.#get(index, place.minutes) < learnedMinutes ? Number.NaN : this.#get(index, place.usual);
  }

  /** How many times busier than usual; at least one request a minute counts as usual. */
  surge(index: number, at: Millis): number {
    return this.perMinute(index, at) / Math.max(1, this.usual(index));
  }

  errorShare(index: number): number {
    return this.#get(index, place.answers) < 10 ? Number.NaN : this.#get(index, place.errors);
  }

  durationMs(index: number): number {
    return this.#get(index, place.answers) < 3 ? Number.NaN : this.#get(index, place.durationMs);
  }

  bytes(index: number): number {
    return this.#get(index, place.answers) < 3 ? Number.NaN : this.#get(index, place.bytes);
  }

  total(index: number): number {
    return this.#get(index, place.total);
  }

  ageSeconds(index: number, at: Millis): number {
    const first = this.#get(index, place.first);
    return first === 0 ? 0 : Math.max(0, (at - first) / 1_000);
  }

  /** Ends the minutes that have passed: the first with what it counted, the others with nothing. */
  #turn(index: number, at: Millis): void {
    const minute = Math.floor(at / minuteMs);
    const last = this.#get(index, place.minute);
    if (minute <= last) return;
    this.#rows[index * width + place.minute] = minute;
    if (last === 0) return;
    const ended = this.#get(index, place.now);
    const idle = minute - last - 1;
    const minutes = this.#get(index, place.minutes) + 1;
    const weight = Math.max(1 / minutes, 1 - 2 ** (-1 / halfLifeMinutes));
    const usual = this.#get(index, place.usual);
    const moved = usual + weight * (ended - usual);
    this.#rows[index * width + place.minutes] = minutes + idle;
    // While little was seen the mean is a plain one over all minutes, idle ones included.
    this.#rows[index * width + place.usual] =
      minutes + idle < halfLifeMinutes ? (moved * minutes) / (minutes + idle) : moved * 2 ** (-idle / halfLifeMinutes);
    this.#rows[index * width + place.previous] = idle === 0 ? ended : 0;
    this.#rows[index * width + place.now] = 0;
  }

  #get(index: number, column: number): number {
    return this.#rows[index * width + column] as number;
  }

  #move(index: number, column: number, { value, seen }: { readonly value: number; readonly seen: number }): void {
    const at = index * width + column;
    const old = this.#rows[at] as number;
    this.#rows[at] = old + (value - old) / seen;
  }
}
