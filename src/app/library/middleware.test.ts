import { randomUUID } from "node:crypto";
import { createServer, type RequestListener, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import Fastify from "fastify";
import { H3, serve as serveH3 } from "h3";
import { Hono } from "hono";
import { afterEach, describe, expect, test } from "vitest";
import type { Exchange, Verdict } from "#core";
import type { GaitOptions } from "./create-guard.ts";
import * as express from "./express.ts";
import * as fastify from "./fastify.ts";
import * as h3 from "./h3.ts";
import * as hono from "./hono.ts";
import * as http from "./http.ts";
import * as koa from "./koa.ts";

const require = createRequire(import.meta.url);
const html = "text/html; charset=utf-8";
const page = '<link rel="stylesheet" href="/style.css">hello';

interface App {
  readonly port: number;
  close(): void | Promise<void>;
}

/** The same minimal application in each framework: two cookies, a page, a style sheet. */
const frameworks: readonly { readonly name: string; start(options: GaitOptions): Promise<App> }[] = [
  {
    name: "node:http",
    start: (options) =>
      listen(
        http.gait((request, response) => {
          const sheet = request.url === "/style.css";
          response.writeHead(200, {
            "Content-Type": sheet ? "text/css" : html,
            "Set-Cookie": [`sid=${randomUUID()}; Path=/; HttpOnly`, "lang=en; Path=/"],
          });
          response.end(sheet ? "" : page);
        }, options),
      ),
  },
  {
    name: "Express",
    start: (options) => {
      const app = (require("express") as () => RequestListener & { use(handler: unknown): void })();
      app.use(express.gait(options));
      app.use(
        (
          request: { url: string },
          response: {
            cookie(name: string, value: string, options: object): void;
            type(type: string): { send(body: string): void };
          },
        ) => {
          response.cookie("sid", randomUUID(), { path: "/", httpOnly: true });
          response.cookie("lang", "en", { path: "/" });
          response
            .type(request.url === "/style.css" ? "text/css" : "text/html")
            .send(request.url === "/style.css" ? "" : page);
        },
      );
      return listen(app);
    },
  },
  {
    name: "Koa",
    start: (options) => {
      const Koa = require("koa") as new () => { use(handler: unknown): void; callback(): RequestListener };
      const app = new Koa();
      app.use(koa.gait(options));
      app.use(
        (context: {
          path: string;
          body: string;
          type: string;
          cookies: { set(name: string, value: string, options: object): void };
        }) => {
          context.cookies.set("sid", randomUUID(), { path: "/", httpOnly: true });
          context.cookies.set("lang", "en", { path: "/", httpOnly: false });
          context.type = context.path === "/style.css" ? "text/css" : "text/html";
          context.body = context.path === "/style.css" ? " " : page;
        },
      );
      return listen(app.callback());
    },
  },
  {
    name: "Fastify",
    async start(options) {
      const app = Fastify();
      await app.register(fastify.gait, options);
      app.get("/*", (request, reply) => {
        reply.header("set-cookie", [`sid=${randomUUID()}; Path=/; HttpOnly`, "lang=en; Path=/"]);
        return reply
          .type(request.url === "/style.css" ? "text/css" : html)
          .send(request.url === "/style.css" ? "" : page);
      });
      await app.listen({ host: "127.0.0.1", port: 0 });
      return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
    },
  },
  {
    name: "Hono",
    start(options) {
      const app = new Hono();
      app.use(hono.gait(options));
      app.get("*", (context) => {
        context.header("Set-Cookie", `sid=${randomUUID()}; Path=/; HttpOnly`, { append: true });
        context.header("Set-Cookie", "lang=en; Path=/", { append: true });
        return context.req.path === "/style.css"
          ? context.body("", 200, { "Content-Type": "text/css" })
          : context.html(page);
      });
      return new Promise((resolve) => {
        const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) =>
          resolve({ port, close: () => void server.close() }),
        );
      });
    },
  },
  {
    name: "h3",
    async start(options) {
      const app = new H3();
      app.use(h3.gait(options) as never);
      app.get("/**", (event) => {
        const sheet = event.url.pathname === "/style.css";
        event.res.headers.append("Set-Cookie", `sid=${randomUUID()}; Path=/; HttpOnly`);
        event.res.headers.append("Set-Cookie", "lang=en; Path=/");
        event.res.headers.set("Content-Type", sheet ? "text/css" : html);
        return sheet ? "" : page;
      });
      const server = serveH3(app, { port: 0, hostname: "127.0.0.1", silent: true });
      await server.ready();
      return { port: Number(new URL(server.url ?? "").port), close: () => server.close(true) };
    },
  },
];

async function listen(listener: RequestListener): Promise<App> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const apps: App[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

describe.each(frameworks)("Gait inside $name", ({ start }) => {
  async function open(
    options: GaitOptions,
  ): Promise<{ port: number; verdicts: { exchange: Exchange; verdict: Verdict }[] }> {
    const verdicts: { exchange: Exchange; verdict: Verdict }[] = [];
    const app = await start({
      ...options,
      onVerdict: (exchange, verdict) => void verdicts.push({ exchange, verdict }),
    });
    apps.push(app);
    return { port: app.port, verdicts };
  }

  test("the application answers as before, and every answer carries its reference", async () => {
    const { port, verdicts } = await open({});
    const response = await fetch(`http://127.0.0.1:${port}/welcome?token=topsecret`, {
      headers: { "X-Odd": "1", Cookie: "old=1" },
    });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(page);
    expect(response.headers.getSetCookie()).toHaveLength(2);
    expect(response.headers.get("x-request-id")).toBe(verdicts[0]?.exchange.id);
    expect(verdicts[0]?.exchange.request.headers.names.map((name) => name.toLowerCase())).toContain("x-odd");
    expect(JSON.stringify(verdicts)).not.toContain("topsecret");
  });

  test("the answer is seen whole: status, type, and every cookie with its attributes", async () => {
    const { port, verdicts } = await open({ trustedProxies: ["127.0.0.1"] });
    await (await fetch(`http://127.0.0.1:${port}/`, { headers: { "X-Forwarded-For": "203.0.113.1" } })).text();
    await expect.poll(() => verdicts[0]?.exchange.response?.status).toBe(200);
    const exchange = verdicts[0]?.exchange;
    expect(exchange?.client.ip).toBe("203.0.113.1");
    expect(exchange?.response?.contentType).toBe("text/html");
    expect(exchange?.response?.setCookies.map(({ name, httpOnly }) => [name, httpOnly])).toEqual([
      ["sid", true],
      ["lang", false],
    ]);
  });

  test("an allowed address is never acted on, and is told so as the reason", async () => {
    const { port, verdicts } = await open({ mode: "enforce", allow: ["127.0.0.0/8"] });
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
    expect(verdicts[0]?.verdict).toMatchObject({ action: "allow", basis: "list", rule: "allowed by options" });
  });

  test("an engine that fails answers by the fail mode", async () => {
    const explode = (): void => {
      throw new Error("planted");
    };
    for (const [failMode, status] of [
      ["open", 200],
      ["closed", 403],
    ] as const) {
      const app = await start({ failMode, onVerdict: explode });
      apps.push(app);
      expect((await fetch(`http://127.0.0.1:${app.port}/`)).status).toBe(status);
    }
  });
});
