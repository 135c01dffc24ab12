import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type FaultRig, openFaultRig } from "../testdata/fault-rig.ts";
import { openOrigin, openRawOrigin, RawClient } from "../testdata/gateway-rig.ts";
import { floods } from "../testdata/h2-floods.ts";
import { frame, frames, RawHttp2, u32 } from "../testdata/raw-http2.ts";
import { headAttacks, type SizeAttack } from "../testdata/size-attacks.ts";
import { writePair } from "../tls/testdata/tls-origin.ts";

/**
 * The long forms of floods and of slow or large traffic, against a gateway in a process of its own. `npm run test:nightly`;
 * `GAIT_NIGHTLY_SECONDS` shortens each for a look, in which nothing that needs its full time is demanded.
 */
const seconds = Number(process.env.GAIT_NIGHTLY_SECONDS ?? 0);
const full = seconds === 0;
const lasting = (fullSeconds: number): number => (full ? fullSeconds : Math.min(seconds, fullSeconds));
const wait = (spanMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, spanMs));
const sliceMs = 2_000;
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0).reverse()) close();
});

interface Target {
  readonly rig: FaultRig;
  /** Requests that came to the origin. */
  readonly upstream: { requests: number; open: number };
}

/** What a target is started with: the gateway's part, and how long the origin thinks. */
type StartOptions = Partial<Parameters<typeof openFaultRig>[0]> & { readonly delayMs?: number };

async function start({ delayMs = 20, ...options }: StartOptions = {}): Promise<Target> {
  const upstream = { requests: 0, open: 0 };
  const origin = await openOrigin((request, response) => {
    upstream.requests++;
    upstream.open++;
    let timer: NodeJS.Timeout | undefined;
    request.resume().on("end", () => {
      timer = setTimeout(() => response.end("ok"), delayMs);
    });
    response.on("close", () => {
      upstream.open--;
      clearTimeout(timer);
    });
  });
  const rig = await openFaultRig({ upstreamPort: origin.port, workers: 0, mode: "enforce", ...options });
  closers.push(
    () => origin.close(),
    () => rig.close(),
  );
  return { rig, upstream };
}

