import { spawn } from "node:child_process";
import type { Random } from "#core";
import { DemoClient } from "./demo-client.ts";
import { productsMax } from "./demo-origin.ts";
import type { DemoScene } from "./scene.ts";

/** One kind of automation of the demo. */
export interface DemoBot {
  readonly name: string;
  /** What it does, for the line that introduces it. */
  readonly does: string;
  /** Addresses it comes from. */
  readonly addresses: readonly string[];
  run(scene: DemoScene, random: Random): Promise<void>;
}

const chrome =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

/** Reads the catalogue with Node's own fetch, dressed as Chrome. */
const scraper: DemoBot = {
  name: "scraper",
  does: "reads the catalogue with fetch, dressed as Chrome",
  addresses: ["198.51.100.23"],
  async run(scene, random) {
    for (let id = 1; !scene.signal.aborted; id = (id % productsMax) + 1) {
      await fetchThrough(scene, `/products/${id}`, {
        "user-agent": chrome,
        accept: "text/html",
        "x-forwarded-for": "198.51.100.23",
      });
      await scene.pause(350 + random() * 300);
    }
  },
};

/** curl, dressed as Chrome; where there is no curl, Node's http client stands in. */
const curl: DemoBot = {
  name: "curl",
  does: "fetches search pages with curl, dressed as Chrome",
  addresses: ["203.0.113.77"],
  async run(scene, random) {
    for (let i = 0; !scene.signal.aborted; i++) {
      await runCurl(scene, `/search?q=thing${i}`, "203.0.113.77");
      await scene.pause(900 + random() * 300);
    }
  },
};

/** Walks through stock numbers like a phone app that forgot it is one. */
const enumerator: DemoBot = {
  name: "enumerator",
  does: "walks through the stock numbers of the API",
  addresses: ["192.0.2.141"],
  async run(scene) {
    const client = new DemoClient(scene.port, "192.0.2.141");
    for (let id = 1; !scene.signal.aborted; id++) {
      const headers = [
        ["User-Agent", "DemoShop/4.2 (iPhone; iOS 18.7)"],
        ["Accept", "application/json"],
      ] as const;
      await client.send({ path: `/api/stock/${id}`, headers });
      await scene.pause(250);
    }
    client.close();
  },
};

/** Tries stolen passwords, one or two from every address, straight at the login. */
const stuffer: DemoBot = {
  name: "credential stuffer",
  does: "tries one stolen password per address, never opening a page",
  addresses: Array.from({ length: 250 }, (_, index) => `198.51.100.${index < 22 ? index + 1 : index + 2}`),
  async run(scene, random) {
    for (let i = 0; !scene.signal.aborted; i++) {
      const client = new DemoClient(scene.port, stuffer.addresses[i % stuffer.addresses.length] ?? "");
      const body = new URLSearchParams({ user: `victim${i}@example.com`, password: `summer${i}` }).toString();
      const headers = [
        ["User-Agent", chrome],
        ["Accept", "*/*"],
        ["Content-Type", "application/x-www-form-urlencoded"],
      ] as const;
      await client.send({ method: "POST", path: "/login", headers, body });
      client.close();
      await scene.pause(400 + random() * 400);
    }
  },
};

/** A crawler that says what it is and asks for robots.txt first. */
const crawler: DemoBot = {
  name: "declared crawler",
  does: "says it is GPTBot and asks for robots.txt first",
  addresses: ["203.0.113.5"],
  async run(scene, random) {
    const client = new DemoClient(scene.port, "203.0.113.5");
    const headers = [
      [
        "User-Agent",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
      ],
      ["Accept", "*/*"],
    ] as const;
    await client.send({ path: "/robots.txt", headers });
    while (!scene.signal.aborted) {
      await scene.pause(1_500 + random() * 1_000);
      await client.send({ path: `/products/${1 + Math.floor(random() * productsMax)}`, headers });
    }
    client.close();
  },
};

/** Every kind of automation that the demo shows. */
export const demoBots: readonly DemoBot[] = [scraper, enumerator, curl, stuffer, crawler];

async function fetchThrough(scene: DemoScene, path: string, headers: Readonly<Record<string, string>>): Promise<void> {
  try {
    const response = await fetch(`http://127.0.0.1:${scene.port}${path}`, { headers, signal: scene.signal });
    await response.arrayBuffer();
  } catch {
    // The demo ended or the gateway refused the connection; either way the next step decides.
  }
}

function runCurl(scene: DemoScene, path: string, address: string): Promise<void> {
  const url = `http://127.0.0.1:${scene.port}${path}`;
  const words = [
    "--silent",
    "--max-time",
    "5",
    "--output",
    "/dev/null",
    "--user-agent",
    chrome,
    "--header",
    `X-Forwarded-For: ${address}`,
    url,
  ];
  return new Promise((resolve) => {
    const child = spawn("curl", words, { stdio: "ignore", signal: scene.signal });
    child.once("error", () => {
      // No curl on this machine: the same request from Node.
      if (scene.signal.aborted) resolve();
      else void fetchThrough(scene, path, { "user-agent": chrome, "x-forwarded-for": address }).then(resolve);
    });
    child.once("exit", () => resolve());
  });
}
