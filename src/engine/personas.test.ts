import { describe, expect, test } from "vitest";
import { noIntel, readTrace } from "#core";
import { createEngine } from "./guard.ts";
import { engineAfter, peopleTrace, personTrace, type Row, rowOf, rows, testEngine } from "./testdata/rows.ts";

/** How somebody at 203.0.113.9 is judged on a site that thirty people have used before. */
function judged(trace: string): Row {
  const row = rowOf(engineAfter(`${peopleTrace}\n\n${from203(trace)}`), "203.0.113.9");
  if (row === undefined) throw new Error("the trace holds a request of 203.0.113.9");
  return row;
}

/** Puts the address behind the first line's pause, where the notation wants it. */
function from203(trace: string): string {
  return trace.trim().replace(/^(\+[\d.]+ )?/, "$1@203.0.113.9 ");
}

function repeat(times: number, line: (i: number) => string): string {
  return Array.from({ length: times }, (_, i) => line(i)).join("\n");
}

describe("honest ways of being unusual stay unflagged", () => {
  const silent: Readonly<Record<string, string>> = {
    "a single visit": "GET /product/7 200",
    "a single visit by a search result": 'GET /product/7 200 "Referer: https://search.example/"',
    "an RSS reader": repeat(40, () => "+900 GET /feed.xml 304"),
    "an image-only client (an application, hot-linked pictures)": repeat(30, (i) => `+2 GET /img/${i}.jpg 200`),
    "an image-only client with foreign referers": repeat(
      30,
      (i) => `+2 GET /img/${i}.jpg 200 "Referer: https://blog.example/post"`,
    ),
    "a tab whose code polls": `GET / 200\n+0.3 GET /static/site.css 200 "Referer: https://shop.example/"\n${repeat(120, () => '+30 GET /api/inbox 200 "Referer: https://shop.example/"')}`,
    "an AMP viewer that comes back to the real page": `GET /static/amp.js 200 "Referer: https://cdn.ampproject.example/"\n+20 GET /product/4 200 "Referer: https://cdn.ampproject.example/x"\n+0.4 GET /img/4.jpg 200 "Referer: https://shop.example/product/4"`,
    "a prefetched pair of pages": `GET / 200\n+0.2 GET /static/site.css 200 "Referer: https://shop.example/"\n+0.1 GET /product/1 200 "Referer: https://shop.example/" "Sec-Purpose: prefetch"\n+0.1 GET /product/2 200 "Referer: https://shop.example/" "Sec-Purpose: prefetch"`,
    "somebody who strips referers but loads pages": repeat(
      8,
      (i) => `+${11 + i * 5} GET /product/${i * 31} 200\n+0.3 GET /img/p${i}.jpg 200`,
    ),
    "a cached application that asks its API only": repeat(60, (i) => `+${2 + (i % 17)} GET /api/items 200`),
    "a person who mistypes a password twice": `GET /login 200\n+0.3 GET /static/site.css 200 "Referer: https://shop.example/login"\n+9 POST /login 401 "Referer: https://shop.example/login"\n+11 POST /login 401 "Referer: https://shop.example/login"\n+14 POST /login 302 "Referer: https://shop.example/login" "<Location: /account"`,
  };
  for (const [name, trace] of Object.entries(silent)) {
    test(name, () => {
      const row = judged(trace);
      expect(row.kind, row.detectors.join(", ")).not.toBe("automated");
      expect(row.total, row.detectors.join(", ")).toBeLessThan(80);
    });
  }

  test("a NAT office: twenty people with one address and one user agent, told apart by their cookies", () => {
    const office = repeat(20, (i) => {
      const sid = `sid=office-${i}`;
      const page = '"Referer: https://shop.example/"';
      return [
        `${i === 0 ? "@203.0.113.9 " : "+1 "}GET / 200 < ${sid}; Path=/`,
        `+0.2 GET /static/site.css 200 > ${sid} ${page}`,
        `+${3 + (i % 9)} GET /product/${i * 17} 200 > ${sid} ${page}`,
        `+0.3 GET /img/o${i}.jpg 200 > ${sid} "Referer: https://shop.example/product/${i * 17}"`,
      ].join("\n");
    });
    const found = rows(engineAfter(`${peopleTrace}\n\n${office}`)).filter((row) => row.ip === "203.0.113.9");
    expect(found.length).toBeGreaterThan(5);
    expect(found.reduce((sum, row) => sum + row.requests, 0)).toBe(80);
    for (const row of found) expect(row.kind).not.toBe("automated");
  });

  test("a cookie-less site proves nothing by cookies, and a site without parts nothing by their absence", () => {
    const api = repeat(50, (i) => `+${1 + (i % 13)} GET /v1/orders/${(i * 7919) % 1000} 200`);
    for (const row of rows(engineAfter(api))) {
      expect(row.detectors).not.toContain("cookies-not-returned");
      expect(row.detectors).not.toContain("missing-subresources");
    }
  });

  test("connectors that do not show referers or cookies make those axes unknown", () => {
    const blind = {
      cookies: false,
      setCookie: "none",
      headers: "none",
      referer: false,
      response: true,
      body: false,
      tls: false,
      lagMs: 0,
    } as const;
    const exchanges = readTrace(
      repeat(30, (i) => `+${5 + i} GET /page/${i * 13} 200`),
      { observes: blind },
    );
    for (const row of rows(engineAfter(exchanges))) expect(row.detectors).not.toContain("referer-closure");
  });
});

