import { connect, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createDecisionTable } from "#policy";
import { ask, openServiceRig, type ServiceRig } from "../testdata/service-rig.ts";
import { publishStanding, readStanding } from "./published-standing.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function spreadRig(yaml: string): Promise<ServiceRig> {
  const rig = await openServiceRig(`workers: 2\n${yaml}`);
  open.push(rig);
  return rig;
}

/** One connection of a browser: kept open, asking one request after the other. */
function browserConnection(port: number): { get(path: string): Promise<string>; readonly socket: Socket } {
  const socket = connect({ host: "127.0.0.1", port });
  return {
    socket,
    get: (path) =>
      new Promise((resolve, reject) => {
        let text = "";
        const onData = (chunk: Buffer): void => {
          text += chunk.toString("latin1");
          if (!text.endsWith("origin")) return;
          socket.off("data", onData);
          resolve(text);
        };
        socket.on("data", onData);
        socket.once("error", reject);
        socket.write(
          `GET ${path} HTTP/1.1\r\nHost: shop\r\nUser-Agent: Mozilla/5.0\r\nCookie: sid=originsecret1234567890\r\n\r\n`,
        );
      }),
  };
}

test("a browser's connections are one session whichever worker each of them lands on", async () => {
  const rig = await spreadRig("mode: enforce\n");
  // Six may by chance all land on one worker; with more it takes a coin that falls the same side twelve times.
  const connections = Array.from({ length: 12 }, () => browserConnection(rig.port));
  for (let round = 0; round < 3; round++) {
    await Promise.all(connections.map(({ get }, i) => get(`/page/${round}-${i}`)));
  }
  const perWorker = (): readonly number[] =>
    (rig.service.edgeStats().workers ?? []).map(({ openConnections }) => openConnections);
  // Workers publish their counters ten times a second.
  for (let i = 0; i < 40 && perWorker().reduce((sum, count) => sum + count, 0) < connections.length; i++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(perWorker()).toHaveLength(2);
  expect(Math.min(...perWorker())).toBeGreaterThan(0);
  const engine = rig.service.engineStats();
  expect(engine.sessions).toBe(1);
  for (const { socket } of connections) socket.destroy();
});

test("an operator's block takes effect on every worker at once", async () => {
  const rig = await spreadRig("mode: enforce\npolicy: { block: [127.0.0.1] }\n");
  for (let i = 0; i < 8; i++) expect((await ask(rig)).status).toBe(403);
});

test("a taken port stops the start with a sentence", async () => {
  const rig = await openServiceRig();
  open.push(rig);
  await expect(openServiceRig(`workers: 2\n`, { env: { GAIT__LISTEN: `127.0.0.1:${rig.port}` } })).rejects.toThrow(
    /cannot listen on 127\.0\.0\.1:\d+: it is taken already/,
  );
});

test("published decisions keep their remaining life, and allow wins for a worker, too", () => {
  const decisions = createDecisionTable();
  const decision = { reason: "list", origin: "operator", cohort: "", createdAt: 0 } as const;
  decisions.add({ ...decision, id: "a", scope: "network", value: "10.0.0.0/8", action: "block", expiresAt: 6_000 });
  decisions.add({
    ...decision,
    id: "b",
    scope: "address",
    value: "10.0.0.7",
    action: "allow",
    expiresAt: Number.POSITIVE_INFINITY,
  });
  const published = structuredClone(publishStanding(decisions, { now: 5_000, directory: "/nowhere" }));
  const standing = readStanding(published, { now: () => 0, monotonic: () => 100 });
  const exchangeFrom = (ip: string): never =>
    ({ id: "r", client: { ip, fingerprint: { ja4: "" } }, request: { account: 0, token: 0 } }) as never;
  expect(standing?.lookup(exchangeFrom("10.1.1.1"), 1_000)).toMatchObject({ action: "block", basis: "list" });
  expect(standing?.lookup(exchangeFrom("10.1.1.1"), 1_101)).toBeUndefined();
  expect(standing?.lookup(exchangeFrom("10.0.0.7"), 9e9)).toMatchObject({ action: "allow" });
  expect(standing?.lookup(exchangeFrom("192.0.2.1"), 0)).toBeUndefined();
});
