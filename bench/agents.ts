/**
 * Measures what the agent catalogue, the verifier and the lookups promise: the public corpus of user agents (no browser called a bot,
 * bots recognised), real requests of AI agents (named right, the hidden one linked, their author left alone), and the cost of each
 * step beside a peer in the same run. Needs the data folder for the first two (`$GAIT_DATA`, default ../shared/data) and says so.
 */
import { createHash, createPrivateKey, generateKeyPairSync, verify } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { isbot } from "isbot";
import { type Exchange, noFingerprint, observesAll, type Verdict } from "#core";
import { AgentSwarms, createEngine } from "#engine";
import {
  agentKeyFrom,
  createBotDirectory,
  createIntel,
  joinLists,
  NonceTable,
  parsePrefixList,
  readSignature,
  SignatureProver,
  signRequest,
} from "#intel";
import { openListStore } from "../src/app/intel/list-store.ts";
import { loadNetworks } from "../src/app/intel/load-networks.ts";
import { loadNetworksAside } from "../src/app/intel/load-networks-aside.ts";

const data = process.env.GAIT_DATA ?? "../shared/data";
const results: Record<string, number | string> = {};

/** The kernel counts a thread's time in steps of some milliseconds: shorter work is repeated. */
const countedUs = 60_000;

/** Nanoseconds of this thread's own time, the best of some rounds: on a busy machine the wall clock measures others. */
function timed(work: () => void, rounds = 5): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const before = process.threadCpuUsage();
    let times = 0;
    let used = 0;
    while (used < countedUs) {
      work();
      times++;
      const { user, system } = process.threadCpuUsage(before);
      used = user + system;
    }
    best = Math.min(best, (used * 1_000) / times);
  }
  return best;
}

/** Nanoseconds by the wall clock of what is quick only once: a second run would find everything remembered. */
function once(work: () => void): number {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start);
}

function corpus(): void {
  const file = join(data, "reference_lists", "ua_lists", "ua_corpus.tsv");
  if (!existsSync(file)) {
    console.log(`user agents: no corpus at ${file}`);
    return;
  }
  const rows = readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split("\t"));
  const bots = rows.filter(([label]) => label === "bot").map(([, text = ""]) => text);
  const browsers = rows.filter(([label]) => label === "browser").map(([, text = ""]) => text);
  const directory = createBotDirectory({ userAgentCharactersMax: 1_024, userAgentsCachedMax: 2 });
  const found = bots.filter((text) => directory.declaredBot(text) !== undefined).length;
  const wrong = browsers.filter((text) => directory.declaredBot(text) !== undefined);
  const all = [...bots, ...browsers];
  const uncached =
    timed(() => {
      for (const text of all) directory.declaredBot(text);
    }) / all.length;
  const peer =
    timed(() => {
      for (const text of all) isbot(text);
    }) / all.length;
  const warm = createBotDirectory({ userAgentCharactersMax: 1_024, userAgentsCachedMax: 65_536 });
  const cached =
    timed(() => {
      for (const text of all) warm.declaredBot(text);
    }) / all.length;
  const hostile = ["a ".repeat(512), "Mozilla/5.0 (".repeat(80), "@a".repeat(512), "1.".repeat(512), "bot".repeat(340)];
  const worst = Math.max(
    ...hostile.map((text) =>
      once(() => {
        directory.declaredBot(`${text}x`);
      }),
    ),
  );
  console.log(
    `user agents: ${found} of ${bots.length} bots recognised (${((100 * found) / bots.length).toFixed(2)} %), ${wrong.length} of ${browsers.length} browsers called bots`,
  );
  for (const text of wrong) console.log(`  called a bot: ${text}`);
  console.log(
    `  ${(uncached / 1000).toFixed(2)} µs uncached with its name (isbot alone, without a name: ${(peer / 1000).toFixed(2)} µs, ratio ${(uncached / peer).toFixed(2)}), ${cached.toFixed(0)} ns cached, worst of five hostile ones ${(worst / 1000).toFixed(0)} µs`,
  );
  Object.assign(results, {
    botsFound: found,
    bots: bots.length,
    browsersCalledBots: wrong.length,
    browsers: browsers.length,
    uncachedUs: Number((uncached / 1000).toFixed(2)),
    isbotUs: Number((peer / 1000).toFixed(2)),
  });
}

interface Labelled {
  readonly time: string | null;
  readonly ip: string;
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly label: string;
}

