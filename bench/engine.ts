/**
 * Measures what a request costs in the fast lane at 100,000 live sessions, and what a session weighs. Requests jump
 * between sessions at random, which is the worst case for the caches. Traffic is synthetic and seeded; texts are made
 * anew in chunks, as a log reader or proxy would hand them in.
 */
import {
  createRandom,
  type Exchange,
  keyedHash,
  noFingerprint,
  type Observes,
  observesAll,
  type Random,
  testHashKey,
} from "#core";
import { createEngine, type Engine } from "#engine";
import { createIntel } from "#intel";
import { runLong } from "./engine-long.ts";

const sessions = 100_000;
/** Small enough that the requests themselves stay in the cache, as they do when a proxy has just read them. */
const chunk = 200;
const random = createRandom(7);
const agents = Array.from(
  { length: 400 },
  (_, i) =>
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${120 + (i % 20)}.0.${i}.0 Safari/537.36`,
);

function copy(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

/** What a plain access log shows. */
const observesLog: Observes = {
  ...observesAll,
  cookies: false,
  setCookie: "none",
  headers: "logged",
  body: false,
  tls: false,
};

function exchangeOf(
  client: number,
  at: number,
  { chance, log }: { readonly chance: Random; readonly log: boolean },
): Exchange {
  const page = chance() < 0.25;
  const product = Math.floor(chance() * 5_000);
  const path = page
    ? `/shop/category-${product % 20}/product/${product}`
    : `/static/img/${product % 300}/photo-large.jpg`;
  const cookie = keyedHash(testHashKey, `session-${client}`);
  const answeredNew = page && chance() < 0.1;
  return {
    id: "",
    at,
    application: "shop",
    client: { ip: `10.${client >> 16}.${(client >> 8) & 255}.${client & 255}`, fingerprint: noFingerprint },
    request: {
      method: "GET",
      scheme: "https",
      host: "shop.example",
      path: copy(path),
      query: page && chance() < 0.2 ? `page=${product % 9}` : "",
      protocol: "HTTP/1.1",
      headers: { names: [], values: [] },
      userAgent: copy(agents[client % agents.length] ?? ""),
      referer: copy(`https://shop.example/shop/category-${product % 20}/product/${(product * 7) % 5_000}`),
      cookies: log ? [] : [{ name: "sid", value: cookie }],
      bodyBytes: -1,
      token: 0,
      account: 0,
      password: 0,
      tokens: [],
      oddities: [],
    },
    response: {
      status: chance() < 0.02 ? 404 : 200,
      bytes: 20_000,
      durationMs: 12,
      contentType: page ? "text/html" : "image/jpeg",
      location: "",
      setCookies:
        answeredNew && !log
          ? [
              {
                name: "sid",
                value: cookie,
                domain: "",
                path: "/",
                maxAgeSeconds: 3600,
                secure: true,
                httpOnly: true,
                sameSite: "lax",
              },
            ]
          : [],
      tokens: [],
    },
    observes: log ? observesLog : observesAll,
    // As the proxy's own exchanges have it.
    ...(log ? {} : { note: 0 }),
  };
}

type Step = (engine: Engine, exchange: Exchange) => void;

const offline: Step = (engine, exchange) => engine.exchange(exchange);
const inline: Step = (engine, exchange) => {
  engine.inspect(exchange);
  engine.observe(exchange);
};

/** Which client the next request is from: anyone (worst for the caches) or the same one for a page load (as logs are). */
type Next = () => number;

const anyone: Next = () => Math.floor(random() * sessions);

function pageLoads(): Next {
  const open = Array.from({ length: 16 }, anyone);
  return () => {
    const place = Math.floor(random() * open.length);
    if (random() < 0.06) open[place] = anyone();
    return open[place] ?? 0;
  };
}

/** Nanoseconds per request in chunks, after every session was opened. */
function measure(step: Step, next: Next, log: boolean): { engine: Engine; nanos: number[]; at: number } {
  const source = { chance: random, log };
  const engine = createEngine({ intel: createIntel() });
  let at = Date.UTC(2026, 0, 5);
  for (let client = 0; client < sessions; client++) engine.exchange(exchangeOf(client, ++at, source));
  const nanos: number[] = [];
  for (let i = 0; i < 1_200; i++) {
    const exchanges = Array.from({ length: chunk }, () => exchangeOf(next(), ++at, source));
    const start = process.hrtime.bigint();
    for (const exchange of exchanges) step(engine, exchange);
    nanos.push(Number(process.hrtime.bigint() - start) / chunk);
  }
  return { engine, nanos, at };
}

