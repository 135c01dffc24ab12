import { type GroupBy, groupClients, type LinkLedger } from "#actors";
import { type Action, type HashKey, type Kind, keyedHash, type Millis, type Score, type Signal } from "#core";
import type { ClientTable } from "./client-table.ts";
import { outcomes } from "./enforcement.ts";

/**
 * Actor ids are printed beside the address they stand for, so their key is no secret; it is fixed so that two runs
 * over one log name the same actors alike.
 */
const actorIdKey: HashKey = { k0: 0x67616974, k1: 0x6163746f };

/** Of equals, the kind that a reader must not miss comes first. */
const kindOrder: readonly Kind[] = ["automated", "declared-bot", "verified-agent", "human", "unknown"];

/** One actor: clients that belong together, and the one of them whose evidence stands for it. */
export interface Actor {
  readonly id: string;
  readonly members: Int32Array;
  /** Client whose verdict is shown: of the actor's kind, the one with the highest score, then most requests. */
  readonly representative: number;
  readonly kind: Kind;
  readonly score: Score;
  /** The strongest action that the default policy would have taken on a member. */
  readonly action: Action;
  readonly requests: number;
  readonly sessions: number;
  readonly firstSeen: Millis;
  readonly lastSeen: Millis;
  /** Earliest running verdict of any member of the actor's kind; its request number is that member's. */
  readonly decidedAt: { readonly request: number; readonly time: Millis } | null;
  /** Requests that came after a member's verdict: what enforcement would have acted on. */
  readonly requestsAfter: number;
  /** Key of the convicted cohort it belongs to, or "". */
  readonly cohort: string;
}

/** What is added up over all actors; valid until the next one is asked for. */
export type ActorTally = Pick<Actor, "kind" | "requests" | "sessions">;

