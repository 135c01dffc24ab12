import { connect, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { testHashKey } from "#core";
import { frameType } from "#wire";
import { createDecisionService } from "../beside/decision-service.ts";
import { RecordingGuard } from "../testdata/gateway-rig.ts";
import { openSpoeAgent } from "./spoe-agent.ts";
import { haproxyObserves } from "./spoe-messages.ts";

const service = createDecisionService({
  guard: new RecordingGuard(),
  clock: { now: () => Date.now(), monotonic: () => performance.now() },
  hashKey: testHashKey,
  application: "shop",
  mode: "enforce",
  failMode: "open",
  observes: haproxyObserves,
});

/** A hello as HAProxy writes it: length, type, flags, two ids, one key with a text as its value. */
const hello = ((): Buffer => {
  const text = (value: string): Buffer => Buffer.concat([Buffer.of(value.length), Buffer.from(value)]);
  const pair = Buffer.concat([text("supported-versions"), Buffer.of(8), text("2.0")]);
  return Buffer.concat([Buffer.of(0, 0, 0, pair.length + 7, frameType.haproxyHello, 0, 0, 0, 1, 0, 0), pair]);
})();

const open: Socket[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

/** A connection that said hello and was answered. */
function greet(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(hello));
    open.push(socket);
    socket.once("data", () => resolve(socket));
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("closed before it was greeted")));
  });
}

test("when the door is full the connection that is silent longest makes room, and a new one is heard", async () => {
  const agent = await openSpoeAgent(service, { host: "127.0.0.1", port: 0 }, { connectionsMax: 2 });
  const first = await greet(agent.port);
  const second = await greet(agent.port);
  const secondClosed = new Promise((resolve) => second.once("close", resolve));
  // The first speaks again (the beginning of a frame), so the second is now the silent one.
  first.write(Buffer.of(0, 0));
  await expect.poll(() => first.bytesWritten).toBe(hello.length + 2);
  await new Promise((resolve) => setImmediate(resolve));
  await greet(agent.port);
  await secondClosed;
  expect(first.destroyed).toBe(false);
  await agent.close();
});
