import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server, request as send } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import * as library from "../src/app/library/http.ts";
import { openService, type RunningService } from "../src/app/serve/open-service.ts";
import type { Verdict } from "../src/core/index.ts";
import { startExtProc } from "../src/edge/testdata/envoy-proxy.ts";
import { type RealProxy, startRealProxy } from "../src/edge/testdata/real-proxy.ts";

const folder = mkdtempSync(join(tmpdir(), "gait-hidden-"));
const chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
let origin: Server;
let closers: (() => unknown)[] = [];

/** A shop whose style sheet gives a second cookie that no page speaks of: who builds requests by hand does not have it. */
const shop: RequestListener = (request, response) => {
  const id = Math.random().toString(36).slice(2) + Math.random().toString(36).slice(2);
  const html = { "Content-Type": "text/html; charset=utf-8" };
  if (request.url === "/login")
    response
      .writeHead(200, { ...html, "Set-Cookie": [`sid=${id}; Path=/; HttpOnly`, "lang=en; Path=/"] })
      .end('<link rel="stylesheet" href="/style.css">');
  else if (request.url === "/style.css")
    response.writeHead(200, { "Content-Type": "text/css", "Set-Cookie": `px=${id}; Path=/; HttpOnly` }).end("");
  else response.writeHead(request.method === "POST" ? 303 : 200, { ...html, Location: "/account" }).end("");
};

