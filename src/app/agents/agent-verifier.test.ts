import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, expect, test } from "vitest";
import { type Exchange, readTrace } from "#core";
import { type SafeFetchResult, safeFetch } from "#integrations";
import { agentKeyFrom, createIntel, signRequest } from "#intel";
import { presets } from "#policy";
import { AgentGuard } from "./agent-guard.ts";
import { AgentLedger } from "./agent-ledger.ts";
import { AgentVerifier, type AgentVerifierOptions } from "./agent-verifier.ts";

const { privateKey } = generateKeyPairSync("ed25519");
const jwk = createPublicKey(privateKey).export({ format: "jwk" });
const key = agentKeyFrom(jwk);
const now = 1_800_000_000_000;
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

let nonces = 0;
function signed(over: Partial<Exchange["request"]> = {}): Exchange {
  const headers = signRequest(
    { method: "GET", scheme: "https", authority: "shop.example", path: "/", query: "" },
    { key: privateKey, now, nonce: `nonce-${nonces++}`, signatureAgent: "https://agent.example" },
  );
  return visit("Mozilla/5.0 AgentBrowser", {
    headers: { names: Object.keys(headers), values: Object.values(headers) },
    ...over,
  });
}

function visit(userAgent: string, over: Partial<Exchange["request"]> = {}): Exchange {
  const [exchange] = readTrace("GET / 200", { userAgent, start: now });
  if (exchange === undefined) throw new Error("the trace holds a request");
  return { ...exchange, request: { ...exchange.request, ...over } };
}

const resolver = {
  reverse: async () => ["crawl-1.googlebot.com"],
  resolve4: async () => ["192.0.2.1"],
  resolve6: async () => [],
};

function verifier(over: Partial<AgentVerifierOptions> = {}): AgentVerifier {
  return new AgentVerifier({ intel: createIntel(), resolver, registered: [], ...over });
}