/**
 * Nanoseconds of single requests, inspect and observe together, for the tail; the clock itself costs about 50. `undisturbed` are those
 * during which no thread of this process was taken off its core against its will: the rest measure the machine.
 */
function measureSingly(
  { engine, at: from }: { readonly engine: Engine; readonly at: number },
  next: Next,
): { wall: number[]; undisturbed: number[] } {
  const source = { chance: random, log: false };
  let at = from;
  const wall: number[] = [];
  const undisturbed: number[] = [];
  for (let i = 0; i < 300; i++) {
    const exchanges = Array.from({ length: chunk }, () => exchangeOf(next(), ++at, source));
    for (const exchange of exchanges) {
      const before = process.resourceUsage().involuntaryContextSwitches;
      const start = process.hrtime.bigint();
      inline(engine, exchange);
      const nanos = Number(process.hrtime.bigint() - start);
      wall.push(nanos);
      if (process.resourceUsage().involuntaryContextSwitches === before) undisturbed.push(nanos);
    }
  }
  return { wall, undisturbed };
}

/** The value below which a share of the chunks lies. */
function quantile(values: readonly number[], share: number): number {
  return Math.round([...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? 0);
}

function row(name: string, nanos: readonly number[]): string {
  return `  ${name.padEnd(44)} ${String(quantile(nanos, 0.5)).padStart(6)} ns, fastest tenth ${quantile(nanos, 0.1)} ns`;
}

function main(): void {
  const log = measure(offline, pageLoads(), true);
  const logScattered = measure(offline, anyone, true);
  const live = measure(inline, pageLoads(), false);
  const single = measureSingly(live, pageLoads());
  const liveScattered = measure(inline, anyone, false);
  const census = live.engine.census();
  const result = {
    bench: "engine",
    liveSessions: census.sessions,
    offlineNs: quantile(log.nanos, 0.5),
    offlineFastNs: quantile(log.nanos, 0.1),
    inlineNs: quantile(live.nanos, 0.5),
    inlineFastNs: quantile(live.nanos, 0.1),
    inlineP50Ns: quantile(single.wall, 0.5),
    inlineP99Ns: quantile(single.wall, 0.99),
    inlineUndisturbedP99Ns: quantile(single.undisturbed, 0.99),
    inlineScatteredNs: quantile(liveScattered.nanos, 0.5),
    bytesPerSession: Math.round(census.bytesPerSession),
    bytesPerLogSession: Math.round(log.engine.census().bytesPerSession),
    bytesPerIdleClient: Math.round(census.bytesPerClient),
  };
  console.log(
    `Time per request at ${result.liveSessions} live sessions, median of ${log.nanos.length} chunks of ${chunk}`,
  );
  console.log("(on a busy machine the fastest tenth says more about the code):");
  console.log(row("access log, page loads together", log.nanos));
  console.log(row("access log, requests scattered at random", logScattered.nanos));
  console.log(row("inline with cookies, page loads together", live.nanos));
  console.log(row("inline with cookies, scattered at random", liveScattered.nanos));
  console.log(
    `  single requests inline, page loads together: p50 ${(result.inlineP50Ns / 1000).toFixed(1)} µs (goal 5), p99 ${(result.inlineP99Ns / 1000).toFixed(1)} µs of wall time, ${(result.inlineUndisturbedP99Ns / 1000).toFixed(1)} µs where the core was not taken away (goal 40)`,
  );
  console.log(
    `Bytes: ${result.bytesPerSession} per live session with cookies, ${result.bytesPerLogSession} without, ${result.bytesPerIdleClient} per idle client (indexes included)`,
  );
  console.log(JSON.stringify(result));
}

if (process.argv.includes("--long")) {
  const millions = Number(process.argv[process.argv.indexOf("--millions") + 1]) || 50;
  const source = { chance: createRandom(11), log: false };
  runLong(millions, (client, at) => exchangeOf(client, at, source));
} else main();
