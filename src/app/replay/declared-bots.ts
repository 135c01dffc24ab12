import type { BotPurpose, Intel } from "#core";
import type { ClientTable } from "./client-table.ts";

/** The declared bots that come for one purpose, the busiest first. */
export interface BotGroup {
  readonly purpose: BotPurpose;
  readonly requests: number;
  readonly bots: readonly { readonly name: string; readonly requests: number }[];
}

/** Names counted apart; the catalogue is larger, but what a user agent calls itself is the client's choice. */
const namesMax = 2_048;

/**
 * Who the declared bots of a run say they are and what they come for, the busiest purpose first. What they say is a
 * claim: a log holds no proof. Past `namesMax` names, new ones are counted in their purpose alone.
 */
export function declaredBots(table: ClientTable, declaredBot: Intel["declaredBot"]): readonly BotGroup[] {
  const purposes = new Map<BotPurpose, { requests: number; readonly names: Map<string, number> }>();
  let names = 0;
  for (let i = 0; i < table.length; i++) {
    if (table.kind(i) !== "declared-bot") continue;
    const bot = declaredBot(table.userAgent(i));
    if (bot === undefined) continue;
    let group = purposes.get(bot.purpose);
    if (group === undefined) {
      group = { requests: 0, names: new Map() };
      purposes.set(bot.purpose, group);
    }
    const requests = table.requests(i);
    group.requests += requests;
    const before = group.names.get(bot.name);
    if (before === undefined && names >= namesMax) continue;
    if (before === undefined) names++;
    group.names.set(bot.name, (before ?? 0) + requests);
  }
  return [...purposes]
    .map(([purpose, group]) => ({
      purpose,
      requests: group.requests,
      bots: [...group.names].map(([name, requests]) => ({ name, requests })).sort((a, b) => b.requests - a.requests),
    }))
    .sort((a, b) => b.requests - a.requests);
}