async function settled(subject: AgentVerifier): Promise<void> {
  for (let i = 0; i < 200 && subject.busy > 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** First request, then what the second one gets once the directory was asked. */
async function second(subject: AgentVerifier): Promise<string> {
  const first = subject.identify(signed(), now);
  expect(first).toMatchObject({ standing: "claimed", refusal: "unknown-key" });
  await settled(subject);
  const identity = subject.identify(signed(), now);
  return identity?.standing === "signed" ? `signed:${identity.name}` : (identity?.refusal ?? "none");
}

test("a directory is fetched once, beside the request, and the next request is proven", async () => {
  let fetches = 0;
  const fetch = async (): Promise<SafeFetchResult> => {
    fetches++;
    return {
      kind: "body",
      body: Buffer.from(JSON.stringify({ keys: [jwk] })),
      headers: { "cache-control": "max-age=600" },
      address: "192.0.2.9",
      status: 200,
    };
  };
  const subject = verifier({ fetch });
  expect(await second(subject)).toBe("signed:agent.example");
  expect(subject.identify(signed(), now)).toMatchObject({ verified: { method: "signature" }, coverage: "request" });
  expect(subject.identify(signed({ path: "/admin" }), now)).toMatchObject({ refusal: "forged" });
  const once = signed();
  expect(subject.identify(once, now)).toMatchObject({ standing: "signed" });
  expect(subject.identify(once, now)).toMatchObject({ refusal: "replayed" });
  expect(subject.identify(signed(), now + 100_000)).toMatchObject({ refusal: "expired" });
  expect(fetches).toBe(1);
});

test("hostile directories are refused: inside addresses, redirects, 10 MB, slow, and names that change", async () => {
  const through = async (
    listener: RequestListener,
    over: { resolve?: () => Promise<string[]>; testing?: undefined; timeoutMs?: number } = {},
  ): Promise<string> => {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const testing = { addresses: ["127.0.0.1"], plainHttp: true } as const;
    const subject = verifier({
      fetch: (url, options) =>
        "testing" in over
          ? safeFetch(url, { ...options, resolve: over.resolve ?? (async () => ["10.0.0.7"]) })
          : safeFetch(`http://agent.example:${port}/keys`, {
              ...options,
              resolve: over.resolve ?? (async () => ["127.0.0.1"]),
              testing,
              ...(over.timeoutMs === undefined ? {} : { timeoutMs: over.timeoutMs }),
            }),
    });
    return second(subject);
  };
  const keys = JSON.stringify({ keys: [jwk] });
  expect(await through((_, response) => response.end(keys))).toBe("signed:agent.example");
  expect(await through((_, response) => response.end(keys), { testing: undefined })).toBe("directory");
  expect(await through((_, response) => response.writeHead(301, { location: "http://127.0.0.1/keys" }).end())).toBe(
    "directory",
  );
  expect(await through((_, response) => response.end(keys + " ".repeat(10 * 1024 * 1024)))).toBe("directory");
  expect(await through((_, response) => void response.writeHead(200).write("{"), { timeoutMs: 150 })).toBe("directory");
  let lookups = 0;
  const rebinding = async (): Promise<string[]> => (lookups++ === 0 ? ["10.0.0.7"] : ["127.0.0.1"]);
  expect(await through((_, response) => response.end(keys), { resolve: rebinding })).toBe("directory");
});

test("directories asked for at once are bounded; the rest are told so and not queued", () => {
  const subject = verifier({ fetch: () => new Promise(() => {}) });
  const refusals = Array.from({ length: 17 }, (_, i) => {
    const headers = signRequest(
      { method: "GET", scheme: "https", authority: "shop.example", path: "/", query: "" },
      { key: privateKey, now, nonce: "bg==", signatureAgent: `https://agent-${i}.example` },
    );
    return subject.identify(
      visit("Agent", { headers: { names: Object.keys(headers), values: Object.values(headers) } }),
      now,
    )?.refusal;
  });
  expect(refusals.slice(0, 16)).toEqual(Array(16).fill("unknown-key"));
  expect(refusals[16]).toBe("busy");
});

test("an agent the operator registered needs no directory", () => {
  if (key === undefined) throw new Error("the key is not read");
  const subject = verifier({
    registered: [{ name: "price checker", operator: "us", key }],
    fetch: () => Promise.reject(new Error("not asked")),
  });
  expect(subject.identify(signed(), now)).toMatchObject({ standing: "signed", name: "price checker", operator: "us" });
});

test("a search engine is proven by its name, an impostor is called one, and no request waits for it", async () => {
  const subject = verifier();
  const google = visit("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)");
  expect(subject.identify(google, now)).toMatchObject({ standing: "claimed" });
  await settled(subject);
  expect(subject.identify(google, now)).toMatchObject({
    standing: "verified",
    verified: { name: "Googlebot", method: "dns" },
  });
  const impostor = { ...google, client: { ...google.client, ip: "192.0.2.77" } };
  subject.identify(impostor, now);
  await settled(subject);
  expect(subject.identify(impostor, now)).toMatchObject({ standing: "impostor", verified: undefined });
  expect(subject.identify(visit("Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0.0.0"), now)).toBeUndefined();
});

test("the lanes act: training is refused, impostors are refused, a budget throttles, people pass", async () => {
  const intel = createIntel();
  const subject = verifier({ intel });
  const verdict = {
    action: "allow",
    kind: "unknown",
    score: { total: 0, behaviour: 0, presentation: 0 },
    signals: [],
    rule: null,
    watched: [],
    basis: "none",
    certifiedFpr: null,
    reference: "",
    revision: 0,
  } as const;
  const seen: Exchange[] = [];
  const inner = {
    inspect: (exchange: Exchange) => {
      seen.push(exchange);
      return verdict;
    },
    observe: () => {},
  };
  const clock = { now: () => now, monotonic: () => now };
  const ledger = new AgentLedger(10, () => undefined);
  const guard = new AgentGuard(inner, {
    intel,
    verifier: subject,
    lanes: presets["welcome-search-refuse-training"].lanes,
    ledger,
    tagsOf: () => [],
    clock,
    agentsMax: 10,
  });
  expect(guard.inspect(visit("GPTBot/1.2"))).toMatchObject({ action: "block", basis: "rule", rule: "agents lane 5" });
  expect(guard.inspect(visit("Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0.0.0 Safari/537.36")).action).toBe("allow");
  const actions = Array.from({ length: 61 }, () => guard.inspect(visit("Claude-User/1.0")).action);
  expect(actions.slice(0, 60)).toEqual(Array(60).fill("allow"));
  expect(actions[60]).toBe("throttle");
  guard.inspect(visit("Googlebot/2.1"));
  await settled(subject);
  expect(guard.inspect(visit("Googlebot/2.1")).action).toBe("allow");
  expect(seen.at(-1)?.client.verified?.name).toBe("Googlebot");
  expect(ledger.report().agents[0]).toMatchObject({
    name: "Claude-User",
    requests: 61,
    standings: { claimed: 61 },
    obeys: null,
  });
});