beforeAll(async () => {
  origin = createServer(shop);
  await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
  closers = [];
});
afterAll(() => {
  origin.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Client {
  readonly address: string;
  readonly cookies: Map<string, string>;
}

/** One request from an address of its own: all of 127/8 is ours. */
function ask(
  port: number,
  client: Client,
  what: { readonly method: string; readonly path: string; readonly keep: boolean; readonly referer: string },
): Promise<void> {
  const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const headers = {
    Host: "shop.example",
    Connection: "close",
    "User-Agent": chrome,
    Accept: "text/html,*/*;q=0.8",
    "Accept-Encoding": "gzip",
    "Accept-Language": "en",
    ...(what.referer === "" ? {} : { Referer: `http://shop.example${what.referer}` }),
    ...(cookie === "" ? {} : { Cookie: cookie }),
    ...(what.method === "POST" ? { "Content-Type": "application/x-www-form-urlencoded", "Content-Length": "3" } : {}),
  };
  return new Promise((resolve, reject) => {
    const call = send(
      {
        host: "127.0.0.1",
        port,
        localAddress: client.address,
        method: what.method,
        path: what.path,
        headers,
        agent: false,
      },
      (response) => {
        response.resume();
        response.on("end", () => {
          for (const line of what.keep ? (response.headers["set-cookie"] ?? []) : []) {
            const [name = "", value = ""] = (line.split(";", 1)[0] ?? "").split("=", 2);
            client.cookies.set(name, value);
          }
          resolve();
        });
      },
    );
    call.on("error", reject);
    call.end(what.method === "POST" ? "a=1" : "");
  });
}

const people = 25;
const robots = 12;

/** People log in as browsers do; robots post the form with the page's cookie, and never fetched the style sheet. */
async function play(port: number, settled: () => Promise<void>): Promise<void> {
  const visit = async (address: string, person: boolean): Promise<void> => {
    const client = { address, cookies: new Map<string, string>() };
    await ask(port, client, { method: "GET", path: "/login", keep: true, referer: "" });
    if (person) await ask(port, client, { method: "GET", path: "/style.css", keep: true, referer: "/login" });
    await settled();
    await ask(port, client, { method: "POST", path: "/session", keep: true, referer: "/login" });
    if (person) await ask(port, client, { method: "GET", path: "/account", keep: true, referer: "/login" });
  };
  // The first requests open the proxy's connections to Gait; one that takes too long passes unjudged, which is no part of this.
  for (let i = 0; i < 3; i++) await visit(`127.3.0.${i + 1}`, true);
  for (let i = 0; i < people; i++) await visit(`127.1.0.${i + 1}`, true);
  for (let i = 0; i < robots; i++) await visit(`127.2.0.${i + 1}`, false);
}

interface Judged {
  readonly path: string;
  readonly ip: string;
  readonly kind: string;
  readonly signals: Verdict["signals"];
}

/** What was found about cookies and orchestration in each client's login; rhythm depends on the machine. */
function summary(judged: readonly Judged[]): readonly string[] {
  return judged
    .filter(({ path, ip }) => path === "/session" && !ip.startsWith("127.3."))
    .map(
      ({ ip, signals }) =>
        `${ip} ${signals
          .filter(({ axis, nats }) => nats > 0 && axis === "orchestration")
          .map(({ detector }) => detector)
          .sort()
          .join(" ")}`,
    )
    .sort();
}

async function open(text: string): Promise<RunningService> {
  const path = join(folder, `gait-${Math.random().toString(36).slice(2)}.yaml`);
  const state = mkdtempSync(join(folder, "state-"));
  writeFileSync(path, `${text}\nmode: observe\nadmin: { listen: false }\nstore: { path: ${state} }\n`);
  const service = await openService({ path, env: {}, flags: [] });
  closers.push(() => service.stop());
  return service;
}

const originPort = (): number => (origin.address() as AddressInfo).port;
const nap = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

async function through(service: RunningService, port: number): Promise<readonly string[]> {
  // Reports of answers come a moment after the answers; people take longer than that to fill a form.
  await play(port, nap);
  return summary(service.witness.recent.newest(10_000, () => true, Number.POSITIVE_INFINITY));
}

async function beside(
  door: string,
  start: (ports: { originPort: number; gaitPort: number }, state: string) => Promise<RealProxy>,
): Promise<readonly string[]> {
  const service = await open(`beside: { application: shop, ${door}: "127.0.0.1:0" }`);
  const proxy = await start(
    { originPort: originPort(), gaitPort: service.beside[0]?.port ?? 0 },
    service.config.store.path,
  );
  closers.push(() => proxy.stop());
  return through(service, proxy.port);
}

/** These tests share their machine: a verdict that comes late would be a request that was not judged. */
const patient = (text: string): string =>
  text
    .replace("timeout processing 50ms", "timeout processing 2s")
    .replaceAll(/(proxy_(?:connect|read|send)_timeout) \d+ms/g, "$1 2s");

let expected: readonly string[] | undefined;
async function inline(): Promise<readonly string[]> {
  if (expected !== undefined) return expected;
  const service = await open(`listen: "127.0.0.1:0"\nupstream: http://127.0.0.1:${originPort()}`);
  expected = await through(service, service.addresses[0]?.port ?? 0);
  return expected;
}

test("inline: robots that lack the hidden cookie are told from people by it", async () => {
  const found = await inline();
  expect(found).toHaveLength(people + robots);
  const late = found.filter((line) => line.startsWith("127.2."));
  expect(late.filter((line) => line.split(" ").length > 1 && line.split(" ")[1] !== "").length).toBeGreaterThan(
    robots / 2,
  );
  expect(found.filter((line) => line.startsWith("127.1.") && line.split(" ")[1] !== "")).toEqual([]);
});

test("HAProxy: the same, client by client", async () => {
  const files = ["deploy/haproxy/haproxy.cfg", "deploy/haproxy/gait-spoe.conf"];
  const found = await beside("haproxy", (ports) =>
    startRealProxy({ command: "haproxy", args: ["-db", "-f", "haproxy.cfg"], files, edit: patient, ...ports }),
  );
  expect(found).toEqual(await inline());
});

test("nginx with njs: the same, client by client", async () => {
  const found = await beside("nginx", (ports, state) =>
    startRealProxy({
      command: "nginx",
      args: ["-p", "FOLDER", "-c", "FOLDER/nginx-with-answers.conf", "-g", "daemon off;"],
      files: ["deploy/nginx/nginx-with-answers.conf", "deploy/nginx/gait.js"],
      written: { "gait-key.conf": readFileSync(join(state, "nginx-key.conf"), "utf8") },
      edit: patient,
      ...ports,
    }),
  );
  expect(found).toEqual(await inline());
});

test("Envoy by ext_proc: the same, client by client", async () => {
  expect(await beside("envoy", (ports) => startExtProc(ports))).toEqual(await inline());
});

test("inside a Node application: the same, client by client", async () => {
  const judged: Judged[] = [];
  const server = createServer(
    library.gait(shop, {
      onVerdict: ({ request, client }, { kind, signals }) =>
        void judged.push({ path: request.path, ip: client.ip, kind, signals }),
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => server.close());
  await play((server.address() as AddressInfo).port, nap);
  expect(summary(judged)).toEqual(await inline());
});
