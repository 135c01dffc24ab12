/**
 * What a request costs after a million, ten million… fifty million requests in one engine, in CPU time of its thread, and what memory it
 * takes by then: state that grows with requests instead of sessions would show in both. Clients come and go, a hundred thousand an hour.
 *
 *     npm run bench:engine -- --long [--millions 50]
 */
import type { Exchange } from "#core";
import { createEngine } from "#engine";
import { createIntel } from "#intel";

/** Requests per measurement. */
const window = 200_000;
const sweepEveryMs = 60_000;
/** Of a simulated second, so that a hundred thousand sessions are open. */
const perSecond = 500;

export interface LongStep {
  readonly requests: number;
  readonly microseconds: number;
  readonly residentMb: number;
}

/** @param exchangeOf makes one request of a client at a time. */
export function runLong(millions: number, exchangeOf: (client: number, at: number) => Exchange): void {
  const engine = createEngine({ intel: createIntel() });
  const marks = [1, 2, 5, 10, 20, 50].filter((mark) => mark <= millions);
  const steps: LongStep[] = [];
  let at = Date.UTC(2026, 0, 5);
  let client = 0;
  let done = 0;
  let sweptAt = at;
  const play = (count: number): number => {
    let micros = 0;
    for (let left = count; left > 0; left -= 1_000) {
      const exchanges = Array.from({ length: Math.min(1_000, left) }, () => {
        at += 1_000 / perSecond;
        // Half of the requests are of the last thousand clients, and each twentieth brings a new one.
        if (done % 20 === 0) client++;
        done++;
        return exchangeOf(Math.max(0, client - ((done * 7_919) % (done % 2 === 0 ? 1_000 : 60_000))), at);
      });
      const before = process.threadCpuUsage();
      for (const exchange of exchanges) {
        engine.inspect(exchange);
        engine.observe(exchange);
      }
      const { user, system } = process.threadCpuUsage(before);
      micros += user + system;
      if (at - sweptAt < sweepEveryMs) continue;
      sweptAt = at;
      engine.sweep(at);
    }
    return micros / count;
  };
  for (const mark of marks) {
    const before = mark * 1e6 - window;
    if (before > done) play(before - done);
    const microseconds = Number(play(window).toFixed(2));
    const residentMb = Math.round(process.memoryUsage().rss / 1e6);
    steps.push({ requests: mark * 1e6, microseconds, residentMb });
    console.log(`  after ${mark} million: ${microseconds} us of CPU per request, ${residentMb} MB resident`);
  }
  const ratio = Number(((steps.at(-1)?.microseconds ?? 0) / (steps[0]?.microseconds ?? 1)).toFixed(2));
  console.log(`  last over first: ${ratio} (goal 1.2 from 1 to 50 million)`);
  console.log(JSON.stringify({ bench: "engine --long", steps, ratio, met: millions < 50 ? null : ratio <= 1.2 }));
}
