import type { Millis } from "#core";

const minuteMs: Millis = 60_000;
/** Minutes after which half of the usual rate is forgotten. */
const halfLifeMinutes = 120;
/** Minutes that must have been seen before "usual" means anything. */
const learnedMinutes = 15;
/** Answers that the moving shares remember. */
const answersRemembered = 200;

/**
 * How busy something numbered (an endpoint, an application) is now and usually is, how its answers go and what they cost.
 * 64 bytes each. "Usual" is an exponentially fading mean over whole minutes, idle ones included.
 */
export class RateBook {
  readonly #minute: Float64Array;
  readonly #first: Float64Array;
  readonly #now: Float32Array;
  readonly #previous: Float32Array;
  readonly #usual: Float32Array;
  readonly #minutes: Float32Array;
  readonly #answers: Float32Array;
  readonly #errors: Float32Array;
  readonly #durationMs: Float32Array;
  readonly #bytes: Float32Array;
  readonly #total: Float64Array;
  readonly #automated: Float32Array;

  constructor(size: number) {
    const f32 = (): Float32Array => new Float32Array(size);
    this.#minute = new Float64Array(size);
    this.#first = new Float64Array(size);
    this.#total = new Float64Array(size);
    [this.#now, this.#previous, this.#usual, this.#minutes] = [f32(), f32(), f32(), f32()];
    [this.#answers, this.#errors, this.#durationMs, this.#bytes, this.#automated] = [f32(), f32(), f32(), f32(), f32()];
  }

  /** One request; `by` -1 takes one back that we refused ourselves. */
  count(index: number, at: Millis, by: 1 | -1 = 1): void {
    this.#turn(index, at);
    if (this.#first[index] === 0) this.#first[index] = at;
    this.#now[index] = Math.max(0, (this.#now[index] as number) + by);
    this.#total[index] = Math.max(0, (this.#total[index] as number) + by);
  }

  /** What the origin answered. Negative sizes and durations are unknown. */
  answer(
    index: number,
    { failed, durationMs, bytes }: { readonly failed: boolean; readonly durationMs: number; readonly bytes: number },
  ): void {
    const seen = Math.min(answersRemembered, (this.#answers[index] as number) + 1);
    this.#answers[index] = seen;
    move(this.#errors, index, { value: failed ? 1 : 0, seen });
    if (durationMs >= 0) move(this.#durationMs, index, { value: durationMs, seen });
    if (bytes >= 0) move(this.#bytes, index, { value: bytes, seen });
  }

  /** Was the request's sender taken for a program? */
  judge(index: number, automated: boolean): void {
    const total = Math.min(answersRemembered, this.#total[index] as number);
    move(this.#automated, index, { value: automated ? 1 : 0, seen: Math.max(1, total) });
  }

  /** Requests in the present minute or the one before, whichever is more. */
  perMinute(index: number, at: Millis): number {
    this.#turn(index, at);
    return Math.max(this.#now[index] as number, this.#previous[index] as number);
  }

  /** Requests a minute, as usual here; NaN until a quarter of an hour was seen. */
  usual(index: number): number {
    return (this.#minutes[index] as number) < learnedMinutes ? Number.NaN : (this.#usual[index] as number);
  }

  /** How many times busier than usual; at least one request a minute counts as usual. */
  surge(index: number, at: Millis): number {
    return this.perMinute(index, at) / Math.max(1, this.usual(index));
  }

  errorShare(index: number): number {
    return (this.#answers[index] as number) < 10 ? Number.NaN : (this.#errors[index] as number);
  }

  durationMs(index: number): number {
    return (this.#answers[index] as number) < 3 ? Number.NaN : (this.#durationMs[index] as number);
  }

  bytes(index: number): number {
    return (this.#answers[index] as number) < 3 ? Number.NaN : (this.#bytes[index] as number);
  }

  automatedShare(index: number): number {
    return (this.#total[index] as number) < 20 ? Number.NaN : (this.#automated[index] as number);
  }

  total(index: number): number {
    return this.#total[index] as number;
  }

  ageSeconds(index: number, at: Millis): number {
    const first = this.#first[index] as number;
    return first === 0 ? 0 : Math.max(0, (at - first) / 1_000);
  }

  /** Ends the minutes that have passed: the first with what it counted, the others with nothing. */
  #turn(index: number, at: Millis): void {
    const minute = Math.floor(at / minuteMs);
    const last = this.#minute[index] as number;
    if (minute <= last) return;
    this.#minute[index] = minute;
    if (last === 0) return;
    const ended = this.#now[index] as number;
    const idle = minute - last - 1;
    const minutes = (this.#minutes[index] as number) + 1;
    const weight = Math.max(1 / minutes, 1 - 2 ** (-1 / halfLifeMinutes));
    const usual = this.#usual[index] as number;
    const moved = usual + weight * (ended - usual);
    this.#minutes[index] = minutes + idle;
    // While little was seen the mean is a plain one over all minutes, idle ones included.
    this.#usual[index] =
      minutes + idle < halfLifeMinutes ? (moved * minutes) / (minutes + idle) : moved * 2 ** (-idle / halfLifeMinutes);
    this.#previous[index] = idle === 0 ? ended : 0;
    this.#now[index] = 0;
  }
}

function move(
  values: Float32Array,
  index: number,
  { value, seen }: { readonly value: number; readonly seen: number },
): void {
  const old = values[index] as number;
  values[index] = old + (value - old) / seen;
}
