/**
 * Cost of the cookie ledger and the intent graph per request, in place and alone:
 *
 *     npm run bench:ledger
 *
 * 100,000 live sessions are visited in random order (so rows are cold), each with ten cookies presented of which
 * eight are held; every twentieth answer rotates one. The peer in the same run is the least a ledger could do:
 * look every cookie name up in a Map and compare its value. Then sessions that hold one to eight cookies and bring all of them, in the
 * same order of slots: what each further cookie costs, in the row (two) and in the annex (from the third on). Last line: JSON.
 */
import { type CookieSeen, type CookieSet, createRandom, type Exchange, noFingerprint, observesAll } from "#core";
import { Orchestration } from "../src/engine/intent/orchestration.ts";
import { annexBytes, rowBytes } from "../src/engine/ledger/session-slab.ts";

const sessions = 100_000;
const requests = 400_000;
const rounds = 5;
const issuedNames = ["sid", "csrf", "cart", "lang", "theme", "ab", "seen", "geo"];
const scriptNames = ["_ga", "_gid"];
const start = Date.UTC(2026, 0, 5);

function setOf(name: string, value: number): CookieSet {
  const base = { domain: "", path: "/", maxAgeSeconds: 86_400, secure: true, httpOnly: true } as const;
  return { ...base, name, value, sameSite: "lax" };
}

function exchangeOf(at: number, cookies: readonly CookieSeen[], setCookies: readonly CookieSet[]): Exchange {
  return {
    id: "",
    at,
    application: "shop",
    client: { ip: "192.0.2.1", fingerprint: noFingerprint },
    request: {
      method: "GET",
      scheme: "https",
      host: "shop.example",
      path: "/list/shoes",
      query: "",
      protocol: "HTTP/2.0",
      headers: {
        names: ["host", "user-agent", "accept", "accept-language", "accept-encoding", "sec-fetch-site", "cookie"],
        values: ["shop.example", "Mozilla/5.0", "text/html", "en", "gzip", "same-origin", ""],
      },
      userAgent: "Mozilla/5.0",
      referer: "https://shop.example/",
      cookies,
      bodyBytes: 0,
      token: 0,
      account: 0,
      password: 0,
      tokens: [],
      oddities: [],
    },
    response: {
      status: 200,
      bytes: 1000,
      durationMs: 20,
      contentType: "text/html",
      location: "",
      setCookies,
      tokens: [],
    },
    observes: observesAll,
  };
}

const random = createRandom(20_260_105);
const ledger = new Orchestration({ sessionsMax: sessions });
ledger.describe(1, { name: "GET /list/{x}", sort: "page", sensitive: false });
const issuedValue = (slot: number, name: number): number => (slot * 8 + name + 1) * 1_048_583;

for (let slot = 0; slot < sessions; slot++) {
  ledger.open(slot, "shop", start);
  const sets = issuedNames.map((name, i) => setOf(name, issuedValue(slot, i)));
  ledger.response(slot, exchangeOf(start, [], sets), { endpoint: 1, now: start });
}

const names = [...issuedNames, ...scriptNames];
const header = names.join(";");
const slots = Uint32Array.from({ length: requests }, () => Math.floor(random() * sessions));
const cookies: { name: string; value: number }[] = names.map((name) => ({ name, value: 0 }));
const quiet = exchangeOf(start, cookies, []);
const rotating = exchangeOf(start, cookies, [setOf("csrf", 1)]);
const peer = new Map<string, number>(names.map((name, i) => [name, i]));

/** What the edge does anyway: names sliced from a header, fresh and unhashed, so no run profits from interned strings. */
function fill(slot: number): void {
  const fresh = header.split(";");
  for (let i = 0; i < cookies.length; i++) {
    const cookie = cookies[i];
    if (cookie === undefined) continue;
    cookie.name = fresh[i] ?? "";
    cookie.value = i < issuedNames.length ? issuedValue(slot, i) : 7 * slot + i;
  }
}

function timed(each: (slot: number, index: number) => void): number {
  // CPU time: other work on the machine counts less.
  const begun = process.cpuUsage();
  for (let index = 0; index < requests; index++) {
    const slot = slots[index] ?? 0;
    fill(slot);
    each(slot, index);
  }
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / requests;
}

