import { expect, test } from "vitest";
import { createRandom, engineLimits, readTrace } from "#core";
import { createEngine } from "./index.ts";

/** Unique keys; the full form has five million. `GAIT_NIGHTLY_SECONDS` shortens it for a look. */
const keys =
  process.env.GAIT_NIGHTLY_SECONDS === undefined ? 5_000_000 : 200_000 * Number(process.env.GAIT_NIGHTLY_SECONDS);
const start = Date.UTC(2026, 0, 5, 9);
/** Typed arrays of all tables at their default caps come to about 400 MB; what the runtime needs comes on top. */
const growthBytesMax = 768 * 1024 * 1024;

test("five million keys, each new, keep the engine within its memory, the convicted convicted and people's state in place", () => {
  const engine = createEngine({ seed: 5 });
  const before = process.memoryUsage().rss;
  const one = (trace: string, at: number): string => {
    let kind = "";
    for (const exchange of readTrace(trace, { start: at, application: "shop" })) {
      kind = engine.inspect(exchange).kind;
      engine.observe(exchange);
    }
    return kind;
  };
  const cookie = (person: number): string => `sid=secret-of-person-${person}`;
  for (let person = 1; person <= 100; person++)
    one(
      `@192.0.2.${person} GET / 200 < ${cookie(person)}; Path=/\n+1 GET /a.css 200 > ${cookie(person)}\n+9 GET /b 200 > ${cookie(person)}`,
      start + person * 100,
    );
  const attack = Array.from({ length: 60 }, () => "+0.1 @198.51.100.66 POST /login 401").join("\n");
  one(attack, start + 60_000);
  expect(one("@198.51.100.66 POST /login 401", start + 70_000)).toBe("automated");
  const random = createRandom(8);
  const hex = (): string => Math.floor(random() * 0x1_0000).toString(16);
  const [template] = readTrace("GET /x 404", { start, application: "shop" });
  if (template === undefined) throw new Error("the trace holds one request");
  const step = (25 * 60_000) / keys;
  for (let i = 0; i < keys; i++) {
    const exchange = {
      ...template,
      at: start + 80_000 + i * step,
      client: { ...template.client, ip: `2001:db8:${hex()}:${hex()}::1` },
      request: {
        ...template.request,
        path: `/${hex()}/${hex()}`,
        query: `${hex()}=${hex()}`,
        userAgent: `agent/${i}`,
        cookies: [{ name: `c${i & 0xffff}`, value: i + 1 }],
      },
    };
    engine.inspect(exchange);
    engine.observe(exchange);
    if ((i & 0x3fff) === 0) engine.sweep(exchange.at);
  }
  const after = start + 80_000 + 25 * 60_000;
  const grown = process.memoryUsage().rss - before;
  const census = engine.census();
  expect(grown).toBeLessThan(growthBytesMax);
  expect(census.sessions).toBeLessThanOrEqual(engineLimits.sessionsMax.default);
  expect(census.clients).toBeLessThanOrEqual(engineLimits.clientsMax.default);
  expect(census.endpoints).toBeLessThanOrEqual(engineLimits.endpointsMax.default);
  expect(one("@198.51.100.66 POST /login 401", after)).toBe("automated");
  let kept = 0;
  const people = new Map<string, number>();
  for (let person = 1; person <= 100; person++)
    one(`@192.0.2.${person} GET /c 200 > ${cookie(person)}`, after + person);
  for (const { ip, requests } of engine.clients()) people.set(ip, Math.max(people.get(ip) ?? 0, requests));
  for (let person = 1; person <= 100; person++) if ((people.get(`192.0.2.${person}`) ?? 0) >= 4) kept++;
  expect(kept).toBeGreaterThanOrEqual(95);
  console.log(
    `${keys} keys: ${Math.round(grown / 2 ** 20)} MB grown, ${census.sessions} sessions, ${census.clients} clients, ${census.endpoints} endpoints, ${kept} of 100 people kept`,
  );
}, 1_200_000);
