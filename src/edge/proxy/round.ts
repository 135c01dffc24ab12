/** A request that was read and waits for its judgement. */
export interface Judgeable {
  /** Asks the engine; touches nothing but the engine. Never throws. */
  judgeNow(): void;
  /** Does what the judgement says. Never throws. */
  actNow(): void;
}

/** What has something to say by the end of the round. */
export interface Flushable {
  roundEnds(): void;
  /** Its write threw: a broken invariant of ours, which costs this connection and no other. */
  destroy(): void;
}

// Each connection or stream stands in each list once, so their number bounds the lengths.
let judging: Judgeable[] = [];
let writing: Flushable[] = [];
let learning: (() => void)[] = [];
let isScheduled = false;

/**
 * One round of the event loop does one thing after the other for everything that has arrived: first all is read (the poll
 * phase), then answers are written, then the engine learns from what is over, then all new requests are judged, and then
 * they are sent on. The engine's code and tables are some hundred kilobytes, the kernel's network code as much, and
 * taking turns for every request they push each other out of the caches. A request that arrives alone waits for nothing.
 *
 * Learning comes before judging: under load one round may have read an answer that issues a cookie and the request that
 * brings it back.
 */
export function judgeSoon(request: Judgeable): void {
  schedule();
  judging.push(request);
}

/**
 * Puts off a write until everything that has arrived by now was read (answers) and judged (requests that are sent on).
 *
 * One write wakes a process that sleeps on the other end, which costs more than the write; when writes of one round
 * follow each other, the first wakes it and the rest find it awake.
 */
export function flushSoon(flushable: Flushable): void {
  schedule();
  writing.push(flushable);
}

/** Runs behind the answers' writes, so that none waits for what is learned from it, and before the next judgement. */
export function learnSoon(lesson: () => void): void {
  schedule();
  learning.push(lesson);
}

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  setImmediate(endRound);
}

function endRound(): void {
  try {
    writeAll();
    learnAll();
    const requests = judging;
    judging = [];
    for (const request of requests) request.judgeNow();
    for (const request of requests) request.actNow();
    writeAll();
    // What we answered ourselves is over already.
    learnAll();
  } finally {
    isScheduled = false;
    if (judging.length + writing.length + learning.length > 0) schedule();
  }
}

/** What is written while this runs is of the next round. */
function writeAll(): void {
  const round = writing;
  writing = [];
  for (const flushable of round) write(flushable);
}

function learnAll(): void {
  const over = learning;
  learning = [];
  for (const lesson of over) {
    try {
      lesson();
    } catch {
      // A broken invariant of ours costs the lesson alone; who teaches counts its own faults.
    }
  }
}

function write(flushable: Flushable): void {
  try {
    flushable.roundEnds();
  } catch {
    flushable.destroy();
  }
}