/** The names that the labels of declared agents must be given. */
const expectedNames: Readonly<Record<string, RegExp>> = {
  "ai_agent:chatgpt": /^ChatGPT-User$/,
  "ai_agent:perplexity": /^Perplexity-User$/,
  "ai_agent:gemini": /^Gemini/,
  declared_bot: /^Slackbot$/,
};

function glove(): void {
  const file = join(data, "llm_agents_glove", "requests_labelled.jsonl");
  if (!existsSync(file)) {
    console.log(`real agents: no requests at ${file}`);
    return;
  }
  const rows = readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Labelled);
  const intel = createIntel();
  const engine = createEngine({ intel });
  const swarms = new AgentSwarms();
  const requests: { readonly row: Labelled; readonly exchange: Exchange }[] = [];
  let at = 0;
  for (const row of rows) {
    at = row.time === null ? at : Date.parse(`${row.time.replace(" ", "T")}Z`);
    const exchange = exchangeOf(row, at);
    requests.push({ row, exchange });
  }
  for (const { exchange } of requests) engine.exchange(exchange);
  for (const { exchange } of requests)
    if (intel.declaredBot(exchange.request.userAgent) === undefined) swarms.note(exchange);
  const verdicts = new Map<string, Verdict>();
  // A view is valid until the next step of the iteration.
  for (const view of engine.clients()) verdicts.set(`${view.ip} ${view.userAgent}`, view.verdict());
  const flagged = ({ exchange }: { readonly exchange: Exchange }): boolean => {
    const verdict = verdicts.get(`${exchange.client.ip} ${exchange.request.userAgent}`);
    return (
      verdict !== undefined &&
      (verdict.kind === "automated" || verdict.kind === "declared-bot" || verdict.score.total >= 80)
    );
  };
  const byDeclaration = requests.filter(({ exchange }) => intel.declaredBot(exchange.request.userAgent) !== undefined);
  let declared = 0;
  let named = 0;
  for (const { row, exchange } of requests) {
    const expected = expectedNames[row.label];
    if (expected === undefined) continue;
    declared++;
    if (expected.test(intel.declaredBot(exchange.request.userAgent)?.name ?? "")) named++;
  }
  console.log(
    `real agents: ${rows.length} requests; ${declared} of agents that declare themselves, ${named} found and named right; ${byDeclaration.length} declared in all (scanners and tools among them)`,
  );
  const hidden = requests.filter(({ row }) => row.label.includes("grok"));
  const author = requests.filter(({ row }) => row.label === "human_author");
  const linked = swarms.swarms();
  const members = new Set(linked.flatMap(({ userAgent, addresses }) => addresses.map((ip) => `${ip} ${userAgent}`)));
  const isMember = ({ exchange }: { readonly exchange: Exchange }): boolean =>
    members.has(`${exchange.client.ip} ${exchange.request.userAgent}`);
  const inside = hidden.filter(isMember);
  const addresses = new Set(inside.map(({ row }) => row.ip));
  const strangers = requests.filter((request) => isMember(request) && !request.row.label.includes("grok"));
  console.log(
    `  hidden agent: ${inside.length} of ${hidden.length} requests linked, ${addresses.size} of ${new Set(hidden.map(({ row }) => row.ip)).size} addresses, in ${linked.length} swarm(s); ${strangers.length} requests of others among them`,
  );
  for (const swarm of linked)
    console.log(
      `    ${swarm.nats.toFixed(1)} nats: ${JSON.stringify(Object.fromEntries(Object.entries(swarm.evidence).map(([name, nats]) => [name, Number(nats.toFixed(1))])))}`,
    );
  const authorFlagged = author.filter((request) => flagged(request) || isMember(request)).length;
  console.log(`  author: ${authorFlagged} of ${author.length} requests flagged`);
  for (const label of new Set(rows.map((row) => row.label))) {
    const own = requests.filter(({ row }) => row.label === label);
    console.log(
      `    ${label}: ${own.filter((request) => flagged(request) || isMember(request)).length} of ${own.length} flagged`,
    );
  }
  Object.assign(results, {
    declared,
    named,
    hiddenLinked: inside.length,
    hidden: hidden.length,
    hiddenAddresses: addresses.size,
    strangersLinked: strangers.length,
    authorFlagged,
    author: author.length,
  });
}

