import { type Intel, intelLimits, limitValues } from "#core";
import { type BotDirectory, createBotDirectory } from "./agents/declared-bot.ts";
import { createNetworkLookup, joinLists, type NetworkSources } from "./networks.ts";

/** An Intel whose data can be replaced while it is asked. */
export interface LiveIntel extends Intel {
  readonly bots: BotDirectory;
  /**
   * Takes new sources whole: everything is built before the old lookup is let go, so no request waits and none
   * sees half a list. @throws GaitError as `createNetworkLookup`; the old data then stays.
   */
  replaceNetworks(sources: Omit<NetworkSources, "networksCachedMax">): void;
}

/** Builds the world as the fast lane sees it. Without sources it knows declared bots and no networks. */
export function createIntel(
  sources: Omit<NetworkSources, "networksCachedMax"> = { ...joinLists([]), databases: [] },
): LiveIntel {
  const limits = limitValues(intelLimits);
  const bots = createBotDirectory({
    userAgentCharactersMax: limits.userAgentCharacters,
    userAgentsCachedMax: limits.userAgentsCached,
  });
  const build = (from: Omit<NetworkSources, "networksCachedMax">): ((ip: string) => ReturnType<Intel["network"]>) =>
    createNetworkLookup({ ...from, networksCachedMax: limits.networksCached });
  let lookup = build(sources);
  return {
    bots,
    network: (ip) => lookup(ip),
    declaredBot: (userAgent) => bots.declaredBot(userAgent),
    replaceNetworks(next) {
      lookup = build(next);
    },
  };
}
