import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type Observes, testHashKey } from "#core";
import { createDecisionService, type DecisionService } from "../beside/decision-service.ts";
import { type FaultLink, linkFaults, openFaultLink } from "./fault-link.ts";
import { openOrigin, RecordingGuard, verdictOf } from "./gateway-rig.ts";
import { type RealProxy, type RealProxyOptions, startRealProxy } from "./real-proxy.ts";

/** The side of Gait that a connector brings. */
export interface ConnectorEnd {
  readonly port: number;
  close(): Promise<void>;
}

/** One connector under the shared suite: its configuration for the real server, or a proxy that keeps its contract. */
export interface Connector {
  readonly name: string;
  readonly proxy: Omit<RealProxyOptions, "originPort" | "gaitPort"> | ((ports: { readonly originPort: number; readonly gaitPort: number }) => Promise<RealProxy>);
  readonly observes: Observes;
  /** The address that the proxy tells of these tests' client. Default: 127.0.0.1. */
  readonly address?: string;
  /** Status of a throttled request. */
  readonly throttled: number;
  /** Gives Gait more time than deploy/ does: these tests share their machine, and what they look at is not speed. */
  readonly patient?: (text: string) => string;
  /** Changes of the real server's configuration: HTTP/2 on [::1] beside what there is, and failing closed. */
  readonly edits?: { readonly http2: (text: string, port: number) => string; readonly closed: (text: string) => string };
  open(service: DecisionService, port: number): Promise<ConnectorEnd>;
}

/** Long and with every kind of character a cookie may hold. */
const sid = `${"aZ09!#$%&'()*+-./:<=>?@[]^_`{|}~".repeat(3)}.`;

/**
 * The one suite that every connector passes against the real server with the configuration of deploy/: the same
 * engine must see the same facts and be obeyed in the same way, whichever proxy stands in front.
 */