/** Clients grouped into actors, built on demand: nothing is held per actor but its members. */
export class ActorList {
  readonly #table: ClientTable;
  readonly #ledger: LinkLedger;
  readonly #by: GroupBy;
  /** Members of all actors, actor after actor, and where each begins. */
  readonly #members: Int32Array;
  readonly #starts: Int32Array;
  readonly #actorOf: Int32Array;
  readonly #tally: { -readonly [Name in keyof ActorTally]: ActorTally[Name] } = {
    kind: "unknown",
    requests: 0,
    sessions: 0,
  };

  constructor(table: ClientTable, by: GroupBy) {
    this.#table = table;
    this.#by = by;
    this.#ledger = groupClients(table, by);
    const count = table.length;
    this.#actorOf = new Int32Array(count);
    const numberOfRoot = new Int32Array(count).fill(-1);
    let actors = 0;
    for (let i = 0; i < count; i++) {
      const root = this.#ledger.root(i);
      if ((numberOfRoot[root] as number) < 0) numberOfRoot[root] = actors++;
      this.#actorOf[i] = numberOfRoot[root] as number;
    }
    this.#starts = new Int32Array(actors + 1);
    for (const actor of this.#actorOf) this.#starts[actor + 1] = (this.#starts[actor + 1] as number) + 1;
    for (let i = 0; i < actors; i++)
      this.#starts[i + 1] = (this.#starts[i + 1] as number) + (this.#starts[i] as number);
    const next = this.#starts.slice();
    this.#members = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      const actor = this.#actorOf[i] as number;
      this.#members[next[actor] as number] = i;
      next[actor] = (next[actor] as number) + 1;
    }
  }

  get length(): number {
    return this.#starts.length - 1;
  }

  /** The ledger of why clients were joined. */
  get ledger(): LinkLedger {
    return this.#ledger;
  }

  /** Number of the actor that client `index` belongs to. */
  actorOf(index: number): number {
    return this.#actorOf[index] as number;
  }

  /** The first of an actor's clients in the order of the engine's listing. */
  firstOf(number: number): number {
    return this.#members[this.#starts[number] as number] as number;
  }

  at(number: number): Actor {
    const members = this.#members.subarray(this.#starts[number], this.#starts[number + 1]);
    return actorFrom(members, this.#table, this.#by);
  }

  /** An actor's kind, requests and sessions alone: a million of these leave no garbage behind. */
  tally(number: number): ActorTally {
    const [from, to] = [this.#starts[number] as number, this.#starts[number + 1] as number];
    const tally = this.#tally;
    tally.requests = 0;
    tally.sessions = 0;
    for (let i = from; i < to; i++) {
      const member = this.#members[i] as number;
      tally.requests += this.#table.requests(member);
      tally.sessions += this.#table.sessions(member);
    }
    tally.kind =
      to - from === 1
        ? this.#table.kind(this.#members[from] as number)
        : kindOf(this.#members.subarray(from, to), this.#table);
    return tally;
  }

  *[Symbol.iterator](): Generator<Actor> {
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }
}

function actorFrom(members: Int32Array, table: ClientTable, by: GroupBy): Actor {
  const kind = kindOf(members, table);
  let representative = -1;
  let requests = 0;
  let sessions = 0;
  let firstSeen = Number.POSITIVE_INFINITY;
  let lastSeen = Number.NEGATIVE_INFINITY;
  let requestsAfter = 0;
  let decidedAt: Actor["decidedAt"] = null;
  let cohort = "";
  let outcome = outcomes.length - 1;
  for (const member of members) {
    outcome = Math.min(outcome, outcomes.indexOf(table.action(member)));
    requests += table.requests(member);
    sessions += table.sessions(member);
    firstSeen = Math.min(firstSeen, table.firstSeen(member));
    lastSeen = Math.max(lastSeen, table.lastSeen(member));
    if (cohort === "") cohort = table.cohort(member);
    if (table.kind(member) !== kind) continue;
    if (representative < 0 || speaksLouder(member, representative, table)) representative = member;
    const decided = table.decidedAt(member);
    if (decided === null || !(kind === "automated" || kind === "declared-bot")) continue;
    requestsAfter += Math.max(0, table.requests(member) - decided.request);
    if (decidedAt === null || decided.time < decidedAt.time) decidedAt = decided;
  }
  return {
    // Only worked out for actors that are shown or written: hashing a million names takes longer than counting them.
    get id() {
      return actorId(members, table, by);
    },
    members,
    representative,
    kind,
    score: table.score(representative),
    action: outcomes[outcome] ?? "allow",
    requests,
    sessions,
    firstSeen,
    lastSeen,
    decidedAt,
    requestsAfter,
    cohort,
  };
}

/** The kind behind most of the actor's requests: one odd visitor does not make an office a bot. */
function kindOf(members: Int32Array, table: ClientTable): Kind {
  if (members.length === 1) return table.kind(members[0] as number);
  const requests = new Map<Kind, number>();
  for (const member of members) {
    const kind = table.kind(member);
    requests.set(kind, (requests.get(kind) ?? 0) + table.requests(member));
  }
  let best: Kind = "unknown";
  let most = 0;
  for (const kind of kindOrder) {
    const count = requests.get(kind) ?? 0;
    if (count > most) {
      best = kind;
      most = count;
    }
  }
  return best;
}

function speaksLouder(member: number, than: number, table: ClientTable): boolean {
  const difference = table.scoreTotal(member) - table.scoreTotal(than);
  return difference > 0 || (difference === 0 && table.requests(member) > table.requests(than));
}

function actorId(members: Int32Array, table: ClientTable, by: GroupBy): string {
  const first = members[0] as number;
  const parts = [table.application(first), table.ip(first)];
  // Clients of one address and user agent differ by their cookie, whose hash changes from run to run; their order does not.
  if (by !== "ip") parts.push(table.userAgent(first), String(first));
  return `a${keyedHash(actorIdKey, parts.join("\n")).toString(36)}`;
}

/** Addresses of an actor with their requests, busiest first; never cut. */
export function addressesOf(actor: Actor, table: ClientTable): { ip: string; requests: number }[] {
  const first = actor.members[0] as number;
  if (actor.members.length === 1) return [{ ip: table.ip(first), requests: actor.requests }];
  const requests = new Map<string, number>();
  for (const member of actor.members) {
    const ip = table.ip(member);
    requests.set(ip, (requests.get(ip) ?? 0) + table.requests(member));
  }
  return [...requests].map(([ip, count]) => ({ ip, requests: count })).sort((a, b) => b.requests - a.requests);
}

/** User agents of an actor, in the order first listed. */
export function userAgentsOf(actor: Actor, table: ClientTable): string[] {
  return [...new Set(Array.from(actor.members, (member) => table.userAgent(member)))].filter((agent) => agent !== "");
}

/** Signals worth showing: strongest first, those for a person last. */
export function sortedSignals(signals: readonly Signal[]): Signal[] {
  return [...signals].sort((a, b) => b.nats - a.nats);
}