interface Timing {
  readonly ledger: number;
  readonly peer: number;
}

let same = 0;

function round(number: number): Timing {
  const now = start + 60_000 * (number + 1);
  const empty = timed((slot) => {
    same += slot & 1;
  });
  const ledgerAll = timed((slot, index) => {
    const exchange = index % 20 === 0 ? rotating : quiet;
    ledger.request(slot, exchange, { endpoint: 1, now });
    ledger.response(slot, exchange, { endpoint: 1, now: now + 20 });
  });
  const peerAll = timed(() => {
    for (const { name, value } of cookies) if (peer.get(name) === value) same++;
  });
  return { ledger: ledgerAll - empty, peer: peerAll - empty };
}

const timings = Array.from({ length: rounds }, (_, number) => round(number));
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
const micros = median(timings.map((timing) => timing.ledger));
const peerMicros = median(timings.map((timing) => timing.peer));

console.log(`ledger and graph, request + answer: ${micros.toFixed(2)} µs (median of ${rounds} rounds)`);
console.log(`peer, ten Map look-ups and compares: ${peerMicros.toFixed(2)} µs`);

/** Sessions that hold so many cookies; the function measures a request that brings them all, and its answer, filling not counted. */
function holding(held: number): (number: number) => number {
  const many = new Orchestration({ sessionsMax: sessions });
  many.describe(1, { name: "GET /list/{x}", sort: "page", sensitive: false });
  for (let slot = 0; slot < sessions; slot++) {
    many.open(slot, "shop", start);
    const sets = issuedNames.slice(0, held).map((name, i) => setOf(name, issuedValue(slot, i)));
    many.response(slot, exchangeOf(start, [], sets), { endpoint: 1, now: start });
  }
  const exchange = exchangeOf(start, cookies.slice(0, held), []);
  return (number) => {
    const now = start + 60_000 * (number + 1);
    const empty = timed((slot) => {
      same += slot & 1;
    });
    const all = timed((slot) => {
      many.request(slot, exchange, { endpoint: 1, now });
      many.response(slot, exchange, { endpoint: 1, now: now + 20 });
    });
    return all - empty;
  };
}

// Round by round over all of them, so that a disturbance meets all alike; the least of the rounds says most about the code.
const counts = [1, 2, 3, 4, 8];
const measures = counts.map(holding);
const least = counts.map(() => Number.POSITIVE_INFINITY);
for (let number = 0; number < 2 * rounds; number++)
  for (const [index, measure] of measures.entries())
    least[index] = Math.min(least[index] ?? Number.POSITIVE_INFINITY, measure(number));
const cost = (held: number): number => least[counts.indexOf(held)] ?? 0;
for (const held of counts)
  console.log(`  ${held} ${held === 1 ? "cookie " : "cookies"} held and brought: ${cost(held).toFixed(2)} µs`);
console.log(
  `the second cookie, in the row: ${(cost(2) - cost(1)).toFixed(2)} µs; the third, which begins the annex: ${(cost(3) - cost(2)).toFixed(2)} µs; the fourth: ${(cost(4) - cost(3)).toFixed(2)} µs; each of the next four: ${((cost(8) - cost(4)) / 4).toFixed(2)} µs`,
);
const bytes = rowBytes + annexBytes;
console.log(
  `bytes per live session with ten cookies: ${bytes}, with up to two ${rowBytes} (check ${same > 0 ? "ok" : "failed"})`,
);
const goals = [
  { name: "ledger.micros.request10cookies", value: Number(micros.toFixed(3)), target: 1.5, met: micros <= 1.5 },
  { name: "ledger.bytes.session", value: bytes, target: 600, met: bytes <= 600 },
];
console.log(
  JSON.stringify({
    goals,
    peerMicros: Number(peerMicros.toFixed(3)),
    ratio: Number((micros / peerMicros).toFixed(2)),
    microsByCookies: Object.fromEntries(counts.map((held) => [held, Number(cost(held).toFixed(3))])),
  }),
);
