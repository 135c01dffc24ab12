import { curl } from "../tools/index.ts";
import type { Step } from "../tools/job.ts";
import type { CampaignWorld } from "./campaign.ts";

const agents: readonly string[] = [
  "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
  "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
  "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
];

/** Crawlers that say what they are: neither people nor an attack; they must be named. */
export async function runDeclaredAgents({ front, addresses, signal }: CampaignWorld): Promise<number> {
  let sessions = 0;
  for (const userAgent of agents) {
    const player = { name: `crawler ${sessions}`, side: "declared-agent", campaign: "" } as const;
    const door = await front.door(player, { address: () => addresses.hosting(), per: "session" });
    const steps: Step[] = ["/robots.txt", "/", "/products", "/products/3"].map((path) => ({ method: "GET", path }));
    await curl.run({ base: door.url, headers: { "user-agent": userAgent }, jar: false, sessions: [steps] }, signal);
    sessions++;
  }
  return sessions;
}
