export { createAddressWords, parseAddress } from "./addresses/parse-address.ts";
export { type PrefixList, parsePrefix, parsePrefixList } from "./addresses/parse-prefix-list.ts";
export { type Prefix, PrefixTrie, type TrieImage } from "./addresses/prefix-trie.ts";
export { type BotDirectory, createBotDirectory } from "./agents/declared-bot.ts";
export { createIntel, type LiveIntel } from "./create-intel.ts";
export { LiteralMatcher } from "./agents/literal-matcher.ts";
export { GenerationCache } from "./generation-cache.ts";
export { hostingAsns } from "./hosting-asns.ts";
export { createNetworkLookup, type JoinedLists, joinLists, type NetworkList, type NetworkSources } from "./networks.ts";
export { type DirectoryAnswer, type DirectoryState, KeyDirectories } from "./signatures/key-directories.ts";
export { NonceTable } from "./signatures/nonce-table.ts";
export { type SignatureProof, SignatureProver } from "./signatures/prove-signature.ts";
export { type AgentKey, agentKeyFrom, type SignatureAlgorithm } from "./signatures/public-keys.ts";
export {
  type ClaimedSignature,
  directoryPath,
  readSignature,
  type SignatureCoverage,
  type SignaturePolicy,
  type SignatureReading,
  type SignatureRefusal,
  signatureTag,
} from "./signatures/read-signature.ts";
export { acceptSignature, type SignatureHeaders, type SigningOptions, signRequest } from "./signatures/sign-request.ts";
export { normalAuthority, type SignedRequest } from "./signatures/signature-base.ts";
export { type BotClaimLimits, BotClaims, type ClaimStanding, type ClaimVerdict } from "./agents/bot-claims.ts";
export {
  judgeListUpdate,
  type ListRefusal,
  type ListStanding,
  type ListUpdate,
  type ListUpdateRules,
} from "./list-update.ts";
