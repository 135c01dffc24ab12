import type { Millis } from "#core";
import { clientKinds } from "../ledger/ledger-application.ts";
import { decayFactor } from "./decay.ts";
import { stepPriors, stepsMax } from "./step-facts.ts";

const kinds = clientKinds.length;
const dayMs: Millis = 24 * 3600_000;
/** A kind's share at a step may grow by half of itself and one point per day, once it is established. */
const growthPerDay = 1.5;
const pointsPerDay = 0.01;
/** Accepted steps and time after which the shares of an application are established. */
const acceptedMin = 90;
const establishMs: Millis = dayMs;
/** Marks a share that is not established yet. */
const open = -1;

/**
 * How the sessions that take a sensitive step, and are accepted, divide among kinds of client. Not only anchored
 * sessions count, because native apps rarely leave anything to anchor on: a bare log-in must not be confused with
 * an honest app. What keeps an attack with valid credentials from becoming "an app": once a day's traffic has
 * established the shares, none grows faster than by half of itself and one point per day; failed log-ins never
 * count. Price of waiting this out: a week of patience and volume. A real app's launch is suspicious as long,
 * unless the operator declares its endpoints.
 */
export class StepShares {
  readonly #accepted: Float32Array = new Float32Array(kinds * stepsMax);
  readonly #established: Float32Array = new Float32Array(kinds * stepsMax).fill(open);
  readonly #ageMs: Float32Array = new Float32Array(stepsMax);

  /** Counts one accepted step; `kind` and `step` are places from 0 on. */
  accept(kind: number, step: number): void {
    const at = kind * stepsMax + step;
    this.#accepted[at] = (this.#accepted[at] ?? 0) + 1;
  }

  /** Share of a kind at a step in 0..1, prior included and growth limited. */
  share(kind: number, step: number): number {
    const observed = this.#observed(kind, step);
    const established = this.#established[kind * stepsMax + step] ?? open;
    if (established === open || clientKinds[kind] === "web") return observed;
    return Math.min(observed, established * growthPerDay + pointsPerDay);
  }

  /** Forgets by half every three days and lets established shares move. */
  decay(elapsedMs: Millis): void {
    for (let step = 0; step < stepsMax; step++) this.#establish(step, elapsedMs);
    const factor = decayFactor(elapsedMs);
    for (let i = 0; i < this.#accepted.length; i++) this.#accepted[i] = (this.#accepted[i] ?? 0) * factor;
  }

  /** Tables for a snapshot, in one fixed order. */
  tables(): readonly Float32Array[] {
    return [this.#accepted, this.#established, this.#ageMs];
  }

  #establish(step: number, elapsedMs: Millis): void {
    if (this.#total(step) === 0) return;
    const age = (this.#ageMs[step] ?? 0) + elapsedMs;
    this.#ageMs[step] = Math.min(age, 400 * dayMs);
    if (age < establishMs || this.#total(step) < acceptedMin) return;
    const days = elapsedMs / dayMs;
    for (let kind = 0; kind < kinds; kind++) {
      const at = kind * stepsMax + step;
      const before = this.#established[at] ?? open;
      const observed = this.#observed(kind, step);
      const limit = before * growthPerDay ** days + pointsPerDay * days;
      this.#established[at] = before === open ? observed : Math.min(observed, limit);
    }
  }

  #observed(kind: number, step: number): number {
    let prior = 0;
    for (const name of clientKinds) prior += stepPriors[name].sessions;
    const own = stepPriors[clientKinds[kind] ?? "web"].sessions;
    return ((this.#accepted[kind * stepsMax + step] ?? 0) + own) / (this.#total(step) + prior);
  }

  #total(step: number): number {
    let total = 0;
    for (let kind = 0; kind < kinds; kind++) total += this.#accepted[kind * stepsMax + step] ?? 0;
    return total;
  }
}
