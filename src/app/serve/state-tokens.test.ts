import { request as ask, createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type Guard, testHashKey, type Verdict } from "#core";
import { openGateway } from "#edge";
import { createEngine, type Engine } from "#engine";

const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const start = Date.UTC(2026, 0, 5, 9);
const drawn = (i: number): string => `${(i * 7_919 + 1_000_003).toString(16)}-9c4e-4b1f-8d27-${i}f3a6e5b20c1d`;

/** An interface that hands out quotes and accepts orders for them, whoever brings them; others it does not find. */
async function openShopInterface(): Promise<number> {
  const issued = new Set<string>();
  const server = createServer((incoming, answer) => {
    const say = (status: number, body: Readonly<Record<string, unknown>>): void => {
      answer.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    if (incoming.method === "GET") {
      const quote = drawn(issued.size);
      issued.add(quote);
      say(200, { quote });
      return;
    }
    let text = "";
    incoming.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    incoming.on("end", () => {
      const { quote } = JSON.parse(text) as { quote: string };
      say(issued.has(quote) ? 200 : 404, { accepted: issued.has(quote) });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** The engine behind a gateway of its own; every call comes from the address that its header names. */
async function openShop(): Promise<{
  readonly call: Call;
  readonly last: () => Verdict | undefined;
  readonly days: (n: number) => void;
}> {
  const upstream = await openShopInterface();
  const engine: Engine = createEngine({ limits: { sessionsMax: 4_096, clientsMax: 8_192 } });
  let now = start;
  let last: Verdict | undefined;
  const guard: Guard = {
    inspect: (exchange) => {
      last = engine.inspect(exchange);
      return last;
    },
    observe: (exchange) => engine.observe(exchange),
  };
  const clock = { now: () => now, monotonic: () => now - start };
  const gateway = await openGateway(
    {
      listen: [{ host: "127.0.0.1", port: 0 }],
      applications: [{ name: "app", upstream: { name: "origin", urls: [`http://127.0.0.1:${upstream}`] } }],
      mode: "observe",
      hashKey: testHashKey,
      trustedProxies: ["127.0.0.0/8"],
    },
    guard,
    { clock },
  );
  closers.push(async () => void (await gateway.drain()));
  const port = gateway.addresses[0]?.port ?? 0;
  const call: Call = async (client, method, path, body) => {
    now += 100;
    return send(port, client, { method, path, body });
  };
  return {
    call,
    last: () => last,
    days: (n) => {
      now += n * 86_400_000;
    },
  };
}

type Call = (client: number, method: string, path: string, body?: string) => Promise<string>;

function send(
  port: number,
  client: number,
  { method, path, body = "" }: { readonly method: string; readonly path: string; readonly body?: string | undefined },
): Promise<string> {
  const headers = {
    host: "shop.example",
    authorization: `Bearer key-of-client-${client}`,
    "x-forwarded-for": `10.0.${client >> 8}.${client & 255}`,
    "user-agent": "partner-client/2.1",
    ...(body === "" ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
  };
  return new Promise((resolve, reject) => {
    const request = ask({ host: "127.0.0.1", port, method, path, headers, agent: false }, (answer: IncomingMessage) => {
      let text = "";
      answer.setEncoding("latin1").on("data", (chunk: string) => {
        text += chunk;
      });
      answer.on("end", () => resolve(text));
    });
    request.on("error", reject);
    request.end(body);
  });
}

function unissued(verdict: Verdict | undefined): number {
  return verdict?.signals.find(({ detector }) => detector === "token-without-issuance")?.nats ?? 0;
}

test("an interface learns that orders name quotes which it gave out, and who makes them up stands out", async () => {
  const { call, last, days } = await openShop();
  for (let client = 1; client <= 140; client++) {
    const { quote } = JSON.parse(await call(client, "GET", "/api/quote")) as { quote: string };
    await call(client, "POST", "/api/orders", JSON.stringify({ quote }));
    expect(unissued(last()), `client ${client}`).toBe(0);
  }
  // Before everything that was given out within a day was seen, a made-up quote may have been given out unseen.
  await call(200, "POST", "/api/orders", JSON.stringify({ quote: drawn(500_000) }));
  expect(unissued(last())).toBe(0);
  days(1.01);
  const { quote } = JSON.parse(await call(1, "GET", "/api/quote")) as { quote: string };
  // Somebody else's quote, or one's own from a tab of this morning, charges nobody.
  await call(201, "POST", "/api/orders", JSON.stringify({ quote }));
  expect(unissued(last())).toBe(0);
  await call(202, "POST", "/api/orders", JSON.stringify({ quote: drawn(600_000) }));
  const once = unissued(last());
  expect(once).toBeGreaterThan(1);
  await call(202, "POST", "/api/orders", JSON.stringify({ quote: drawn(600_001) }));
  expect(unissued(last())).toBeGreaterThan(once);
}, 60_000);
