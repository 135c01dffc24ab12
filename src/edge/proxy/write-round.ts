/** What has something to say by the end of the round. */
export interface Flushable {
  roundEnds(): void;
  /** Its write threw: a broken invariant of ours, which costs this connection and no other. */
  destroy(): void;
}

/** Each stands here once, so the number of connections bounds its length. */
let waiting: Flushable[] = [];

/**
 * Puts off a write until everything that has arrived by now was read and judged (the poll phase of the event loop).
 *
 * One write wakes a process that sleeps on the other end, which costs more than the write; when writes of one round
 * follow each other, the first wakes it and the rest find it awake. And the kernel's code and ours no longer push
 * each other out of the caches with every request. A request that arrives alone is written as soon as before.
 */
export function flushSoon(flushable: Flushable): void {
  if (waiting.length === 0) setImmediate(flushRound);
  waiting.push(flushable);
}

function flushRound(): void {
  const round = waiting;
  waiting = [];
  for (const flushable of round) {
    try {
      flushable.roundEnds();
    } catch {
      flushable.destroy();
    }
  }
}