function residentMegabytes({ child }: FaultRig): number {
  const status = readFileSync(`/proc/${child.pid ?? 0}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? "0") / 1_024;
}

/** A person from another address, five times a second; tells how its requests went when stopped. */
function person(port: number): { stop(): Promise<{ readonly failures: number; readonly p99Ms: number }> } {
  let running = true;
  let failures = 0;
  const durationsMs: number[] = [];
  const done = (async () => {
    while (running) {
      const started = performance.now();
      const status = await new Promise<number>((resolve) => {
        const asked = get({ host: "127.0.0.1", port, localAddress: "127.0.0.2", agent: false }, (response) =>
          response.resume().on("end", () => resolve(response.statusCode ?? 0)),
        );
        asked.on("error", () => resolve(0));
      });
      durationsMs.push(performance.now() - started);
      if (status !== 200) failures++;
      await wait(200);
    }
  })();
  return {
    async stop() {
      running = false;
      await done;
      durationsMs.sort((a, b) => a - b);
      return { failures, p99Ms: durationsMs[Math.floor(durationsMs.length * 0.99)] ?? 0 };
    },
  };
}

test.each(floods.flatMap(([name]) => [1, 20].map((connections) => [name, connections] as const)))(
  "%s over %i connections for ten seconds: closed in time, little goes upstream, memory comes back",
  async (name, connections) => {
    const run = floods.find(([known]) => known === name)?.[1];
    const { rig, upstream } = await start();
    await wait(500);
    const before = residentMegabytes(rig);
    const people = person(rig.port);
    const ends = performance.now() + lasting(10) * 1_000;
    let opened = 0;
    const lane = async (): Promise<void> => {
      // Whoever is closed comes again, until it is offered no HTTP/2 at all.
      while (performance.now() < ends) {
        const client = new RawHttp2(rig.port);
        opened++;
        await client.open().catch(() => undefined);
        if (!client.closed) await run?.(client, ends - performance.now());
        client.close();
        await wait(20);
      }
    };
    await Promise.all(Array.from({ length: connections }, () => lane()));
    const { failures, p99Ms } = await people.stop();
    await wait(full ? 30_000 : 1_000);
    const { stats } = await rig.report();
    const after = residentMegabytes(rig);
    const told = `${opened} opened, ${upstream.requests} upstream, p99 ${p99Ms.toFixed(0)} ms, ${before.toFixed(0)} to ${after.toFixed(0)} MB`;
    console.log(`${name} over ${connections}: ${told}`);
    expect(failures).toBe(0);
    expect(upstream.requests).toBeLessThan(1_000 * lasting(10) + 1_000);
    expect(upstream.open).toBe(0);
    expect(stats.totals.openConnections).toBe(0);
    if (!full) return;
    expect(p99Ms).toBeLessThan(200);
    // A fresh process has not found its heap yet; forty megabytes are its room to do so.
    expect(after).toBeLessThan(before * 1.2 + 40);
  },
);

test("window overflow on ten thousand sessions leaks none of them", async () => {
  const { rig } = await start();
  const rounds = full ? 200 : 4;
  await wait(500);
  let before = 0;
  for (let round = 0; round < rounds; round++) {
    const clients = await Promise.all(Array.from({ length: 50 }, () => new RawHttp2(rig.port).open()));
    for (const client of clients)
      client.send(frame(frames.window, 0, 0, u32(0x7fffffff)), frame(frames.window, 0, 0, u32(0x7fffffff)));
    await Promise.all(
      clients.map((client) => client.until(() => client.first(frames.goaway) !== undefined || client.closed)),
    );
    for (const client of clients) client.close();
    if (round === Math.floor(rounds / 4)) before = residentMegabytes(rig);
  }
  await expect.poll(async () => (await rig.report()).stats.totals.openConnections, { timeout: 10_000 }).toBe(0);
  const after = residentMegabytes(rig);
  console.log(`${before.toFixed(0)} MB after a quarter, ${after.toFixed(0)} MB after all`);
  if (full) expect(after).toBeLessThan(before * 1.2 + 20);
});

test("large heads from one address, a hundred a second, take no more than a fifth of what a person gets through", async () => {
  const { rig } = await start({ delayMs: 0 });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  closers.push(() => agent.destroy());
  const ask = (): Promise<number> =>
    new Promise((resolve) => {
      get({ host: "127.0.0.1", port: rig.port, localAddress: "127.0.0.2", agent }, (response) =>
        response.resume().on("end", () => resolve(response.statusCode ?? 0)),
      ).on("error", () => resolve(0));
    });
  let failures = 0;
  const slice = async (): Promise<number> => {
    const ends = performance.now() + sliceMs;
    let answered = 0;
    while (performance.now() < ends) {
      if ((await ask()) === 200) answered++;
      else failures++;
    }
    return answered;
  };
  let sent = 0;
  const throwHeads = (): NodeJS.Timeout =>
    setInterval(() => {
      const { lines = [], query = "" } = headAttacks[sent++ % headAttacks.length] as SizeAttack;
      const client = new RawClient(rig.port).send(
        `GET /a?${query} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`,
      );
      void client.untilEnd(2_000).finally(() => client.close());
    }, 10);
  await slice();
  const quiet: number[] = [];
  const attacked: number[] = [];
  for (let round = 0; round < lasting(5); round++) {
    quiet.push(await slice());
    const thrower = throwHeads();
    attacked.push(await slice());
    clearInterval(thrower);
  }
  const middle = (counts: number[]): number => counts.sort((a, b) => a - b)[counts.length >> 1] ?? 0;
  const kept = middle(attacked) / middle(quiet);
  console.log(`${sent} heads; a person gets ${(100 * kept).toFixed(0)} % of ${middle(quiet)} requests through`);
  expect(failures).toBe(0);
  if (full) expect(kept).toBeGreaterThan(0.8);
});

test("slow TLS handshakes from one address are capped and gone in time, and people shake hands meanwhile", async () => {
  const pair = writePair(["a"]);
  const { rig } = await start({ certificate: pair });
  const started = performance.now();
  const hello = Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]);
  const slow = Array.from({ length: 600 }, () => {
    const socket = connect({ host: "127.0.0.1", port: rig.port });
    socket.on("error", () => undefined);
    socket.write(hello);
    const drip = setInterval(() => socket.write("\0"), 500);
    socket.on("close", () => clearInterval(drip));
    return socket;
  });
  closers.push(() => {
    for (const socket of slow) socket.destroy();
  });
  for (let turn = 0; turn < 10; turn++) {
    const answer = await new Promise<string>((resolve) => {
      execFile("curl", ["-sk", "-m", "5", "--interface", "127.0.0.2", `https://127.0.0.1:${rig.port}/`], (_, stdout) =>
        resolve(stdout),
      );
    });
    expect(answer).toBe("ok");
    await wait(200);
  }
  await expect
    .poll(async () => (await rig.report()).stats.totals.openConnections, { timeout: 15_000, interval: 200 })
    .toBe(0);
  expect(performance.now() - started).toBeLessThan(15_000);
  const { reasons } = (await rig.report()).stats;
  expect(reasons["tls-handshakes-per-address"]).toBeGreaterThan(500);
  expect(reasons["tls-hello-timeout"]).toBeGreaterThan(0);
});

test("a download of a gigabyte to a reader of a hundred kilobytes a second stays in little memory, and ends with the reader", async () => {
  let pushed = 0;
  let goneAt = 0;
  const size = 1_073_741_824;
  const origin = await openRawOrigin((socket) => {
    const chunk = Buffer.alloc(65_536, "x");
    const push = (): void => {
      while (pushed < size) {
        pushed += chunk.length;
        if (!socket.write(chunk)) return;
      }
    };
    socket.once("data", () => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      socket.on("drain", push);
      push();
    });
    socket.on("close", () => {
      goneAt = performance.now();
    });
  });
  const rig = await openFaultRig({ upstreamPort: origin.port, workers: 0, mode: "enforce" });
  closers.push(
    () => origin.close(),
    () => rig.close(),
  );
  await wait(500);
  const before = residentMegabytes(rig);
  const reader = new RawClient(rig.port).send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const ends = performance.now() + lasting(120) * 1_000;
  let read = 0;
  while (performance.now() < ends) {
    await wait(100);
    read += reader.received.length;
    reader.received = Buffer.alloc(0);
    reader.socket.resume();
    await wait(5);
    reader.socket.pause();
  }
  console.log(`${(read / 1e6).toFixed(1)} MB read, ${(pushed / 1e6).toFixed(1)} MB pushed`);
  expect(reader.ended).toBe(false);
  expect(residentMegabytes(rig) - before).toBeLessThan(50);
  const leftAt = performance.now();
  reader.close();
  await expect.poll(() => goneAt, { timeout: 5_000 }).toBeGreaterThan(0);
  expect(goneAt - leftAt).toBeLessThan(1_000);
});
