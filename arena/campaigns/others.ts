import { aiohttpTool, axiosWithJar, curl, gotImitator, requestsTool, undici } from "../tools/index.ts";
import type { Step, Tool } from "../tools/job.ts";
import { passwordOf, userName } from "../world/platform.ts";
import { type Random, sleep } from "../world/random.ts";
import { type Attempt, type Campaign, type CampaignWorld, successes } from "./campaign.ts";
import { appHeaders, browserHeaders, chromeAgents } from "./headers.ts";

/** A campaign of one kind of session, sent by one program. */
interface Plan {
  readonly name: string;
  readonly label: string;
  readonly tool: Tool;
  readonly headers: Readonly<Record<string, string>>;
  readonly jar: boolean;
  /** Whether every connection has an address of its own, or all share one. */
  readonly addresses: "each" | "one";
  readonly sessions: number;
  readonly pauseMs: number;
  readonly steps: (index: number, random: Random) => readonly Step[];
}

const chrome = browserHeaders(chromeAgents[9] as string);

/** Bought pairs of name and password: half the names unknown here, one password in fifty right. */
function stuffing(index: number, random: Random): readonly Step[] {
  const user = random() < 0.5 ? userName(index * 17) : `lost${index}@example.org`;
  const password = random() < 0.02 ? passwordOf(user) : `summer${index}`;
  return [{ method: "POST", path: "/mobile/v1/login", type: "json", body: JSON.stringify({ user, password }) }];
}

function takeover(index: number, random: Random): readonly Step[] {
  const user = userName(index * 29);
  const password = random() < 0.3 ? passwordOf(user) : `Winter${index}!`;
  return [
    { method: "POST", path: "/api/login", type: "json", body: JSON.stringify({ user, password }) },
    { method: "GET", path: "/api/products?from=1", pauseMs: 50 },
  ];
}

const plans: readonly Plan[] = [
  {
    name: "credential stuffing",
    label: "OAT-008",
    tool: undici,
    headers: appHeaders,
    jar: false,
    addresses: "each",
    sessions: 120,
    pauseMs: 30,
    steps: stuffing,
  },
  {
    name: "takeover of a new application",
    label: "D",
    tool: gotImitator,
    headers: {},
    jar: true,
    addresses: "each",
    sessions: 60,
    pauseMs: 60,
    steps: takeover,
  },
  {
    name: "price scraper with a jar",
    label: "OAT-011",
    tool: axiosWithJar,
    headers: chrome,
    jar: true,
    addresses: "each",
    sessions: 14,
    pauseMs: 100,
    steps: (index) =>
      Array.from({ length: 9 }, (_, i) => ({
        method: "GET" as const,
        path: `/products/${1 + ((index * 9 + i) % 120)}`,
        pauseMs: 120,
      })),
  },
  {
    name: "gift card cracking",
    label: "OAT-002",
    tool: requestsTool,
    headers: chrome,
    jar: true,
    addresses: "each",
    sessions: 40,
    pauseMs: 30,
    steps: (_, random) => [
      { method: "GET", path: "/giftcard", find: { name: "csrf", before: 'name="csrf" value="', behind: '"' } },
      {
        method: "POST",
        path: "/giftcard",
        type: "form",
        body: `csrf={csrf}&card=${Math.floor(1e10 + random() * 8e10)}`,
      },
    ],
  },
  {
    name: "content crawl from one address",
    label: "OAT-011",
    tool: aiohttpTool,
    headers: chrome,
    jar: false,
    addresses: "one",
    sessions: 6,
    pauseMs: 50,
    steps: (index) =>
      Array.from({ length: 20 }, (_, i) => ({
        method: "GET" as const,
        path: `/products/${1 + ((index * 20 + i) % 120)}`,
        pauseMs: 30,
      })),
  },
  {
    name: "account aggregation by curl",
    label: "OAT-020",
    tool: curl,
    headers: { "user-agent": chromeAgents[3] as string, accept: "*/*" },
    jar: true,
    addresses: "each",
    sessions: 24,
    pauseMs: 40,
    steps: (index) => [
      {
        method: "POST",
        path: "/api/login",
        type: "json",
        body: JSON.stringify({ user: userName(index * 3), password: passwordOf(userName(index * 3)) }),
      },
      { method: "GET", path: "/api/products?from=1" },
    ],
  },
];

const sessionsPerStart = 10;

async function follow(world: CampaignWorld, plan: Plan): Promise<readonly Attempt[]> {
  const { front, addresses, random, signal, scale } = world;
  const player = { name: plan.name, side: "attack", campaign: plan.name } as const;
  const door = await front.door(player, {
    address: () => addresses.residential(),
    per: plan.addresses === "each" ? "connection" : "session",
  });
  const count = Math.round(plan.sessions * scale);
  let succeeded = 0;
  let sent = 0;
  while (sent < count && !signal.aborted) {
    const batch = Array.from({ length: Math.min(sessionsPerStart, count - sent) }, (_, i) =>
      plan.steps(sent + i, random),
    );
    const job = { base: door.url, headers: plan.headers, jar: plan.jar, sessions: batch };
    succeeded += successes(await plan.tool.run(job, signal));
    sent += batch.length;
    await sleep(plan.pauseMs * batch.length, signal);
  }
  return [{ knob: "as it is", tool: plan.tool.name, sent, succeeded }];
}

export const otherCampaigns: readonly Campaign[] = plans.map(
  (plan): Campaign => ({ name: plan.name, label: plan.label, run: (world) => follow(world, plan) }),
);