function exchangeOf(row: Labelled, at: number): Exchange {
  // One scanner asked for "http:///".
  const url = new URL(URL.canParse(row.url) ? row.url : "http://unnamed.example/");
  const find = (wanted: string): string => row.headers.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? "";
  return {
    id: "",
    at,
    application: "default",
    // The author masked his own address in the log.
    client: { ip: row.ip === "MYHOMEIP" ? "198.51.100.1" : row.ip, fingerprint: noFingerprint },
    request: {
      method: row.method,
      scheme: "https",
      host: url.host,
      path: url.pathname,
      query: url.search.slice(1),
      protocol: "",
      headers: { names: row.headers.map(([name]) => name), values: row.headers.map(([, value]) => value) },
      userAgent: find("user-agent"),
      referer: find("referer"),
      cookies: [],
      bodyBytes: -1,
      token: 0,
      account: 0,
      password: 0,
      tokens: [],
      oddities: [],
    },
    response: {
      status: row.status,
      bytes: -1,
      durationMs: -1,
      contentType: "",
      location: "",
      setCookies: [],
      tokens: [],
    },
    observes: { ...observesAll, setCookie: "none", tls: false, body: false, cookies: false },
  };
}

function signatures(): void {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const key = agentKeyFrom(publicKey.export({ format: "jwk" }));
  if (key === undefined) throw new Error("the key is not read");
  const now = 1_800_000_000_000;
  const policy = { headerBytesMax: 8_192, componentsMax: 32, skewMs: 30_000, lifetimeMsMax: 86_400_000 };
  const plain = { method: "GET", scheme: "https", authority: "shop.example", path: "/", query: "" } as const;
  const count = 2_000;
  const requests = Array.from({ length: count }, (_, i) => {
    const headers = signRequest(plain, {
      key: createPrivateKey(privateKey.export({ type: "pkcs8", format: "pem" })),
      now,
      nonce: `nonce-${i}`,
      signatureAgent: "https://agent.example",
    });
    return { ...plain, headers: { names: Object.keys(headers), values: Object.values(headers) as string[] } };
  });
  const run = (): void => {
    const prover = new SignatureProver({ nonces: new NonceTable(100_000), skewMs: policy.skewMs, provenMax: 10 });
    for (const request of requests) {
      const reading = readSignature(request, now, policy);
      if (reading.kind !== "claimed" || !prover.prove(reading.claim, key, now).proven) throw new Error("not proven");
    }
  };
  const each = timed(run, 3) / count;
  const reading = readSignature(requests[0] as (typeof requests)[0], now, policy);
  const claim = reading.kind === "claimed" ? reading.claim : undefined;
  const bare =
    timed(() => {
      for (let i = 0; i < count; i++)
        verify(null, Buffer.from(claim?.base ?? "", "latin1"), key.key, claim?.signature ?? Buffer.alloc(0));
    }, 3) / count;
  console.log(
    `signatures: ${Math.round(1e9 / each)} verifications/s with parsing and nonces (bare Ed25519 of node:crypto: ${Math.round(1e9 / bare)}/s, ratio ${(each / bare).toFixed(2)})`,
  );
  Object.assign(results, {
    verificationsPerSecond: Math.round(1e9 / each),
    bareEd25519PerSecond: Math.round(1e9 / bare),
  });
}

/** MMDB files named on the command line (`--mmdb FILE…`): full-size databases are not part of this repository. */
const mmdbAt = process.argv.indexOf("--mmdb");
const databaseFiles = mmdbAt < 0 ? [] : process.argv.slice(mmdbAt + 1);

