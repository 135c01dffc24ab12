import type { Millis } from "#core";

/** Something with a deadline. Fields belong to the wheel except `deadline`, which is set through `TimerWheel.set`. */
export abstract class Timed {
  /** Monotonic time at which `expired` is called; Infinity: never. */
  deadline: Millis = Number.POSITIVE_INFINITY;
  wheelDue: Millis = Number.POSITIVE_INFINITY;
  wheelNext: Timed | undefined = undefined;
  wheelPrevious: Timed | undefined = undefined;
  wheelSlot = -1;

  /** Called at or up to one tick after the deadline; may set a new one. */
  abstract expired(now: Millis): void;
}

const slots = 256;

/**
 * One timer for all connections. Deadlines move with every request, so an entry is not moved along with them: when
 * its slot comes up and the deadline has moved away, it is only then put where it belongs. Moving a deadline later
 * costs an assignment; nothing is allocated.
 */
export class TimerWheel {
  readonly tickMs: Millis;
  /** Monotonic time of the last tick or reading: exact to one tick, and free to read. */
  now: Millis;
  readonly #monotonic: () => Millis;
  readonly #heads: (Timed | undefined)[] = new Array<Timed | undefined>(slots).fill(undefined);
  #position = 0;
  #positionAt: Millis;
  #timer: NodeJS.Timeout | undefined;

  constructor(monotonic: () => Millis, tickMs: Millis = 250) {
    this.#monotonic = monotonic;
    this.tickMs = tickMs;
    this.now = monotonic();
    this.#positionAt = this.now;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.advance(), this.tickMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Reads the clock now, where an exact time is wanted. */
  read(): Millis {
    this.now = this.#monotonic();
    return this.now;
  }

  set(entry: Timed, deadline: Millis): void {
    entry.deadline = deadline;
    if (entry.wheelSlot >= 0 && deadline >= entry.wheelDue) return;
    if (entry.wheelSlot >= 0) this.#unlink(entry);
    if (deadline !== Number.POSITIVE_INFINITY) this.#link(entry);
  }

  clear(entry: Timed): void {
    entry.deadline = Number.POSITIVE_INFINITY;
    if (entry.wheelSlot >= 0) this.#unlink(entry);
  }

  /** Fires what is due. Called by the timer, and by tests with a clock of their own. */
  advance(): void {
    const now = this.read();
    let steps = Math.min(slots, Math.floor((now - this.#positionAt) / this.tickMs));
    this.#positionAt += steps * this.tickMs;
    if (now - this.#positionAt > this.tickMs) this.#positionAt = now;
    while (steps-- > 0) {
      this.#position = (this.#position + 1) % slots;
      this.#drainSlot(this.#position, now);
    }
  }

  /** Entries are re-linked 1 to slots - 1 ticks ahead, never into the slot being drained, so this ends. */
  #drainSlot(slot: number, now: Millis): void {
    for (let entry = this.#heads[slot]; entry !== undefined; entry = this.#heads[slot]) {
      this.#unlink(entry);
      if (entry.deadline <= now) {
        entry.deadline = Number.POSITIVE_INFINITY;
        entry.expired(now);
      } else if (entry.deadline !== Number.POSITIVE_INFINITY) this.#link(entry);
    }
  }

  #link(entry: Timed): void {
    const wait = entry.deadline - this.#positionAt;
    const ticks = Math.min(slots - 1, Math.max(1, Math.ceil(wait / this.tickMs)));
    const slot = (this.#position + ticks) % slots;
    entry.wheelDue = this.#positionAt + ticks * this.tickMs;
    entry.wheelSlot = slot;
    const head = this.#heads[slot];
    entry.wheelNext = head;
    entry.wheelPrevious = undefined;
    if (head !== undefined) head.wheelPrevious = entry;
    this.#heads[slot] = entry;
  }

  #unlink(entry: Timed): void {
    if (entry.wheelPrevious !== undefined) entry.wheelPrevious.wheelNext = entry.wheelNext;
    else this.#heads[entry.wheelSlot] = entry.wheelNext;
    if (entry.wheelNext !== undefined) entry.wheelNext.wheelPrevious = entry.wheelPrevious;
    entry.wheelNext = undefined;
    entry.wheelPrevious = undefined;
    entry.wheelSlot = -1;
    entry.wheelDue = Number.POSITIVE_INFINITY;
  }
}
