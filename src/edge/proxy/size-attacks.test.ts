import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readAnswers } from "../testdata/answer-reader.ts";
import { openRig, RawClient, type Rig } from "../testdata/gateway-rig.ts";

/**
 * Floods of size, count and hash. What is refused never reaches the origin; what passes is processed whole: the headers,
 * the query and the body that judgement was shown are those that the origin receives, compared by hash.
 */
let rig: Rig;
let closeOrigin: () => void;
const received: { readonly query: string; readonly names: readonly string[]; readonly body: string }[] = [];

beforeAll(async () => {
  const origin = createServer({ maxHeaderSize: 262_144 }, (request, response) => {
    const digest = createHash("sha256");
    request.on("data", (chunk: Buffer) => digest.update(chunk));
    request.on("end", () => {
      const names = request.rawHeaders.filter((name, i) => i % 2 === 0 && /^(?:X-N|Cookie|Accept)/.test(name));
      received.push({ query: request.url?.split("?")[1] ?? "", names, body: digest.digest("hex") });
      response.end("ok");
    });
  });
  origin.maxHeadersCount = 0;
  await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
  closeOrigin = () => {
    origin.closeAllConnections();
    origin.close();
  };
  rig = await openRig((origin.address() as AddressInfo).port, {
    limits: { headersMax: 1_000, headBytesMax: 65_536, targetBytesMax: 1_048_576 },
  });
});
afterAll(async () => {
  await rig.close();
  closeOrigin();
});

interface Attack {
  readonly name: string;
  readonly lines?: readonly string[];
  readonly query?: string;
  readonly body?: Buffer;
  /** Statuses of a refusal; none: it must pass whole. */
  readonly refused?: readonly number[];
}

const many = (count: number, line: (i: number) => string): string[] => Array.from({ length: count }, (_, i) => line(i));
const nested = `${"[".repeat(100)}${"]".repeat(100)}`;
const multipart = Buffer.from(
  `${many(10_000, (i) => `--b\r\nContent-Disposition: form-data; name="p${i}"\r\n\r\nv\r\n`).join("")}--b--\r\n`,
);

const attacks: readonly Attack[] = [
  { name: "a header of 65 KB", lines: [`X-N: ${"y".repeat(66_560)}`], refused: [431] },
  { name: "a header of 60 KB", lines: [`X-N: ${"y".repeat(60_000)}`] },
  { name: "998 headers", lines: many(996, (i) => `X-N${i}: 1`) },
  { name: "1,001 headers", lines: many(999, (i) => `X-N${i}: 1`), refused: [431] },
  { name: "2,000 headers", lines: many(1_998, (i) => `X-N${i}: 1`), refused: [431] },
  { name: "3,000 headers", lines: many(2_998, (i) => `X-N${i}: 1`), refused: [431] },
  { name: "a target of 1 MB", query: "q".repeat(1_048_576), refused: [414, 431] },
  {
    name: "16,000 cookies in one line",
    lines: [`Cookie: ${many(16_000, (i) => `c${i}=1`).join("; ")}`],
    refused: [431],
  },
  { name: "6,000 cookies in one line", lines: [`Cookie: ${many(6_000, (i) => `c${i}=1`).join("; ")}`] },
  { name: "cookies in 900 lines", lines: many(900, (i) => `Cookie: c${i}=1`) },
  { name: "10,000 query keys", query: many(10_000, (i) => `${i % 90}=`).join("&") },
  { name: "5,000 query keys that are integers", query: many(5_000, (i) => `${i * 65_536}=1`).join("&") },
  { name: "400 headers whose names are integers", lines: many(400, (i) => `${4_294_967_296 - i}: 1`) },
  { name: "names of the prototype", lines: ["__proto__: 1", "constructor: 1", "toString: 1"], query: "__proto__[x]=1" },
  { name: "JSON of a hundred levels", lines: ["Content-Type: application/json"], body: Buffer.from(nested) },
  {
    name: "a log-in of a hundred levels",
    lines: ["Content-Type: application/json"],
    body: Buffer.from(`{"username":"a","password":${nested}}`),
  },
  { name: "10,000 parts", lines: ["Content-Type: multipart/form-data; boundary=b"], body: multipart },
  {
    name: "a bomb of zeros",
    lines: ["Content-Type: application/json", "Content-Encoding: gzip"],
    body: gzipSync(Buffer.alloc(20_000_000)),
  },
];

test.each(attacks)("$name: refused with nothing upstream, or processed whole", async (attack) => {
  const { lines = [], query = "", body, refused } = attack;
  received.length = 0;
  rig.guard.inspected.length = 0;
  const head = [
    `${body === undefined ? "GET" : "POST"} /login?${query} HTTP/1.1`,
    "Host: a",
    "Connection: close",
    ...lines,
  ];
  if (body !== undefined) head.push(`Content-Length: ${body.length}`);
  const client = new RawClient(rig.port).send(`${head.join("\r\n")}\r\n\r\n`);
  if (body !== undefined) client.send(body);
  const [answer] = readAnswers(await client.untilEnd(5_000), true);
  client.close();
  const [inspected] = rig.guard.inspected;
  if (refused !== undefined) {
    expect(refused).toContain(answer?.status);
    expect([received, inspected]).toEqual([[], undefined]);
    return;
  }
  expect(answer?.status).toBe(200);
  const seen = {
    query: inspected?.request.query,
    body: createHash("sha256")
      .update(body ?? "")
      .digest("hex"),
  };
  const [origin] = received;
  expect({ query: origin?.query, body: origin?.body }).toEqual(seen);
  // Every line that was sent was judged, and reaches the origin but for several Cookie lines, which become one.
  const names = lines.map((line) => line.slice(0, line.indexOf(":")));
  expect(inspected?.request.headers.names.filter((name) => names.includes(name))).toEqual(names);
  const forwarded = new Set(names.filter((name) => /^(?:X-N|Cookie|Accept)/.test(name)));
  expect(new Set(origin?.names)).toEqual(forwarded);
});

test("a person is served while heads of every size and count are thrown at the gateway", async () => {
  let running = true;
  const attacker = async (from: number): Promise<void> => {
    for (let i = from; running; i++) {
      const { lines = [], query = "" } = attacks[i % 13] as Attack;
      const client = new RawClient(rig.port).send(
        `GET /a?${query} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`,
      );
      await client.untilEnd(2_000);
      client.close();
    }
  };
  const attackers = [0, 3, 6, 9].map((from) => attacker(from));
  for (let turn = 0; turn < 25; turn++) {
    const client = new RawClient(rig.port).send("GET /person HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    expect(await client.untilEnd(5_000)).toContain("200 OK");
    client.close();
  }
  running = false;
  await Promise.all(attackers);
});
