import { connect } from "node:http2";
import { afterEach, expect, test } from "vitest";
import { testHashKey } from "#core";
import { createDecisionService } from "../beside/decision-service.ts";
import { envoyStub } from "../testdata/envoy-proxy.ts";
import { RecordingGuard } from "../testdata/gateway-rig.ts";
import { envoyObserves, openEnvoyAgent } from "./envoy-agent.ts";

const guard = new RecordingGuard();
const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function open(failMode: "open" | "closed" = "open"): Promise<number> {
  const service = createDecisionService({
    guard,
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    hashKey: testHashKey,
    application: "shop",
    mode: "enforce",
    failMode,
    observes: envoyObserves,
  });
  const agent = await openEnvoyAgent(service, { host: "127.0.0.1", port: 0 });
  closers.push(() => agent.close());
  return agent.port;
}

function check(port: number, attributes: unknown): Promise<number> {
  const stub = envoyStub("Authorization", port);
  closers.unshift(() => stub.close());
  return new Promise((resolve) =>
    stub.Check({ attributes }, (error) => resolve(error === null ? 0 : ((error as { code?: number }).code ?? -1))),
  );
}

const source = { address: { socket_address: { address: "203.0.113.5", port_value: 1 } } };
const request = { http: { method: "GET", path: "/", host: "shop.example", headers: { accept: "*/*" } } };

test.each(["open", "closed"] as const)(
  "an engine that fails is a gRPC error in fail mode %s, never a denial",
  async (failMode) => {
    const port = await open(failMode);
    expect(await check(port, { source, request })).toBe(0);
    guard.decide = () => {
      throw new Error("planted");
    };
    expect(await check(port, { source, request })).toBe(13);
    guard.decide = new RecordingGuard().decide;
  },
);

test("a question without the client's address or without a request is an error that says so", async () => {
  const port = await open();
  expect(await check(port, { request })).toBe(3);
  expect(await check(port, { source })).toBe(3);
});

test("what is no gRPC, an unknown method, a compressed message and one too large are refused, and the server lives on", async () => {
  const port = await open();
  const client = connect(`http://127.0.0.1:${port}`);
  closers.unshift(() => client.destroy());
  const call = (headers: Record<string, string>, body: Buffer): Promise<string> =>
    new Promise((resolve) => {
      const stream = client.request({
        ":method": "POST",
        "content-type": "application/grpc",
        te: "trailers",
        ...headers,
      });
      let found = "";
      stream.on("response", (answer) => {
        found = String(answer["grpc-status"] ?? answer[":status"]);
      });
      stream.on("error", () => undefined);
      stream.on("close", () => resolve(found));
      stream.resume();
      stream.end(body);
    });
  const path = "/envoy.service.auth.v3.Authorization/Check";
  expect(await call({ ":path": path, "content-type": "text/plain" }, Buffer.alloc(0))).toBe("415");
  expect(await call({ ":path": "/a.B/C" }, Buffer.alloc(0))).toBe("12");
  expect(await call({ ":path": path }, Buffer.of(1, 0, 0, 0, 0))).toBe("12");
  expect(await call({ ":path": path }, Buffer.of(0, 0, 16, 0, 1))).toBe("8");
  expect(await call({ ":path": path }, Buffer.of(0, 0, 0, 0, 1, 0xff))).toBe("3");
  expect(await check(port, { source, request })).toBe(0);
});
