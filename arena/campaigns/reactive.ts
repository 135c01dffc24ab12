import { aiohttpTool, curl, gotImitator, httpxTool, impitChrome, requestsTool, undici } from "../tools/index.ts";
import type { Step, Tool } from "../tools/job.ts";
import { userName } from "../world/platform.ts";
import { pick, type Random, sleep } from "../world/random.ts";
import type { Attempt, Campaign, CampaignWorld } from "./campaign.ts";
import { appHeaders, browserHeaders, chromeAgents, scriptAgent } from "./headers.ts";

/** What the adversary may turn: one knob at a time. */
interface Knobs {
  agent: string;
  headers: "script" | "browser" | "application";
  tool: Tool;
  network: "hosting" | "homes";
  pauseMs: number;
  before: "nothing" | "a page" | "the application's first calls";
  jar: "none" | "kept";
  path: "/mobile/v1/login" | "/api/login";
  names: "as they are" | "with invisible characters";
  order: "as sold" | "shuffled";
}

type Knob = keyof Knobs;

const tools: readonly Tool[] = [requestsTool, aiohttpTool, curl, undici, httpxTool, gotImitator, impitChrome];

/** Turns one knob to another position; says which. */
function turn(knobs: Knobs, knob: Knob, random: Random): string {
  const other = <T>(from: readonly T[], now: T): T =>
    pick(
      random,
      from.filter((each) => each !== now),
    );
  switch (knob) {
    case "agent":
      knobs.agent = other(chromeAgents, knobs.agent);
      return "another user agent";
    case "headers":
      knobs.headers = other(["script", "browser", "application"] as const, knobs.headers);
      return `the headers of a ${knobs.headers}`;
    case "tool":
      knobs.tool = other(tools, knobs.tool);
      return `another program: ${knobs.tool.name}`;
    case "network":
      knobs.network = other(["hosting", "homes"] as const, knobs.network);
      return `exits in ${knobs.network}`;
    case "pauseMs":
      knobs.pauseMs = other([0, 200, 600], knobs.pauseMs);
      return `pauses of ${knobs.pauseMs} ms`;
    case "before":
      knobs.before = other(["nothing", "a page", "the application's first calls"] as const, knobs.before);
      return `before the log-in: ${knobs.before}`;
    case "jar":
      knobs.jar = other(["none", "kept"] as const, knobs.jar);
      return `cookies ${knobs.jar}`;
    case "path":
      knobs.path = other(["/mobile/v1/login", "/api/login"] as const, knobs.path);
      return `the log-in of ${knobs.path}`;
    case "names":
      knobs.names = other(["as they are", "with invisible characters"] as const, knobs.names);
      return `names ${knobs.names}`;
    case "order":
      knobs.order = other(["as sold", "shuffled"] as const, knobs.order);
      return `the list ${knobs.order}`;
  }
}

const knobNames: readonly Knob[] = [
  "agent",
  "headers",
  "tool",
  "network",
  "pauseMs",
  "before",
  "jar",
  "path",
  "names",
  "order",
];
const batch = 6;

/**
 * An adversary that reacts: works through a bought list in small batches, sees only the answers, and turns one knob when most of a batch
 * was answered by neither yes nor no. Every batch is one experiment; what works is kept.
 */
export const reactiveStuffing: Campaign = {
  name: "reactive stuffing",
  label: "retooling",
  async run(world) {
    const { random, signal, scale } = world;
    const knobs: Knobs = {
      agent: scriptAgent,
      headers: "script",
      tool: requestsTool,
      network: "hosting",
      pauseMs: 0,
      before: "nothing",
      jar: "none",
      path: "/mobile/v1/login",
      names: "as they are",
      order: "as sold",
    };
    const experiments = Math.round(12 * scale);
    const attempts: Attempt[] = [];
    let knob = "as it came";
    for (let number = 0; number < experiments && !signal.aborted; number++) {
      const attempt = await experiment(world, knobs, { number, knob });
      attempts.push(attempt);
      if (attempt.succeeded * 2 < attempt.sent) knob = turn(knobs, pick(random, knobNames), random);
      await sleep(60, signal);
    }
    return attempts;
  },
};

/** One batch with the knobs as they are. It succeeded for them where the answer was yes or no, not something in between. */
async function experiment(
  { front, addresses, random, signal }: CampaignWorld,
  knobs: Knobs,
  { number, knob }: { readonly number: number; readonly knob: string },
): Promise<Attempt> {
  const player = { name: `R${number}: ${knob}`, side: "attack", campaign: "reactive stuffing" } as const;
  const address = (): string => (knobs.network === "hosting" ? addresses.hosting() : addresses.residential());
  const door = await front.door(player, { address, per: "connection" });
  const headers =
    knobs.headers === "application"
      ? appHeaders
      : knobs.headers === "browser"
        ? browserHeaders(knobs.agent)
        : { "user-agent": knobs.agent, accept: "application/json" };
  const sessions = Array.from({ length: batch }, (_, i) => steps(knobs, number * batch + i, random));
  const outcomes = await knobs.tool.run({ base: door.url, headers, jar: knobs.jar === "kept", sessions }, signal);
  door.close();
  const succeeded = outcomes.filter((statuses) => [200, 401].includes(statuses.at(-1) ?? 0)).length;
  return { knob, tool: knobs.tool.name, sent: sessions.length, succeeded };
}

function steps(knobs: Knobs, index: number, random: Random): readonly Step[] {
  const place = knobs.order === "as sold" ? index : Math.floor(random() * 5_000);
  const user = random() < 0.5 ? userName(place * 17) : `lost${place}@example.org`;
  const name = knobs.names === "as they are" ? user : `${user.slice(0, 2)}\u200b${user.slice(2)}`;
  const login: Step = {
    method: "POST",
    path: knobs.path,
    type: "json",
    body: JSON.stringify({ user: name, password: `spring${place}` }),
    pauseMs: knobs.pauseMs * (0.5 + random()),
  };
  if (knobs.before === "a page") return [{ method: "GET", path: "/login" }, login];
  if (knobs.before === "nothing") return [login];
  return [
    { method: "GET", path: "/mobile/v1/config" },
    { method: "POST", path: "/mobile/v1/device", type: "json", body: "{}" },
    login,
  ];
}