/** The longest stop of the serving thread while a million blocks and the databases are read anew, here and aside. */
async function reload(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "gait-bench-"));
  try {
    const text = Array.from(
      { length: 1_000_000 },
      (_, i) => `${1 + (i >>> 13)}.${(i >>> 5) & 255}.${(i & 31) * 8}.0/29\n`,
    ).join("");
    const file = join(directory, "list.txt");
    writeFileSync(file, text);
    const checksum = createHash("sha256").update(text).digest("hex");
    const store = openListStore(directory);
    const name = "million";
    store.keep(
      {
        name,
        source: file,
        checksum,
        checkedAt: 0,
        refused: "",
        refusedAt: 0,
        prefixes: 1_000_000,
        addresses: 8_000_000,
      },
      text,
    );
    const config = {
      lists: [{ name, category: "hosting" as const, source: file }],
      databases: databaseFiles,
      botRanges: false,
      maximumAge: "14d",
    };
    const intel = createIntel();
    const here = await longestStop(async () => intel.replaceNetworks(loadNetworks(config, openListStore(directory))));
    const aside = await longestStop(async () => intel.replaceNetworks(await loadNetworksAside(config, directory)));
    console.log(
      `reload of a million blocks: the serving thread stops for ${aside.toFixed(0)} ms; read on that thread it would be ${here.toFixed(0)} ms`,
    );
    Object.assign(results, { reloadStopMs: Math.round(aside), reloadStopHereMs: Math.round(here) });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function longestStop(work: () => Promise<void>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await new Promise((resolve) => setTimeout(resolve, 50));
  await work();
  await new Promise((resolve) => setTimeout(resolve, 50));
  delay.disable();
  return delay.max / 1e6;
}

function networks(): void {
  const folder = join(data, "reference_lists", "ip_lists", "x4bnet", "output");
  if (!existsSync(folder)) {
    console.log(`networks: no lists at ${folder}`);
    return;
  }
  const lists = readdirSync(folder).flatMap((kind) =>
    ["ipv4.txt", "ipv6.txt"].map((file) => ({
      name: `${kind}/${file}`,
      category: kind === "vpn" ? ("vpn" as const) : ("hosting" as const),
      prefixes: parsePrefixList(readFileSync(join(folder, kind, file), "utf8"), { prefixesMax: 1_000_000 }).prefixes,
    })),
  );
  const joined = joinLists(lists);
  const databases = databaseFiles.map((path) => readFileSync(path));
  const intel = createIntel({ ...joined, databases });
  const bytes = joined.blocks.bytes + databases.reduce((sum, { length }) => sum + length, 0);
  const cold = Array.from(
    { length: 20_000 },
    (_, i) => `${1 + ((i * 7) % 222)}.${(i * 31) % 256}.${(i * 17) % 256}.${i % 256}`,
  );
  const first =
    once(() => {
      for (const ip of cold) intel.network(ip);
    }) / cold.length;
  const hot =
    timed(() => {
      for (const ip of cold) intel.network(ip);
    }) / cold.length;
  const prefixes = lists.reduce((sum, list) => sum + list.prefixes.length, 0);
  if (databaseFiles.length > 0) console.log(`with ${databaseFiles.length} databases held in memory:`);
  console.log(
    `networks: ${prefixes} prefixes in ${(bytes / 1e6).toFixed(1)} MB; ${hot.toFixed(0)} ns for an address seen lately, ${first.toFixed(0)} ns for a new one`,
  );
  Object.assign(results, {
    prefixes,
    databases: databaseFiles.length,
    networkMegabytes: Number((bytes / 1e6).toFixed(1)),
    lookupHotNs: Math.round(hot),
    lookupColdNs: Math.round(first),
  });
}

/** The goals that this command answers for: shown with every run, so that a miss is seen. */
const goals: readonly (readonly [result: string, reads: "at least" | "at most", value: number, what: string])[] = [
  ["botsShare", "at least", 0.995, "share of the public corpus's bots recognised"],
  ["browsersCalledBots", "at most", 0, "browsers of the public corpus called bots"],
  ["verificationsPerSecond", "at least", 5_000, "signatures verified a second on one core"],
  ["lookupHotNs", "at most", 1_000, "ns to look up an address seen lately"],
  ["networkMegabytes", "at most", 200, "MB of lists and databases held in memory"],
  [
    "reloadStopShare",
    "at most",
    0.1,
    "stop of the serving thread by a reload of a million blocks, of what reading it there would be",
  ],
];

function judgeGoals(): void {
  if (typeof results.reloadStopMs === "number")
    results.reloadStopShare = Number((results.reloadStopMs / Number(results.reloadStopHereMs)).toFixed(3));
  if (typeof results.botsFound === "number") results.botsShare = results.botsFound / Number(results.bots);
  for (const [name, reads, value, what] of goals) {
    const found = results[name];
    const met = typeof found === "number" && (reads === "at least" ? found >= value : found <= value);
    console.log(
      `  ${found === undefined ? "unmeasured" : met ? "met       " : "MISSED    "} ${what}: ${found} (${reads} ${value})`,
    );
  }
}

corpus();
glove();
signatures();
networks();
await reload();
judgeGoals();
console.log(JSON.stringify(results));
