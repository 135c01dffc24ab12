export { type ClientColumns, type GroupBy, groupClients } from "./group-clients.ts";
export { type Link, LinkLedger, type LinkReason } from "./link-ledger.ts";
export {
  findRings,
  type RingFinding,
  type ScarceIdentity,
  type SharedIdentity,
  sharedByHonestMax,
} from "./shared-identities.ts";