export function describeConnectors(connectors: readonly Connector[]): void {
  describe.each(connectors)("$name", (connector) => {
    const guard = new RecordingGuard();
    const address = connector.address ?? "127.0.0.1";
    let service: DecisionService;
    let end: ConnectorEnd;
    let origin: Awaited<ReturnType<typeof openOrigin>>;
    let proxy: RealProxy;
    let reached: { url: string; kind: string; body: string }[] = [];

    beforeAll(async () => {
      origin = await openOrigin((request, response) => {
        let body = "";
        request.on("data", (chunk: Buffer) => {
          body += chunk.toString("latin1");
        });
        request.on("end", () => {
          reached.push({ url: request.url ?? "", kind: String(request.headers["x-gait-kind"] ?? ""), body });
          response.setHeader("Set-Cookie", [`sid=${sid}; Path=/; HttpOnly`, "lang=en; Path=/"]);
          response.writeHead(request.url === "/missing" ? 404 : 200, { "Content-Type": "text/html; charset=utf-8" }).end("hello");
        });
      });
      service = createDecisionService({
        guard,
        clock: { now: () => Date.now(), monotonic: () => performance.now() },
        hashKey: testHashKey,
        application: "shop",
        mode: "enforce",
        failMode: "open",
        observes: connector.observes,
      });
      end = await connector.open(service, 0);
      const ports = { originPort: origin.port, gaitPort: end.port };
      proxy = typeof connector.proxy === "function" ? await connector.proxy(ports) : await startRealProxy({ ...connector.proxy, edit: connector.patient, ...ports });
    });

    afterAll(async () => {
      await proxy.stop();
      await end.close();
      origin.close();
    });

    const ask = (path: string, init: RequestInit = {}): Promise<Response> => fetch(`http://127.0.0.1:${proxy.port}${path}`, init);

    test("method, target, host, address, headers and cookies arrive as the client sent them, secrets masked", async () => {
      const response = await ask("/a%2Fb/c%20d?q=1&token=topsecret", {
        method: "POST",
        body: "x=1",
        headers: { "X-Odd-Name": "1", Cookie: "sid=abc; theme=dark", Authorization: "Bearer topsecret" },
      });
      await response.text();
      const exchange = guard.inspected.at(-1);
      expect(exchange?.request).toMatchObject({ method: "POST", path: "/a%2Fb/c%20d", host: `127.0.0.1:${proxy.port}` });
      expect(exchange?.request.query).toContain("q=1");
      expect(exchange?.client.ip).toBe(address);
      expect(exchange?.request.cookies.map(({ name }) => name)).toEqual(["sid", "theme"]);
      expect(exchange?.request.token).not.toBe(0);
      expect(exchange?.request.headers.names.map((name) => name.toLowerCase())).toContain("x-odd-name");
      expect(JSON.stringify(exchange)).not.toContain("topsecret");
      expect(exchange?.observes).toEqual(connector.observes);
      expect(reached.at(-1)).toMatchObject({ body: "x=1", url: "/a%2Fb/c%20d?q=1&token=topsecret" });
    });

    test("every answer carries the reference that was judged", async () => {
      const response = await ask("/reference");
      expect(response.headers.get("x-request-id")).toBe(guard.inspected.at(-1)?.id);
    });

    test("answers are seen where the connector says so, every cookie of them, and only there", async () => {
      await (await ask("/missing")).text();
      await expect.poll(() => guard.observed.find(({ request }) => request.path === "/missing")).toBeDefined();
      const response = guard.observed.find(({ request }) => request.path === "/missing")?.response;
      if (!connector.observes.response) expect(response).toBeUndefined();
      else expect(response).toMatchObject({ status: 404, contentType: "text/html" });
      if (connector.observes.setCookie !== "all") return;
      expect(response?.setCookies.map(({ name, httpOnly }) => [name, httpOnly])).toEqual([["sid", true], ["lang", false]]);
      // What was given is what comes back: both sides are hashed with one key, wherever they are hashed.
      await (await ask("/again", { headers: { Cookie: `sid=${sid}; lang=en` } })).text();
      const returned = guard.inspected.at(-1)?.request.cookies.map(({ value }) => value);
      expect(returned).toEqual(response?.setCookies.map(({ value }) => value));
    });

    test.each(["block", "deceive", "hold", "step-up", "challenge", "throttle", "tarpit", "allow", "tag", "log", "route"] as const)("%s is carried out or replaced by what this proxy can do", async (action) => {
      const parts = { action, kind: "automated", score: { total: 97, behaviour: 96, presentation: 50 } } as const;
      guard.decide = (exchange) => verdictOf(exchange, parts);
      reached = [];
      const response = await ask("/judged", { headers: { "X-Gait-Kind": "human" } });
      guard.decide = (exchange) => verdictOf(exchange);
      const refusal = ["throttle", "tarpit"].includes(action) ? connector.throttled : 403;
      expect(response.status).toBe(["allow", "tag", "log"].includes(action) ? 200 : refusal);
      expect(reached.length).toBe(response.status === 200 ? 1 : 0);
      // What a client claims in our name never reaches the application.
      expect(reached.map(({ kind }) => kind)).not.toContain("human");
    });

    test("a client cannot choose its own address or path by headers", async () => {
      await ask("/honest", { headers: { "X-Real-IP": "198.51.100.1", "X-Forwarded-For": "198.51.100.2", "X-Original-URI": "/innocent", "X-Forwarded-Uri": "/innocent", "X-Original-Method": "HEAD" } });
      expect(guard.inspected.at(-1)?.client.ip).toBe(address);
      expect(guard.inspected.at(-1)?.request).toMatchObject({ path: "/honest", method: "GET" });
    });

    test("large cookies and odd targets are judged as they are or refused, never lost", async () => {
      const large = await ask("/", { headers: { Cookie: `big=${"x".repeat(3_500)}` } });
      expect(large.status).toBe(200);
      expect(guard.inspected.at(-1)?.request.cookies[0]?.name).toBe("big");
      for (const target of ["/a/../b", "/a//b", "/%2e%2e/x", "/a%00b", "/caf%C3%A9"]) {
        const before = guard.inspected.length;
        const status = await raw(proxy.port, `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${proxy.port}\r\nConnection: close\r\n\r\n`);
        const judged = guard.inspected.slice(before).some(({ request }) => request.path === target);
        expect([target, judged || status >= 400]).toEqual([target, true]);
      }
    });

    test("many requests at once are each answered with their own verdict", async () => {
      guard.decide = (exchange) => verdictOf(exchange, { action: exchange.request.query.endsWith("7") ? "block" : "allow" });
      const statuses = await Promise.all(Array.from({ length: 100 }, async (_, i) => (await ask(`/?n=${i}`)).status));
      guard.decide = (exchange) => verdictOf(exchange);
      for (const [i, status] of statuses.entries()) expect([i, status]).toEqual([i, String(i).endsWith("7") ? 403 : 200]);
      // On a busy machine HAProxy may give up on telling of an answer; that request then waits for its time limit.
      await expect.poll(() => service.stats().pending).toBeLessThan(5);
    });

    test("an engine that throws, and a Gait that is gone, let requests pass; it is asked again when it is back", async () => {
      guard.decide = () => {
        throw new Error("planted");
      };
      expect((await ask("/")).status).toBe(200);
      expect(service.stats().failures).toBeGreaterThan(0);
      guard.decide = (exchange) => verdictOf(exchange);
      const { port } = end;
      await end.close();
      const before = performance.now();
      expect((await ask("/alone")).status).toBe(200);
      expect(performance.now() - before).toBeLessThan(4_000);
      expect(reached.at(-1)?.url).toBe("/alone");
      end = await connector.open(service, port);
      const { asked } = service.stats();
      await expect.poll(async () => (await ask("/back"), service.stats().asked), { timeout: 15_000, interval: 300 }).toBeGreaterThan(asked);
    });

    describe("when the link to Gait breaks", () => {
      let link: FaultLink;
      let open: RealProxy;
      let closed: RealProxy | undefined;
      beforeAll(async () => {
        link = await openFaultLink(end.port);
        const ports = { originPort: origin.port, gaitPort: link.port };
        const start = (edit?: (text: string) => string): Promise<RealProxy> =>
          typeof connector.proxy === "function"
            ? connector.proxy(ports)
            : startRealProxy({ ...connector.proxy, edit, ...ports });
        open = await start();
        if (connector.edits !== undefined) closed = await start(connector.edits.closed);
      });
      afterAll(async () => {
        await open.stop();
        await closed?.stop();
        await link.close();
      });
      const timed = async (port: number): Promise<{ readonly status: number; readonly ms: number; readonly reference: string | null }> => {
        const started = performance.now();
        const response = await fetch(`http://127.0.0.1:${port}/link`);
        await response.text();
        return { status: response.status, ms: performance.now() - started, reference: response.headers.get("x-request-id") };
      };

      test.each(linkFaults)("%s: open sites serve every request, none waits for the fault; closed ones refuse; it is asked again afterwards", async (fault) => {
        onTestFinished(() => link.set(undefined));
        guard.decide = (exchange) => verdictOf(exchange);
        link.set(fault);
        const found = [];
        for (let i = 0; i < 6; i++) found.push(await timed(open.port));
        expect(found.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
        // Far below the five seconds of the slowest fault: what the proxy waits is its own limit.
        expect(Math.max(...found.map(({ ms }) => ms))).toBeLessThan(2_500);
        if (typeof connector.proxy !== "function") {
          // The proxy gives up on Gait for a while: requests no longer wait for the fault at all.
          await expect.poll(async () => (await timed(open.port)).ms, { timeout: 5_000, interval: 20 }).toBeLessThan(40);
        }
        if (closed !== undefined) {
          const refused = await timed(closed.port);
          expect(refused.status).toBeGreaterThanOrEqual(500);
          expect(refused.reference).not.toBeNull();
        }
        link.set(undefined);
        const { asked } = service.stats();
        await expect.poll(async () => (await timed(open.port), service.stats().asked), { timeout: 5_000, interval: 100 }).toBeGreaterThan(asked);
        if (closed !== undefined) await expect.poll(async () => (await timed(closed?.port ?? 0)).status, { timeout: 5_000, interval: 100 }).toBe(200);
      });
    });

    const { edits, proxy: real } = connector;
    if (edits === undefined || typeof real === "function") return;
    test("HTTP/2 in front, over IPv6: the same facts, the address in its canonical form", async () => {
      const proxy6 = await startRealProxy({ ...real, edit: (text, port) => edits.http2(connector.patient?.(text) ?? text, port), originPort: origin.port, gaitPort: end.port });
      const session = connectHttp2(`http://[::1]:${proxy6.port}`);
      try {
        const status = await new Promise((resolve, reject) => {
          const stream = session.request({ ":path": "/six%2F6?q=1",
            // Node leaves the brackets of an IPv6 address out.
            ":authority": `[::1]:${proxy6.port}`, cookie: `sid=${sid}`, "x-real-ip": "198.51.100.1", "x-forwarded-for": "198.51.100.2" });
          stream.on("response", (headers) => resolve(headers[":status"]));
          stream.on("error", reject);
          session.on("error", reject);
          stream.resume();
          stream.end();
        });
        expect(status).toBe(200);
        const exchange = guard.inspected.findLast(({ request }) => request.path === "/six%2F6");
        expect(exchange?.client.ip).toBe("::1");
        expect(exchange?.request.cookies.map(({ name }) => name)).toEqual(["sid"]);
      } finally {
        session.destroy();
        await proxy6.stop();
      }
    });
  });
}

/** Status of the answer to exactly these bytes; 0 when there is none. */
function raw(port: number, bytes: string): Promise<number> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes, "latin1"));
    socket.setTimeout(5_000, () => socket.destroy());
    socket.on("data", (data) => {
      text += data.toString("latin1");
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0)));
  });
}
