import { type Answer, type Asked, loginStatus, skusMax, token, zipsMax } from "./platform.ts";

/** The API of the single-page application, the mobile API and the developer tool; undefined: not theirs. */
export function answerApi(asked: Asked): Answer | undefined {
  const { method, path } = asked;
  if (path.startsWith("/api/")) return spa(asked);
  if (path.startsWith("/mobile/v1/")) return mobile(asked);
  if (path === "/app" || path.startsWith("/app/")) return appShell(asked);
  if (path.startsWith("/dev/")) return devTool(asked);
  if (path === "/robots.txt" && method === "GET")
    return { status: 200, type: "text/plain", body: "User-agent: *\nDisallow: /account\nDisallow: /api/\n" };
  return undefined;
}

function json(status: number, body: unknown, more: Partial<Answer> = {}): Answer {
  return { status, type: "application/json", body: JSON.stringify(body), ...more };
}

function stock(query: URLSearchParams): Answer {
  const sku = Number(query.get("sku"));
  const zip = Number(query.get("zip"));
  const known = sku >= 1 && sku <= skusMax && zip >= 10_000 && zip < 10_000 + zipsMax;
  if (!known) return json(404, { error: "unknown" });
  return json(200, { sku, zip, left: (sku * 7 + zip) % 23 }, { loot: `${sku}:${zip}` });
}

function spa({ method, path, query, body }: Asked): Answer {
  if (path === "/api/products") {
    const from = Math.max(1, Number(query.get("from")) || 1);
    return json(200, { items: Array.from({ length: 12 }, (_, i) => ({ sku: from + i, price: (from + i) * 3 })) });
  }
  if (path === "/api/stock") return stock(query);
  if (path === "/api/login" && method === "POST")
    return login(body, { "set-cookie": `spa=${token()}; Path=/; HttpOnly; Secure; SameSite=Lax` });
  if (path === "/api/events" && method === "POST") return { status: 204 };
  return json(404, { error: "unknown" });
}

function login(body: string, headers: Readonly<Record<string, string>>): Answer {
  let user = "";
  let password = "";
  try {
    const read = JSON.parse(body) as { readonly user?: unknown; readonly password?: unknown };
    user = String(read.user ?? "");
    password = String(read.password ?? "");
  } catch {
    return json(400, { error: "not JSON" });
  }
  const status = loginStatus(user, password);
  if (status !== 200) return json(401, { error: "wrong name or password" });
  return json(200, { token: token() }, { headers, loot: `login ${user}` });
}

/** The honest application asks for its configuration first, registers the device and sends events; its API would work without. */
function mobile({ method, path, query, body, header }: Asked): Answer {
  if (path === "/mobile/v1/config") return json(200, { flags: { feed: true }, nonce: token() });
  if (path === "/mobile/v1/device" && method === "POST") return json(201, { device: token() });
  if (path === "/mobile/v1/login" && method === "POST") return login(body, {});
  if (path === "/mobile/v1/events" && method === "POST") return { status: 204 };
  if (path === "/mobile/v1/stock") return stock(query);
  if (header("authorization") === "") return json(401, { error: "no token" });
  if (path === "/mobile/v1/feed") return json(200, { items: [1, 2, 3, 4, 5] });
  if (path === "/mobile/v1/me") return json(200, { name: "somebody" });
  return json(404, { error: "unknown" });
}

function appShell({ path, header }: Asked): Answer {
  if (path === "/app/main.js") {
    if (header("if-none-match") === '"a1"') return { status: 304, headers: { etag: '"a1"' } };
    return {
      status: 200,
      type: "text/javascript",
      headers: { etag: '"a1"', "cache-control": "max-age=600" },
      body: `document.cookie="seen="+Date.now().toString(36)+"; path=/; samesite=lax";
const list=document.querySelector("ul");let from=1;
const load=async()=>{const r=await fetch("/api/products?from="+from);const {items}=await r.json();list.replaceChildren(...items.map(({sku,price})=>{const li=document.createElement("li");const b=document.createElement("button");b.textContent="Thing "+sku+", "+price;b.onclick=async()=>{const zip=localStorage.zip??=10000+Math.floor(500*Math.random()**2);const s=await fetch("/api/stock?sku="+sku+"&zip="+zip);b.textContent+=" ("+(await s.json()).left+" left)";fetch("/api/events",{method:"POST",body:"{}"})};li.append(b);return li}))};
document.querySelector("#more").onclick=()=>{from+=12;load()};load();`,
    };
  }
  return {
    status: 200,
    body: '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>App</title></head><body><h1>Stock</h1><ul></ul><button id="more">More</button><script src="/app/main.js"></script></body></html>',
  };
}

/** A developer tool with sign-up, trial, referral and inference; its genuine client does more than it must. */
function devTool({ method, path, body, header }: Asked): Answer {
  if (path === "/dev/v1/signup" && method === "POST") return json(201, { organisation: token(), key: token() });
  if (path === "/dev/v1/trial" && method === "POST") return json(200, { credits: 1_000 });
  if (path === "/dev/v1/referral" && method === "POST") return json(200, { credits: 200 });
  if (path === "/dev/v1/models") return json(200, { models: ["small", "large"] });
  if (path === "/dev/v1/telemetry" && method === "POST") return { status: 204 };
  if (path === "/dev/v1/inference" && method === "POST") {
    if (header("authorization") === "") return json(401, { error: "no key" });
    return json(200, { tokens: body.length % 400, text: "…" }, { loot: "inference" });
  }
  return json(404, { error: "unknown" });
}
