/**
 * Measures what a request costs in the fast lane at 100,000 live sessions, and what a session weighs. Requests jump
 * between sessions at random, which is the worst case for the caches. Traffic is synthetic and seeded; texts are made
 * anew in chunks, as a log reader or proxy would hand them in.
 */
import { createRandom, type Exchange, keyedHash, noFingerprint, observesAll, type Random, testHashKey } from "#core";
import { createEngine, type Engine } from "#engine";
import { createIntel } from "#intel";

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

function exchangeOf(client: number, at: number, chance: Random): Exchange {
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
      cookies: [{ name: "sid", value: cookie }],
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
      setCookies: answeredNew
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
    observes: observesAll,
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
function measure(step: Step, next: Next, chunks = 1_200): { engine: Engine; nanos: number[] } {
  const engine = createEngine({ intel: createIntel() });
  let at = Date.UTC(2026, 0, 5);
  for (let client = 0; client < sessions; client++) engine.exchange(exchangeOf(client, ++at, random));
  const nanos: number[] = [];
  for (let i = 0; i < chunks; i++) {
    const exchanges = Array.from({ length: chunk }, () => exchangeOf(next(), ++at, random));
    const start = process.hrtime.bigint();
    for (const exchange of exchanges) step(engine, exchange);
    nanos.push(Number(process.hrtime.bigint() - start) / chunk);
  }
  return { engine, nanos };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

const replayed = measure(offline, pageLoads());
const census = replayed.engine.census();
const scattered = measure(offline, anyone);
const inspected = measure(inline, pageLoads());
const inspectedScattered = measure(inline, anyone);
const result = {
  bench: "engine",
  liveSessions: census.sessions,
  offlineNs: Math.round(median(replayed.nanos)),
  offlineScatteredNs: Math.round(median(scattered.nanos)),
  inlineNs: Math.round(median(inspected.nanos)),
  inlineScatteredNs: Math.round(median(inspectedScattered.nanos)),
  bytesPerSession: Math.round(census.bytesPerSession),
  bytesPerIdleClient: Math.round(census.bytesPerClient),
};
console.log(`Time per request at ${result.liveSessions} live sessions (median of chunks of ${chunk}):`);
console.log(
  `  offline, page loads together:  ${result.offlineNs} ns; requests scattered at random: ${result.offlineScatteredNs} ns`,
);
console.log(
  `  inline, page loads together:   ${result.inlineNs} ns; requests scattered at random: ${result.inlineScatteredNs} ns`,
);
console.log(
  `Memory: ${result.bytesPerSession} bytes per live session, ${result.bytesPerIdleClient} per idle client, indexes included`,
);
console.log(JSON.stringify(result));
