import { describe, expect, test } from "vitest";
import type { Signal } from "#core";
import { orchestrationDetectors } from "./orchestration-detectors.ts";
import { bare, byName, createShop, own, person, teach, walk } from "./testdata/shop.ts";

/**
 * Honest people who look odd. None may trip anything persona-proof; what else is said must stay far below the
 * ln(10^4) = 9.2 nats of a single conviction, and below the evidence against the bare log-in of a library.
 */
const personas: readonly (readonly [who: string, trace: string])[] = [
  [
    "a privacy browser that empties its jar at close and blocks script",
    person.replaceAll(";_ga=g1", "").replace(/.*app\.js.*\n/, ""),
  ],
  [
    "a cookie refuser who logs in all the same",
    `GET /login 200 < sid=s1 < csrf=c1\n+0.4 GET /app.js 200 ${own}\n+9 GET / 200 ${own} < sid=s2\n+9 POST /login 401 ${own}`,
  ],
  [
    "a restored tab: the page comes from cache, the jar is from yesterday",
    `+9 GET / 200 < sid=s9; Max-Age=864000\n\n+90000 POST /login 302 > sid=s9 ${own}`,
  ],
  [
    "a password manager that posts as soon as the page is there",
    `GET /login 200 < sid=s1 < csrf=c1\n+0.3 GET /app.js 200 > sid=s1;csrf=c1 ${own}\n+0.2 POST /login 302 > sid=s1;csrf=c1 ${own} < sid=s2`,
  ],
  [
    "many tabs: requests in flight while the session rotates",
    `GET / 200 < sid=s1 < csrf=c1
     +9 GET /login 200 > sid=s1;csrf=c1 < sid=s2
     +0.1 GET /list 200 > sid=s1;csrf=c1
     +0.1 GET /app.js 200 > sid=s1;csrf=c1
     +0.4 GET /list 200 > csrf=c1;sid=s2
     +9 GET / 200 > csrf=c1;sid=s2`,
  ],
  [
    "a slow line: the answer's cookie arrives seconds late",
    "GET / 200 < sid=s1\n+1.4 GET /app.js 200\n+1.4 GET /list 200\n+9 GET /list 200 > sid=s1",
  ],
  [
    "a page kept offline that plays its requests back at once",
    `GET / 200 < sid=s1 < csrf=c1\n${"+0.01 GET /list 200 > sid=s1;csrf=c1\n".repeat(20)}`,
  ],
  [
    "a clock that runs an hour ahead, dropping short-lived cookies early",
    "GET / 200 < sid=s1 < tmp=1; Max-Age=1800\n+9 GET /list 200 > sid=s1\n+1745 GET /list 200 > sid=s1",
  ],
  [
    "an older browser without SameSite that follows a link from elsewhere",
    'GET / 200 < sid=s1; SameSite=Lax < pay=1; SameSite=Strict\n+9 GET /list 200 > sid=s1;pay=1 "Referer: https://news.example/"',
  ],
  ["a script that rewrites the application's own cookie", "GET / 200 < cart=0\n+9 GET /list 200 > cart=0"],
];

const proof = new Set(orchestrationDetectors.filter(({ personaProof }) => personaProof).map(({ name }) => name));
const total = (signals: readonly Signal[]): number => signals.reduce((sum, { nats }) => sum + nats, 0);

describe("honest, though odd", () => {
  const shop = createShop();
  teach(shop, 400);
  const library = byName(walk(shop, bare))["precondition-missed"] ?? 0;

  test("the bare log-in of a library is clearly worse", () => {
    expect(library).toBeGreaterThan(3);
  });

  test.each(personas)("%s", (_, trace) => {
    const signals = walk(shop, trace, { start: Date.UTC(2026, 0, 9) });
    expect(signals.filter(({ detector }) => proof.has(detector))).toEqual([]);
    expect(total(signals)).toBeLessThan(9.2);
  });
});

test("a persona that is common here is learned, and weighs next to nothing", () => {
  const shop = createShop();
  const noScript = person.replaceAll(";_ga=g1", "");
  for (let i = 0; i < 600; i++) {
    const start = Date.UTC(2026, 0, 5) + i * 60_000;
    walk(shop, i % 3 === 0 ? noScript : person, { start, voter: `v${i}` });
  }
  expect(total(walk(shop, noScript, { start: Date.UTC(2026, 0, 6) }))).toBeLessThan(2);
});

test("script that rewrites an issued cookie is recognised, first by honest clients", () => {
  const shop = createShop();
  const rewrite = "GET / 200 < cart=0\n+9 GET /list 200 > cart=made-by-script";
  expect(byName(walk(shop, rewrite))["cookie-never-issued"]).toBeGreaterThan(1);
  for (let i = 0; i < 4; i++) walk(shop, rewrite, { voter: `v${i}` });
  expect(walk(shop, rewrite)).toEqual([]);
});

test("people behind one address and one user agent are not charged for each other's jars", () => {
  const shop = createShop();
  teach(shop, 200);
  const office = `GET / 200 < sid=a
    +9 GET / 200 < sid=b
    +9 GET /list 200 > sid=a
    +9 GET /list 200 > sid=b
    +9 GET /list 200 > sid=a
    +9 GET /list 200 > sid=b
    +9 GET /list 200 > sid=a`;
  const names = walk(shop, office, { start: Date.UTC(2026, 0, 7) }).map(({ detector }) => detector);
  expect(names.filter((name) => name !== "js-cookies-absent")).toEqual([]);
});

test("a gateway that starts in the middle of everybody's visit accuses nobody", () => {
  const shop = createShop();
  const running = "GET /list 200 > sid=from-before;csrf=too\n+9 GET /list 200 > sid=from-before;csrf=too < sid=new";
  expect(walk(shop, `${running}\n+9 GET /list 200 > csrf=too;sid=new`)).toEqual([]);
});

test("teaching cannot be bought: ten thousand sessions of one account count as one", () => {
  const shop = createShop();
  teach(shop, 100);
  const noScript = person.replaceAll(";_ga=g1", "");
  const before = byName(walk(shop, noScript))["js-cookies-absent"] ?? 0;
  for (let i = 0; i < 1_000; i++) walk(shop, noScript, { voter: "one", cohort: 5 });
  expect(byName(walk(shop, noScript))["js-cookies-absent"] ?? 0).toBeGreaterThan(before - 0.5);
});
