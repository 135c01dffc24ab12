import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, expect, test } from "vitest";
import { confirmedNames } from "./confirmed-names.ts";
import { isPublicAddress } from "./public-address.ts";
import { type SafeFetchOptions, safeFetch } from "./safe-fetch.ts";

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://agent.example:${(server.address() as AddressInfo).port}/keys`;
}

const testing = { addresses: ["127.0.0.1"], plainHttp: true } as const;
const loopback: SafeFetchOptions = { bytesMax: 65_536, timeoutMs: 2_000, resolve: async () => ["127.0.0.1"], testing };

async function reason(url: string, over: Partial<SafeFetchOptions> = {}): Promise<string> {
  const result = await safeFetch(url, { ...loopback, ...over });
  return result.kind === "body" ? `body:${result.body.length}` : result.reason;
}

test("private, loopback, link-local, metadata and mapped addresses are not public; ordinary ones are", () => {
  for (const address of [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "168.63.129.16",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001::1",
    "ff02::1",
    "fe80::1%eth0",
    "not an address",
  ]) {
    expect(isPublicAddress(address), address).toBe(false);
  }
  for (const address of [
    "8.8.8.8",
    "172.15.255.255",
    "172.32.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "2606:4700::1111",
    "2a00:1450:4001::1",
  ]) {
    expect(isPublicAddress(address), address).toBe(true);
  }
});

test("URLs that point inside are refused before anything is sent, however they are spelt", async () => {
  const strict = { bytesMax: 1_000, timeoutMs: 1_000, resolve: async () => ["10.0.0.7"] };
  const cases = {
    "http://agent.example/": "scheme",
    "file:///etc/passwd": "scheme",
    "https://user:secret@agent.example/": "credentials",
    "https://agent.example:6379/": "port",
    "https://127.0.0.1/": "private-address",
    "https://2130706433/": "private-address",
    "https://0x7f.1/": "private-address",
    "https://[::1]/": "private-address",
    "https://[::ffff:169.254.169.254]/": "private-address",
    "https://inside.example/": "private-address",
    "not a url": "url",
  };
  for (const [url, expected] of Object.entries(cases)) {
    const result = await safeFetch(url, strict);
    expect(result.kind === "refused" && result.reason, url).toBe(expected);
  }
});

test("one private address among public ones is enough to refuse", async () => {
  expect(await reason("https://both.example/", { resolve: async () => ["8.8.8.8", "192.168.0.1"] })).toBe(
    "private-address",
  );
});

test("a name that changes its answer is resolved once, and the checked address is the one connected to", async () => {
  const url = await serve((_, response) => response.end("keys"));
  let lookups = 0;
  const rebinding = async (): Promise<string[]> => (lookups++ === 0 ? ["127.0.0.1"] : ["10.0.0.7"]);
  expect(await reason(url, { resolve: rebinding })).toBe("body:4");
  expect(lookups).toBe(1);
  expect(await reason(url, { resolve: rebinding })).toBe("private-address");
});

test("redirects are refused, to other hosts and to our own inside", async () => {
  for (const location of ["https://other.example/", "http://169.254.169.254/latest/meta-data/", "/elsewhere"]) {
    const url = await serve((_, response) => response.writeHead(302, { location }).end());
    expect(await reason(url)).toBe("redirect");
  }
});

test("a 10 MB answer is cut off, announced or not; one at the limit passes", async () => {
  const huge = Buffer.alloc(10 * 1024 * 1024);
  expect(await reason(await serve((_, response) => response.end(huge)))).toBe("too-large");
  const silent = await serve((_, response) => {
    response.writeHead(200, { "transfer-encoding": "chunked" });
    response.write(huge);
    response.end();
  });
  expect(await reason(silent)).toBe("too-large");
  expect(await reason(await serve((_, response) => response.end(Buffer.alloc(65_536))))).toBe("body:65536");
  expect(await reason(await serve((_, response) => response.end(Buffer.alloc(65_537))))).toBe("too-large");
});

test("a slow answer, a slow lookup and a compressed answer are refused", async () => {
  const drip = await serve((_, response) => {
    response.writeHead(200);
    response.write("{");
  });
  expect(await reason(drip, { timeoutMs: 150 })).toBe("timeout");
  expect(await reason("https://slow.example/", { timeoutMs: 50, resolve: () => new Promise(() => {}) })).toBe(
    "timeout",
  );
  const bomb = await serve((_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end("x"));
  expect(await reason(bomb)).toBe("encoding");
  expect(await reason(await serve((_, response) => response.writeHead(404).end()))).toBe("status");
});

test("a reverse name counts only when it leads back", async () => {
  const resolver = {
    reverse: async (ip: string) => (ip === "192.0.2.1" ? ["crawl-1.googlebot.com"] : ["liar.googlebot.com"]),
    resolve4: async (name: string) => (name === "crawl-1.googlebot.com" ? ["192.0.2.1"] : ["192.0.2.99"]),
    resolve6: async () => [],
  };
  expect(await confirmedNames("192.0.2.1", resolver)).toEqual({ kind: "names", names: ["crawl-1.googlebot.com"] });
  expect(await confirmedNames("192.0.2.2", resolver)).toEqual({ kind: "names", names: [] });
  const broken = { ...resolver, reverse: () => Promise.reject(Object.assign(new Error("x"), { code: "ESERVFAIL" })) };
  expect(await confirmedNames("192.0.2.1", broken)).toMatchObject({ kind: "unknown" });
});

test("an address inside that the operator named is reached, on its port and without TLS; nothing else is", async () => {
  const url = await serve((_, response) => response.end("in"));
  const { testing: _, ...strict } = loopback;
  const bare = async (over: Partial<SafeFetchOptions>): Promise<string> => {
    const result = await safeFetch(url, { ...strict, ...over });
    return result.kind === "body" ? result.body.toString() : result.reason;
  };
  expect(await bare({ inside: ["127.0.0.1"] })).toBe("in");
  expect(await bare({ inside: [] })).toBe("scheme");
  expect(await bare({ inside: ["10.0.0.7"] })).toBe("private-address");
  // A name that moves to the public internet takes the rules of the public internet with it.
  expect(await bare({ inside: ["127.0.0.1"], resolve: async () => ["8.8.8.8"] })).toBe("scheme");
  expect(await bare({ inside: ["127.0.0.1"], resolve: async () => ["127.0.0.1", "169.254.169.254"] })).toBe(
    "private-address",
  );
});
