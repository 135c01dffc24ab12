import { type Answer, type Asked, loginStatus, token } from "./platform.ts";

const productsMax = 120;
const css = "body{font:16px/1.5 system-ui;max-width:45rem;margin:2rem auto;padding:0 1rem}";
const script = 'document.cookie="seen="+Date.now().toString(36)+"; path=/; samesite=lax";';
const logo =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="14" fill="#27a"/></svg>';

/** The server-rendered shop: pages with parts, a session cookie, a form token, gift cards. */
export function answerShop(asked: Asked): Answer {
  const { method, path } = asked;
  if (path.startsWith("/static/") || path === "/favicon.ico") return file(asked);
  if (path === "/login" && method === "POST") return login(asked);
  if (path === "/account/email" && method === "POST")
    return asked.cookies.has("account")
      ? { status: 303, headers: { location: "/account" }, loot: "account" }
      : missing(asked);
  if (path === "/giftcard" && method === "POST") return giftCard(asked);
  if (path === "/cart" && method === "POST") return { status: 303, headers: { location: "/cart" } };
  const product = /^\/products\/(\d{1,5})$/.exec(path)?.[1];
  if (product !== undefined)
    return Number(product) <= productsMax ? page(asked, `Thing ${product}`, thing(Number(product))) : missing(asked);
  const known: Readonly<Record<string, () => string>> = {
    "/": () => `<p>Things that nobody needs.</p>${links(1, 12)}`,
    "/products": () => {
      const from = Math.max(1, Math.min(productsMax - 11, Number(asked.query.get("from")) || 1));
      return `${links(from, from + 11)}<a href="/products?from=${from + 12}">Next</a>`;
    },
    "/search": () => links(30, 36),
    "/cart": () => '<p>One thing.</p><a href="/login">Check out</a> <a href="/giftcard">Gift card</a>',
    "/login": () =>
      `<form method="post" action="/login"><input type="hidden" name="csrf" value="${token()}"><label>Name <input name="user"></label><label>Password <input name="password" type="password"></label><button>Log in</button></form>`,
    "/giftcard": () =>
      `<form method="post" action="/giftcard"><input type="hidden" name="csrf" value="${token()}"><label>Card <input name="card"></label><button>Check</button></form>`,
    "/account": () => '<p>Welcome back.</p><a href="/products">Shop on</a>',
  };
  const body = known[path];
  return body === undefined ? missing(asked) : page(asked, path === "/" ? "Shop" : path.slice(1), body());
}

function thing(id: number): string {
  return `<img src="/static/thing-${id}.svg" alt=""><p>${id * 3} coins.</p><form method="post" action="/cart"><button>Into the cart</button></form>${links(id + 1, id + 4)}`;
}

function links(from: number, to: number): string {
  const ids = Array.from({ length: Math.max(0, Math.min(to, productsMax) - from + 1) }, (_, i) => from + i);
  return `<ul>${ids.map((id) => `<li><a href="/products/${id}">Thing ${id}</a></li>`).join("")}</ul>`;
}

function page(asked: Asked, title: string, body: string, status = 200): Answer {
  return {
    status,
    headers: {
      "cache-control": "private, no-cache",
      "set-cookie": [
        ...(asked.cookies.has("sid") ? [] : [`sid=${token()}; Path=/; HttpOnly; Secure; SameSite=Lax`]),
        ...(asked.cookies.has("device")
          ? []
          : [`device=${token()}; Path=/; Max-Age=31536000; HttpOnly; Secure; SameSite=Lax`]),
      ],
    },
    body: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title><link rel="stylesheet" href="/static/shop.css"><script src="/static/shop.js" defer></script></head><body><header><img src="/static/logo.svg" alt="" width="32"> <a href="/">Shop</a> <a href="/products">Products</a> <a href="/search?q=thing">Search</a> <a href="/cart">Cart</a> <a href="/login">Log in</a></header><h1>${title}</h1>${body}</body></html>`,
  };
}

function missing(asked: Asked): Answer {
  return page(asked, "Not found", "", 404);
}

function file({ path, header }: Asked): Answer {
  if (header("if-none-match") === '"1"') return { status: 304, headers: { etag: '"1"' } };
  const headers = { etag: '"1"', "cache-control": "max-age=120" };
  if (path.endsWith(".css")) return { status: 200, type: "text/css", body: css, headers };
  if (path.endsWith(".js")) return { status: 200, type: "text/javascript", body: script, headers };
  return { status: 200, type: "image/svg+xml", body: logo, headers };
}

function login(asked: Asked): Answer {
  const form = new URLSearchParams(asked.body);
  const user = form.get("user") ?? "";
  if (loginStatus(user, form.get("password") ?? "") !== 200) return page(asked, "Wrong name or password", "", 401);
  return {
    status: 303,
    headers: { location: "/account", "set-cookie": `account=${token()}; Path=/; HttpOnly; Secure; SameSite=Lax` },
    loot: `login ${user}`,
  };
}

/** Cards have eleven digits; one in ten thousand of the numbers in use has money on it. */
function giftCard(asked: Asked): Answer {
  const card = new URLSearchParams(asked.body).get("card") ?? "";
  const live = /^\d{11}$/.test(card) && Number(card) % 9_973 === 0;
  return {
    ...page(asked, live ? "This card has 20 coins" : "This card is not known", "", live ? 200 : 404),
    loot: live ? `card ${card}` : "",
  };
}
