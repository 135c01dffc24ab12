import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readAnswers } from "../testdata/answer-reader.ts";
import { openRig, RawClient, type Rig } from "../testdata/gateway-rig.ts";
import { headAttacks, type SizeAttack, sizeAttacks } from "../testdata/size-attacks.ts";

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

test.each(sizeAttacks)("$name: refused with nothing upstream, or processed whole", async (attack) => {
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
      const { lines = [], query = "" } = headAttacks[i % headAttacks.length] as SizeAttack;
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
