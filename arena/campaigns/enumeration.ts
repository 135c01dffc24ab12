import { impitChrome, undici } from "../tools/index.ts";
import type { Step, Tool } from "../tools/job.ts";
import { skusMax, zipsMax } from "../world/platform.ts";
import { sleep } from "../world/random.ts";
import { type Attempt, type Campaign, type CampaignWorld, successes } from "./campaign.ts";
import { appHeaders, browserHeaders, chromeAgents } from "./headers.ts";

/** Case B: stock of every product in every postal code, one request an address, on the web API, then on the mobile one. */
export const enumeration: Campaign = {
  name: "catalogue enumeration",
  label: "B",
  async run(world) {
    const sent = Math.round(140 * world.scale);
    const chrome = browserHeaders(chromeAgents[9] as string);
    return [
      await sweep(world, { knob: "web API, uniform", path: "/api/stock", tool: undici, headers: chrome, sent }),
      await sweep(world, {
        knob: "the same through Chrome's TLS",
        path: "/api/stock",
        tool: impitChrome,
        headers: {},
        sent: Math.round(sent / 2),
      }),
      await sweep(world, {
        knob: "pivot to the mobile API",
        path: "/mobile/v1/stock",
        tool: undici,
        headers: appHeaders,
        sent,
      }),
    ];
  },
};

async function sweep(
  { front, addresses, random, signal }: CampaignWorld,
  plan: {
    readonly knob: string;
    readonly path: string;
    readonly tool: Tool;
    readonly headers: Readonly<Record<string, string>>;
    readonly sent: number;
  },
): Promise<Attempt> {
  const player = { name: `B: ${plan.knob}`, side: "attack", campaign: "catalogue enumeration" } as const;
  const door = await front.door(player, { address: () => addresses.residential(), per: "connection" });
  let succeeded = 0;
  let sent = 0;
  for (; sent < plan.sent && !signal.aborted; sent += 10) {
    const sessions: Step[][] = Array.from({ length: 10 }, () => {
      const sku = 1 + Math.floor(random() * skusMax);
      const zip = 10_000 + Math.floor(random() * zipsMax);
      return [{ method: "GET", path: `${plan.path}?sku=${sku}&zip=${zip}` }];
    });
    succeeded += successes(
      await plan.tool.run({ base: door.url, headers: plan.headers, jar: false, sessions }, signal),
    );
    await sleep(30, signal);
  }
  return { knob: plan.knob, tool: plan.tool.name, sent, succeeded };
}
