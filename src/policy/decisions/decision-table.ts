import { BlockList, isIP } from "node:net";
import { type Millis, policyLimits } from "#core";
import type { Decision, DecisionKeys, DecisionScope } from "./decision.ts";

/** How adding went. A full table refuses and says so: dropping an old block would let an attacker launder it with a flood. */
export type AddResult = { readonly added: true } | { readonly added: false; readonly problem: string };

/**
 * Standing decisions, looked up on every request before anything is judged.
 *
 * Allow wins over everything and is the reason shown: the complaint heard most about every peer is an allow-list that
 * does not win. Among the rest the strongest evidence of identity wins: account, token, session, then fingerprint and
 * cohort, then address, then network; an address is a weak key and is never written by anything but an operator.
 */
export interface DecisionTable {
  /** The decision that stands for a request at `now` (monotonic), or undefined. */
  lookup(keys: DecisionKeys, now: Millis): Decision | undefined;
  /** What is wrong with a decision, or undefined: `add` refuses it for the same reason. */
  check(decision: Decision): string | undefined;
  add(decision: Decision): AddResult;
  /** Lifts by id; false when there is none. */
  remove(id: string): boolean;
  /** Lifts everything that rests on a cohort's conviction, because the cohort was exonerated. Returns how many. */
  exonerate(cohort: string): number;
  /** Forgets what expired; called by the caller's timer so that lookups stay read-only. Returns how many. */
  expire(now: Millis): number;
  list(): readonly Decision[];
  readonly size: number;
  /** Grows with every change, so that copies elsewhere know when they are old. */
  readonly revision: number;
}

/** Share of the table that decisions of rules and convictions may fill. */
const automaticShare = 0.9;

type Scoped = Map<string | number, Decision>;

const order: readonly Exclude<DecisionScope, "network">[] = [
  "account",
  "token",
  "session",
  "behaviour",
  "fingerprint",
  "cohort",
  "address",
];

export function createDecisionTable(decisionsMax: number = policyLimits.decisionsMax.default): DecisionTable {
  const scoped: Record<Exclude<DecisionScope, "network">, Scoped> = {
    account: new Map(),
    token: new Map(),
    session: new Map(),
    behaviour: new Map(),
    fingerprint: new Map(),
    cohort: new Map(),
    address: new Map(),
  };
  const networks = createNetworkDecisions();
  const byId = new Map<string, Decision>();
  let revision = 0;

  const remove = (decision: Decision): void => {
    revision++;
    byId.delete(decision.id);
    if (decision.scope === "network") networks.remove(decision);
    else if (scoped[decision.scope].get(decision.value)?.id === decision.id)
      scoped[decision.scope].delete(decision.value);
  };
  const removeWhere = (test: (decision: Decision) => boolean): number => {
    const gone = [...byId.values()].filter(test);
    for (const decision of gone) remove(decision);
    return gone.length;
  };

  return {
    lookup(keys, now) {
      let found: Decision | undefined;
      for (const scope of order) {
        const table = scoped[scope];
        if (table.size === 0) continue;
        const decision = table.get(keys[scope]);
        if (decision === undefined || decision.expiresAt <= now) continue;
        if (decision.action === "allow") return decision;
        found ??= decision;
      }
      const network = networks.lookup(keys.address, now);
      return network?.action === "allow" ? network : (found ?? network);
    },
    check: problemOf,
    add(decision) {
      const problem = problemOf(decision);
      if (problem !== undefined) return { added: false, problem };
      const before =
        decision.scope === "network" ? networks.get(decision.value) : scoped[decision.scope].get(decision.value);
      // Machines fill a table only so far: there is always room for an operator's word.
      const room = decision.origin === "operator" ? decisionsMax : Math.ceil(decisionsMax * automaticShare);
      if (before === undefined && byId.size >= room) {
        return {
          added: false,
          problem: `the table of standing decisions is full (${room}); lift or expire some first`,
        };
      }
      if (before !== undefined) {
        // An operator's word is not overwritten by a machine's.
        if (before.origin === "operator" && decision.origin !== "operator") {
          return { added: false, problem: `an operator's decision (${before.id}) stands for this ${decision.scope}` };
        }
        remove(before);
      }
      revision++;
      byId.set(decision.id, decision);
      if (decision.scope === "network") networks.add(decision);
      else scoped[decision.scope].set(decision.value, decision);
      return { added: true };
    },
    remove(id) {
      const decision = byId.get(id);
      if (decision !== undefined) remove(decision);
      return decision !== undefined;
    },
    exonerate: (cohort) =>
      cohort === "" ? 0 : removeWhere((decision) => decision.cohort === cohort && decision.origin !== "operator"),
    expire: (now) => removeWhere((decision) => decision.expiresAt <= now),
    list: () => [...byId.values()],
    get size() {
      return byId.size;
    },
    get revision() {
      return revision;
    },
  };
}

function problemOf(decision: Decision): string | undefined {
  const { scope, value, origin } = decision;
  if (value === "" || value === 0) return `a decision about a ${scope} needs its value`;
  if ((scope === "address" || scope === "network") && origin !== "operator") {
    return "only an operator decides about addresses: an address is shared by people";
  }
  if (scope === "address" && isIP(String(value)) === 0) return `"${value}" is not an IP address`;
  if (scope === "network" && parseNetwork(String(value)) === undefined)
    return `"${value}" is not a CIDR network such as 203.0.113.0/24`;
  return undefined;
}

interface NetworkDecisions {
  lookup(address: string, now: Millis): Decision | undefined;
  get(value: string | number): Decision | undefined;
  add(decision: Decision): void;
  remove(decision: Decision): void;
}

/** Networks are few and written by operators: one membership test for all, and only then the search for the narrowest. */
function createNetworkDecisions(): NetworkDecisions {
  const entries = new Map<string | number, { decision: Decision; list: BlockList; bits: number }>();
  let all = new BlockList();
  const addTo = (list: BlockList, value: string): number => {
    const network = parseNetwork(value);
    if (network === undefined) return 0;
    list.addSubnet(network.address, network.bits, network.family);
    return network.bits;
  };
  return {
    lookup(address, now) {
      if (entries.size === 0 || address === "") return undefined;
      const family = address.includes(":") ? "ipv6" : "ipv4";
      if (!all.check(address, family)) return undefined;
      let best: { decision: Decision; bits: number } | undefined;
      for (const entry of entries.values()) {
        if (entry.decision.expiresAt <= now || !entry.list.check(address, family)) continue;
        if (entry.decision.action === "allow") return entry.decision;
        if (best === undefined || entry.bits > best.bits) best = entry;
      }
      return best?.decision;
    },
    get: (value) => entries.get(value)?.decision,
    add(decision) {
      const list = new BlockList();
      const bits = addTo(list, String(decision.value));
      addTo(all, String(decision.value));
      entries.set(decision.value, { decision, list, bits });
    },
    remove(decision) {
      if (entries.get(decision.value)?.decision.id !== decision.id) return;
      entries.delete(decision.value);
      all = new BlockList();
      for (const value of entries.keys()) addTo(all, String(value));
    },
  };
}

function parseNetwork(text: string): { address: string; bits: number; family: "ipv4" | "ipv6" } | undefined {
  const [address = "", bits = "", extra] = text.split("/");
  const version = isIP(address);
  if (version === 0 || extra !== undefined || !/^\d{1,3}$/.test(bits)) return undefined;
  return Number(bits) > (version === 4 ? 32 : 128)
    ? undefined
    : { address, bits: Number(bits), family: version === 4 ? "ipv4" : "ipv6" };
}
