import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A small shop: enough of a site for people to look like people. */
export interface DemoOrigin {
  readonly url: string;
  close(): Promise<void>;
}

/** Products are numbered from 1. */
export const productsMax = 60;
const formBytesMax = 4_096;

/** The parts of every page, as a browser fetches them. The script sets a cookie of its own. */
export const pageParts: readonly string[] = ["/static/shop.css", "/static/shop.js", "/static/logo.svg"];

/** Opens the shop on a free port of loopback. */
export async function openDemoOrigin(): Promise<DemoOrigin> {
  const server: Server = createServer(
    { keepAliveTimeout: 60_000 },
    (request, response) => void answer(request, response),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://shop.invalid");
  const { pathname } = url;
  if (pathname.startsWith("/static/") || pathname === "/favicon.ico") return sendFile(pathname, request, response);
  if (pathname === "/robots.txt") return send(response, "text/plain", "User-agent: *\nDisallow: /account\n");
  const stock = /^\/api\/stock\/(\d{1,4})$/.exec(pathname);
  if (stock !== null) return sendStock(Number(stock[1]), response);
  if (pathname === "/login" && request.method === "POST") return await login(request, response);
  const product = /^\/products\/(\d{1,4})$/.exec(pathname);
  if (product !== null && Number(product[1]) > productsMax)
    return sendPage(request, response, { status: 404, title: "Not found", body: "" });
  const page = pages[product === null ? pathname : "/products/:id"];
  if (page === undefined) return sendPage(request, response, { status: 404, title: "Not found", body: "" });
  return sendPage(request, response, { status: 200, ...page(product?.[1] ?? "", url) });
}

interface Page {
  readonly title: string;
  readonly body: string;
}

const pages: Readonly<Record<string, (id: string, url: URL) => Page>> = {
  "/": () => ({ title: "Demo shop", body: `<p>Things that nobody needs.</p>${productLinks(1, 12)}` }),
  "/products": (_, url) => {
    const from = Math.max(1, Math.min(productsMax - 11, Number(url.searchParams.get("from")) || 1));
    return { title: "Products", body: productLinks(from, from + 11) };
  },
  "/products/:id": (id) => ({
    title: `Thing ${id}`,
    body: `<img src="/static/thing-${id}.svg" alt=""><p>Price: ${Number(id) * 3} coins.</p><p><a href="/cart">Cart</a></p>${productLinks(Number(id) + 1, Number(id) + 4)}`,
  }),
  "/search": () => ({ title: "Search", body: productLinks(20, 26) }),
  "/cart": () => ({ title: "Cart", body: '<p>Empty as ever.</p><a href="/login">Check out</a>' }),
  "/login": () => ({
    title: "Log in",
    body: '<form method="post" action="/login"><label>Name <input name="user"></label> <label>Password <input name="password" type="password"></label> <button>Log in</button></form>',
  }),
  "/account": () => ({ title: "Your account", body: "<p>Welcome back.</p>" }),
};

function productLinks(from: number, to: number): string {
  const items: string[] = [];
  for (let id = from; id <= Math.min(to, productsMax); id++)
    items.push(`<li><a href="/products/${id}">Thing ${id}</a></li>`);
  return `<ul>${items.join("")}</ul>`;
}

function sendPage(request: IncomingMessage, response: ServerResponse, page: Page & { readonly status: number }): void {
  const headers: Record<string, string> = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "private, no-cache",
  };
  if (!(request.headers.cookie ?? "").includes("sid=")) {
    headers["set-cookie"] = `sid=${randomBytes(16).toString("hex")}; Path=/; HttpOnly; SameSite=Lax`;
  }
  response.writeHead(page.status, headers);
  response.end(
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${page.title}</title><link rel="stylesheet" href="/static/shop.css"><script src="/static/shop.js" defer></script></head><body><header><img src="/static/logo.svg" alt="" width="32"> <a href="/">Demo shop</a> · <a href="/products">Products</a> · <a href="/search?q=thing">Search</a> · <a href="/login">Log in</a></header><h1>${page.title}</h1>${page.body}</body></html>`,
  );
}

/** Everybody whose name begins with "person" is a customer; everybody else is not. */
async function login(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let form = "";
  for await (const chunk of request as AsyncIterable<Buffer>) {
    form += chunk.toString("utf8");
    if (form.length > formBytesMax) break;
  }
  const user = new URLSearchParams(form).get("user") ?? "";
  if (!user.startsWith("person")) {
    sendPage(request, response, {
      status: 401,
      title: "Wrong name or password",
      body: '<a href="/login">Try again</a>',
    });
    return;
  }
  response.writeHead(303, {
    location: "/account",
    "set-cookie": `account=${randomBytes(16).toString("hex")}; Path=/; HttpOnly; SameSite=Lax`,
  });
  response.end();
}

function sendStock(id: number, response: ServerResponse): void {
  response.writeHead(id >= 1 && id <= 2_000 ? 200 : 404, { "content-type": "application/json" });
  response.end(JSON.stringify({ id, left: (id * 7) % 23 }));
}

function sendFile(path: string, request: IncomingMessage, response: ServerResponse): void {
  if (request.headers["if-none-match"] === '"1"') {
    response.writeHead(304, { etag: '"1"', "cache-control": "max-age=60" }).end();
    return;
  }
  const type = path.endsWith(".css") ? "text/css" : path.endsWith(".js") ? "text/javascript" : "image/svg+xml";
  const text =
    type === "text/css"
      ? "body{font:16px/1.5 system-ui;max-width:45rem;margin:2rem auto;padding:0 1rem}"
      : type === "text/javascript"
        ? 'document.cookie="seen="+Date.now().toString(36)+"; path=/; samesite=lax";'
        : '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="14" fill="#2a7"/></svg>';
  send(response, type, text, { etag: '"1"', "cache-control": "max-age=60" });
}

function send(
  response: ServerResponse,
  type: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(200, { "content-type": type, ...headers });
  response.end(text);
}
