export { createAddressWords, parseAddress } from "./addresses/parse-address.ts";
export { type PrefixList, parsePrefix, parsePrefixList } from "./addresses/parse-prefix-list.ts";
export { type Prefix, PrefixTrie } from "./addresses/prefix-trie.ts";
export { type BotDirectory, createBotDirectory } from "./agents/declared-bot.ts";
export { createIntel, type LiveIntel } from "./create-intel.ts";
export { GenerationCache } from "./generation-cache.ts";
export { hostingAsns } from "./hosting-asns.ts";
export { createNetworkLookup, type NetworkList, type NetworkSources } from "./networks.ts";
