import type { Millis } from "#core";
import { Timed, type TimerWheel } from "./timer-wheel.ts";

/** Things to do later, counted so that they cannot pile up. */
export interface Delays {
  /** Returns what cancels it, or undefined when `heldMax` are waiting already. */
  schedule(spanMs: Millis, then: () => void, heldMax: number): (() => void) | undefined;
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

/** Delays on a timer wheel, exact to its tick. */
export function createDelays(wheel: TimerWheel): Delays {
  let held = 0;
  return {
    schedule(spanMs, then, heldMax) {
      if (held >= heldMax) return undefined;
      held++;
      let live = true;
      const release = (): boolean => {
        if (!live) return false;
        live = false;
        held--;
        return true;
      };
      const entry = new Delayed(() => {
        if (release()) then();
      });
      wheel.set(entry, wheel.now + spanMs);
      return () => {
        if (release()) wheel.clear(entry);
      };
    },
  };
}