describe("automation is found by its mechanism", () => {
  const firing: readonly (readonly [name: string, detector: string, trace: string])[] = [
    [
      "a scraper of product pages",
      "missing-subresources",
      repeat(20, (i) => `+5 GET /product/${(i * 7919) % 1000} 200`),
    ],
    [
      "a scraper with made-up referers",
      "referer-closure",
      repeat(20, (i) => `+5 GET /product/${(i * 7919) % 1000} 200 "Referer: https://shop.example/list/${i}"`),
    ],
    ["an id walk", "id-walk", repeat(30, (i) => `+3 GET /product/${30_000 + i} 200`)],
    ["a monitor with a browser's name", "fixed-period", repeat(30, () => "+60 GET / 200")],
    ["a scanner that guesses", "not-found-scan", repeat(30, (i) => `+0.4 GET /old/backup-${i * 31}.php 404`)],
    [
      "a client that ignores redirects",
      "ignores-redirects",
      repeat(25, (i) => `+30 GET /filter/old-${i} 301 "<Location: /filter/new-${i}"`),
    ],
    [
      "a polite crawler without a name",
      "robots-behaviour",
      `GET /robots.txt 200\n${repeat(10, (i) => `+9 GET /product/${i * 71} 200`)}`,
    ],
    ["a password guesser", "auth-failures", repeat(12, () => "+4 POST /login 401")],
    ["a password guesser faster than anybody types", "auth-speed", repeat(3, () => "+0.2 POST /login 401")],
    [
      "a client without a cookie jar",
      "cookie-missing",
      repeat(20, (i) => `+7 GET /product/${i * 31} 200 < sid=x${i}; Path=/`),
    ],
    ["a link checker", "head-requests", repeat(15, (i) => `+2 HEAD /product/${i * 31} 200`)],
  ];
  for (const [name, detector, trace] of firing) {
    test(name, () => {
      const row = judged(trace);
      expect(row.detectors).toContain(detector);
      expect(row.kind, `${row.total}: ${row.detectors.join(", ")}`).toBe("automated");
    });
  }

  test("many accounts from one client", () => {
    const row = judged(repeat(10, (i) => `+5 #user${i} POST /login 401`));
    expect(row.detectors).toContain("auth-spread");
  });

  test("user agents that take turns on one address are presentation only", () => {
    const agents = ["Firefox/16.0", "Chrome/53.0", "Safari/534.53", "Chrome/16.0"];
    const trace = repeat(
      24,
      (i) => `${i === 0 ? "" : "+2 "}GET /product/${i * 31} 200 "User-Agent: Mozilla/5.0 ${agents[i % 4]}"`,
    );
    const found = rows(engineAfter(`${peopleTrace}\n\n@203.0.113.9 ${trace}`)).filter(
      (row) => row.ip === "203.0.113.9",
    );
    expect(found).toHaveLength(4);
    for (const row of found) expect(row.detectors).toContain("ua-rotation");
  });
});

