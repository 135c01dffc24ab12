import { closeSync, openSync, writeSync } from "node:fs";
import { parseArgs } from "node:util";

/**
 * Writes a deterministic combined log: one seed gives one file, byte for byte.
 *
 *     node bench/generate-log.ts --lines 1000000 --clients 20000 --seed 1 --out /tmp/access.log
 *
 * The mix is a shop's: people load pages with their images and follow links; declared crawlers walk pages;
 * undeclared scrapers walk listings by number behind browser user agents; a credential stuffer posts to /login.
 */
interface Shape {
  readonly lines: number;
  readonly clients: number;
  readonly seed: number;
}

type Random = () => number;

function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

const start = Date.UTC(2026, 0, 5, 0, 0, 0) / 1000;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const browsers: readonly string[] = Array.from({ length: 160 }, (_, i) => {
  const version = 120 + (i % 24);
  const system = [
    "Windows NT 10.0; Win64; x64",
    "Macintosh; Intel Mac OS X 10_15_7",
    "X11; Linux x86_64",
    "Linux; Android 14; Pixel 8",
  ][i % 4];
  return `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.${6000 + i}.0 Safari/537.36`;
});
const crawlers = [
  "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
  "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
  "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
  "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
];

type Role = "person" | "crawler" | "scraper" | "stuffer";

function roleOf(client: number): Role {
  const slot = client % 100;
  if (slot < 88) return "person";
  if (slot < 93) return "crawler";
  return slot < 98 ? "scraper" : "stuffer";
}

function addressOf(client: number): string {
  // A bijection on 24 bits (odd multiplier), so that every client has its own address in 11.0.0.0/8.
  const mixed = Math.imul(client, 0x5bd1e9b5) & 0xffffff;
  return `11.${mixed >>> 16}.${(mixed >>> 8) & 255}.${mixed & 255}`;
}

/** What one client asks for at its step: method, target, status, bytes and referer. */
function requestOf(client: number, step: number, random: Random): string {
  const role = roleOf(client);
  if (role === "person") {
    const page = `/product/${Math.imul(client + Math.floor(step / 5), 2654435761) >>> 20}/red-shoes`;
    if (step % 5 === 0) {
      const referer = step === 0 ? "https://www.google.com/" : "https://shop.example/category/shoes?page=2";
      return `"GET ${page} HTTP/1.1" 200 ${20_000 + Math.floor(random() * 20_000)} "${referer}"`;
    }
    const asset = ["/static/app.css", "/static/app.js", `/image/${(client * 7 + step) % 5000}/200x200`, "/favicon.ico"];
    return `"GET ${asset[(step - 1) % 4]} HTTP/1.1" ${random() < 0.2 ? 304 : 200} ${Math.floor(random() * 9000)} "https://shop.example${page}"`;
  }
  if (role === "crawler") return `"GET /product/${Math.floor(random() * 4096)}/red-shoes HTTP/1.1" 200 31250 "-"`;
  if (role === "scraper") return `"GET /filter?category=${client % 50}&page=${step + 1} HTTP/1.1" 200 18400 "-"`;
  return `"POST /login HTTP/1.1" ${random() < 0.98 ? 401 : 302} 512 "-"`;
}

function agentOf(client: number): string {
  const role = roleOf(client);
  if (role === "crawler") return crawlers[client % crawlers.length] as string;
  return browsers[(Math.imul(client, 40503) >>> 4) % browsers.length] as string;
}

const stampCache = { second: -1, text: "" };

function stamp(second: number): string {
  if (stampCache.second === second) return stampCache.text;
  const at = new Date(second * 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  stampCache.second = second;
  stampCache.text = `${two(at.getUTCDate())}/${months[at.getUTCMonth()]}/${at.getUTCFullYear()}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`;
  return stampCache.text;
}

/** Lines in time order, about 400 a second: a busy site. Clients take turns in overlapping windows, as visits do. */
export function* generateLines({ lines, clients, seed }: Shape): Generator<string> {
  const random = createRandom(seed);
  const steps = new Uint32Array(clients);
  const atOnce = Math.min(clients, 4_000);
  for (let i = 0; i < lines; i++) {
    const base = Math.floor((i / lines) * Math.max(1, clients - atOnce + 1));
    const client = Math.min(clients - 1, base + Math.floor(random() * atOnce));
    const step = steps[client] as number;
    steps[client] = step + 1;
    yield `${addressOf(client)} - - [${stamp(start + Math.floor(i / 400))}] ${requestOf(client, step, random)} "${agentOf(client)}"\n`;
  }
}

function main(): void {
  const { values } = parseArgs({
    options: {
      lines: { type: "string", default: "100000" },
      clients: { type: "string", default: "2000" },
      seed: { type: "string", default: "1" },
      out: { type: "string", default: "-" },
    },
  });
  const file = values.out === "-" ? 1 : openSync(values.out, "w");
  let pending: string[] = [];
  for (const line of generateLines({
    lines: Number(values.lines),
    clients: Number(values.clients),
    seed: Number(values.seed),
  })) {
    pending.push(line);
    if (pending.length < 8192) continue;
    writeSync(file, pending.join(""));
    pending = [];
  }
  writeSync(file, pending.join(""));
  if (file !== 1) closeSync(file);
}

if (import.meta.main) main();
