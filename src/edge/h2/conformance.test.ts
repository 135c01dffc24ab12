import { createServer, type Http2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openOrigin, openRig, type Rig } from "../testdata/gateway-rig.ts";
import { flags, frame, frames, get, RawHttp2 } from "../testdata/raw-http2.ts";
import { type ConformanceCase, conformanceCases } from "./testdata/conformance-cases.ts";

let rig: Rig;
let bare: Http2Server;
let closeOrigin: () => void;

beforeAll(async () => {
  const origin = await openOrigin((request, response) => {
    request.resume();
    request.on("end", () => response.end("ok"));
  });
  closeOrigin = origin.close;
  rig = await openRig(origin.port, { http2Limits: { resetsPerAddressMax: 1_000_000 } });
  bare = createServer((request, response) => {
    request.on("error", () => {});
    request.resume();
    request.on("end", () => response.end("ok"));
  });
  bare.on("sessionError", () => {});
  await new Promise<void>((resolve) => bare.listen(0, "127.0.0.1", resolve));
});

afterAll(async () => {
  await rig.close();
  bare.close();
  closeOrigin();
});

/** Whether a server does what the RFC asks for. */
async function passes(one: ConformanceCase, port: number): Promise<boolean> {
  const client = new RawHttp2(port);
  if (one.bare !== true) await client.open();
  await one.run(client);
  const ended = (): boolean => client.closed || client.first(frames.goaway) !== undefined;
  const passed = await {
    "connection-error": () => client.until(ended, 1_000),
    "stream-error": () =>
      client.until(() => ended() || client.first(frames.rst) !== undefined || client.status() >= 400, 1_000),
    answer: () => client.until(() => client.status() === 200, 1_000),
    open: () => {
      client.send(frame(frames.ping, 0, 0, "gaitgait"));
      return client.until(() => isPinged(client), 1_000);
    },
  }[one.expected]();
  client.close();
  return passed;
}

function isPinged(client: RawHttp2): boolean {
  return client.seen.some(
    ({ type, flags: flag, body }) => type === frames.ping && (flag & flags.ack) !== 0 && body.toString() === "gaitgait",
  );
}

async function failures(port: number): Promise<readonly string[]> {
  const failed: string[] = [];
  for (let at = 0; at < conformanceCases.length; at += 15) {
    const some = conformanceCases.slice(at, at + 15);
    const results = await Promise.all(some.map((one) => passes(one, port)));
    failed.push(...some.filter((_, i) => results[i] === false).map(({ name }) => name));
  }
  return failed;
}

test("of our own cases from RFC 9113, the gateway passes every one the bare runtime passes", async ({ annotate }) => {
  const address = bare.address() as AddressInfo;
  const runtime = await failures(address.port);
  const gateway = await failures(rig.port);
  const count = conformanceCases.length;
  await annotate(`runtime ${count - runtime.length}/${count}, gateway ${count - gateway.length}/${count}`);
  await annotate(`runtime fails: ${runtime.join("; ")}`);
  await annotate(`gateway fails: ${gateway.join("; ")}`);
  expect(count).toBeGreaterThanOrEqual(60);
  expect(gateway.filter((name) => !runtime.includes(name))).toEqual([]);
});

test("after all of that the gateway still answers, and holds no stream", async () => {
  const client = await new RawHttp2(rig.port).open();
  client.request(1, get);
  expect(await client.until(() => client.status() === 200)).toBe(true);
  client.close();
  await expect.poll(() => rig.gateway.stats().totals.openRequests).toBe(0);
});
