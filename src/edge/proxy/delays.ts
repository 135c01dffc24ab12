import type { Millis } from "#core";
import { Timed, type TimerWheel } from "./timer-wheel.ts";

/** Things to do later, counted so that they cannot pile up. */
export interface Delays {
  /** Returns what cancels it, or undefined when `heldMax` are waiting already. */
  schedule(spanMs: Millis, then: () => void, heldMax: number): (() => void) | undefined;
  /** The same to a fraction of a millisecond: for answers that must take as long as the origin's own. */
  prompt(spanMs: Millis, then: () => void, heldMax: number): (() => void) | undefined;
}

class Delayed extends Timed {
  readonly #then: () => void;

  constructor(then: () => void) {
    super();
    this.#then = then;
  }

  override expired(): void {
    this.#then();
  }
}

/** What a timer of the runtime may be late by; the rest is waited for in turns of the event loop. */
const timerSlackMs = 1.5;

/** Delays on a timer wheel, exact to its tick; prompt ones on timers of their own. */
export function createDelays(wheel: TimerWheel): Delays {
  let held = 0;
  const hold = (then: () => void): { readonly fire: () => void; readonly release: () => boolean } => {
    held++;
    let live = true;
    const release = (): boolean => {
      if (!live) return false;
      live = false;
      held--;
      return true;
    };
    return { release, fire: () => void (release() && then()) };
  };
  return {
    schedule(spanMs, then, heldMax) {
      if (held >= heldMax) return undefined;
      const { fire, release } = hold(then);
      const entry = new Delayed(fire);
      wheel.set(entry, wheel.now + spanMs);
      return () => {
        if (release()) wheel.clear(entry);
      };
    },
    prompt(spanMs, then, heldMax) {
      if (held >= heldMax) return undefined;
      const due = wheel.read() + spanMs;
      const { fire, release } = hold(then);
      let live = true;
      const wait = (): void => {
        if (!live) return;
        if (wheel.read() >= due) fire();
        else setImmediate(wait);
      };
      if (spanMs <= timerSlackMs) setImmediate(wait);
      else setTimeout(wait, spanMs - timerSlackMs);
      return () => {
        live = false;
        release();
      };
    },
  };
}
