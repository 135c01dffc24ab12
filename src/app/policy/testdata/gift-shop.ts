import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A small shop with accounts, which sells gift cards to whoever is logged in. */
export interface GiftShop {
  readonly url: string;
  /** Names of the accounts that bought a card, in order. */
  readonly bought: readonly string[];
  close(): Promise<void>;
}

/** Everybody's password is their name backwards. */
export function passwordOf(user: string): string {
  return [...user].reverse().join("");
}

/** Opens the shop on a free port of loopback. */
export async function openGiftShop(): Promise<GiftShop> {
  const bought: string[] = [];
  const users = new Map<string, string>();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? "/";
    const form = new URLSearchParams(await bodyOf(request));
    const user = users.get(/auth=(\w+)/.exec(request.headers.cookie ?? "")?.[1] ?? "");
    const jar = /sid=\w+/.test(request.headers.cookie ?? "") ? [] : [`sid=${drawn()}; Path=/; Max-Age=9000000`];
    const send = (status: number, headers: Record<string, string | string[]>, text: string): void =>
      void response.writeHead(status, { "content-type": "text/html", ...headers }).end(text);
    if (path === "/login" && request.method === "POST") {
      const name = form.get("user") ?? "";
      if (name === "" || form.get("password") !== passwordOf(name)) return send(401, { "set-cookie": jar }, "wrong");
      const token = drawn();
      users.set(token, name);
      return send(302, { location: "/account", "set-cookie": [...jar, `auth=${token}; Path=/; HttpOnly`] }, "");
    }
    if (path === "/giftcard/buy" && request.method === "POST") {
      if (user === undefined) return send(401, { "set-cookie": jar }, "log in first");
      bought.push(user);
      return send(200, {}, "<p>Your card is on its way.</p>");
    }
    if (path.endsWith(".css")) return send(200, { "content-type": "text/css", "cache-control": "no-store" }, "p{}");
    send(200, { "set-cookie": jar }, page(path));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bought,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function page(path: string): string {
  const links = ["/", "/login", "/account", "/giftcard"].map((to) => `<a href="${to}">${to}</a>`);
  return `<!doctype html><link rel="stylesheet" href="/static/shop.css"><p>${path}</p>${links.join(" ")}`;
}

function drawn(): string {
  return randomBytes(16).toString("hex");
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString("utf8");
  return text;
}
