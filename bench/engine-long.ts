/**
 * What a request costs after a million, ten million… fifty million requests in one engine, in CPU time of its thread, and what memory it
 * takes by then: state that grows with requests instead of sessions would show in both. Clients come and go, a hundred thousand an hour.
 * Counting begins when as many sessions are open as stay open, two million requests in: before, each request costs more because there are
 * more sessions, which is not what is asked here. The peer is the same number of reads and writes all over a table of 64 MB, measured beside
 * each step: what other processes take of caches and memory slows both.
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

/** Requests until the number of open sessions no longer rises. */
const warmUp = 2_000_000;
const peerCells = 1 << 23;
const peerSteps = 4_000_000;

export interface LongStep {
  readonly requests: number;
  readonly microseconds: number;
  /** CPU time of one step of the peer, in nanoseconds. */
  readonly peerNs: number;
  readonly residentMb: number;
}

/** Nanoseconds of CPU that one read and write at a place of chance in a table of 64 MB takes now. */
function peer(table: Float64Array): number {
  const before = process.threadCpuUsage();
  let place = 1;
  for (let i = 0; i < peerSteps; i++) {
    place = (Math.imul(place, 1_664_525) + 1_013_904_223) >>> 0;
    const at = place & (peerCells - 1);
    table[at] = (table[at] as number) + 1;
  }
  const { user, system } = process.threadCpuUsage(before);
  return (1_000 * (user + system)) / peerSteps;
}

/** @param exchangeOf makes one request of a client at a time. */
export function runLong(millions: number, exchangeOf: (client: number, at: number) => Exchange): void {
  const engine = createEngine({ intel: createIntel() });
  const marks = [1, 2, 5, 10, 20, 50].filter((mark) => mark <= millions);
  const steps: LongStep[] = [];
  const table = new Float64Array(peerCells);
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
  play(warmUp);
  for (const mark of marks) {
    const before = warmUp + mark * 1e6 - window;
    if (before > done) play(before - done);
    const peerBefore = peer(table);
    const microseconds = Number(play(window).toFixed(2));
    const peerNs = Number(((peerBefore + peer(table)) / 2).toFixed(2));
    const { rss, heapUsed } = process.memoryUsage();
    const residentMb = Math.round(rss / 1e6);
    steps.push({ requests: mark * 1e6, microseconds, peerNs, residentMb });
    console.log(
      `  after ${mark} million: ${microseconds} us of CPU per request (peer ${peerNs} ns), ${residentMb} MB resident, ${Math.round(heapUsed / 1e6)} MB of it objects, ${engine.census().sessions} sessions, ${engine.census().clients} clients`,
    );
  }
  const [first, last] = [steps[0], steps.at(-1)];
  const ratio = Number(((last?.microseconds ?? 0) / (first?.microseconds ?? 1)).toFixed(2));
  const peerRatio = Number(((last?.peerNs ?? 0) / (first?.peerNs ?? 1)).toFixed(2));
  console.log(`  last over first: ${ratio}, the peer's ${peerRatio} (goal 1.2 from 1 to 50 million)`);
  const met = millions < 50 ? null : ratio / Math.max(1, peerRatio) <= 1.2;
  console.log(JSON.stringify({ bench: "engine --long", steps, ratio, peerRatio, met }));
}