test("a declared bot is one from its first request on, whatever its behaviour", () => {
  const intel = {
    network: () => ({
      asn: 0,
      organisation: "",
      country: "",
      city: "",
      latitude: Number.NaN,
      longitude: Number.NaN,
      categories: [],
      lists: [],
    }),
    declaredBot: (userAgent: string) =>
      userAgent.includes("ExampleBot")
        ? {
            name: "ExampleBot",
            operator: "",
            purpose: "search" as const,
            verification: { ranges: [], domains: [], signatureAgent: "" },
            documentation: "",
          }
        : undefined,
  };
  const engine = testEngine({ intel });
  const [first] = readTrace('GET / 200 "User-Agent: ExampleBot/1.0"');
  if (first === undefined) throw new Error("the trace holds a request");
  expect(engine.inspect(first).kind).toBe("declared-bot");
  expect([...engine.clients()][0]?.decidedAt?.request).toBe(1);
  const masked = testEngine({ intel, maskUserAgents: true });
  expect(masked.inspect(first).kind).toBe("unknown");
});

test("eviction cannot launder: a convicted client is still convicted after a flood took its row", () => {
  const engine = testEngine({ limits: { clientsMax: 200, sessionsMax: 100 } });
  for (const exchange of readTrace(peopleTrace)) engine.exchange(exchange);
  const bot = readTrace(
    repeat(40, (i) => `${i === 0 ? "@203.0.113.9 " : "+3 "}GET /product/${30_000 + i} 200`),
    { start: Date.UTC(2026, 0, 5, 20) },
  );
  for (const exchange of bot) engine.exchange(exchange);
  expect(rowOf(engine, "203.0.113.9")?.kind).toBe("automated");
  const [model] = readTrace("GET / 200", { start: Date.UTC(2026, 0, 5, 21) });
  if (model === undefined) throw new Error("the trace holds a request");
  for (let i = 0; i < 3_000; i++) {
    const ip = `10.9.${(i >> 8) & 255}.${i & 255}`;
    engine.exchange({ ...model, at: model.at + i * 10, client: { ...model.client, ip } });
  }
  const [back] = readTrace("@203.0.113.9 GET /product/1 200", { start: Date.UTC(2026, 0, 5, 22) });
  if (back === undefined) throw new Error("the trace holds a request");
  expect(engine.inspect(back).kind).toBe("automated");
});

test("people's sessions outlive a flood of new keys", () => {
  const engine = testEngine({ limits: { sessionsMax: 200, clientsMax: 4000 } });
  for (const exchange of readTrace(peopleTrace)) engine.exchange(exchange);
  const at = readTrace(peopleTrace).at(-1)?.at ?? 0;
  const late = readTrace(personTrace(200), { start: at });
  for (const exchange of late.slice(0, 8)) engine.exchange(exchange);
  const [model] = readTrace("GET / 200", { start: at + 60_000 });
  if (model === undefined) throw new Error("the trace holds a request");
  for (let i = 0; i < 2_000; i++) {
    const ip = `10.8.${(i >> 8) & 255}.${i & 255}`;
    engine.exchange({ ...model, at: model.at + i, client: { ...model.client, ip } });
  }
  for (const exchange of late.slice(8)) engine.exchange({ ...exchange, at: exchange.at + 120_000 });
  expect(rowOf(engine, late[0]?.client.ip ?? "")?.sessions).toBe(1);
});

test("a stuffing tool that calls itself a search engine, or curl, is judged by what it does", () => {
  for (const [name, purpose] of [
    ["Crawler", "search"],
    ["curl", "tool"],
  ] as const) {
    const bot = {
      name,
      operator: "",
      purpose,
      documentation: "",
      verification: { ranges: [], domains: [], signatureAgent: "" },
    };
    const engine = createEngine({ intel: { ...noIntel, declaredBot: () => bot } });
    const tries = Array.from({ length: 14 }, (_, i) => `+${i} POST /login 401`).join("\n");
    let kind = "";
    for (const exchange of readTrace(tries, { userAgent: name })) {
      kind = engine.inspect({ ...exchange, response: undefined }).kind;
      engine.observe(exchange);
    }
    expect(kind, name).toBe("automated");
  }
});
