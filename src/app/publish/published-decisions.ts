import { type Action, appLimits, type Clock, type Exchange, type Guard, type Millis, type Verdict } from "#core";
import type { Decision } from "#policy";

/** One line of the published list. */
export interface PublishedDecision {
  /** Counts up with every change, so that readers can ask for what is new. */
  readonly sequence: number;
  readonly scope: "ip" | "range";
  readonly value: string;
  readonly action: Action;
  readonly reason: string;
  readonly origin: "operator" | "engine";
  /** Request that decided; empty for an operator's word. What `gait explain` takes. */
  readonly reference: string;
  /** By the monotonic clock; Infinity: until lifted. */
  readonly expiresAt: Millis;
}

/** What changed since a reader last asked. */
export interface PublishedChanges {
  readonly sequence: number;
  readonly added: readonly PublishedDecision[];
  readonly removed: readonly PublishedDecision[];
}

/** What the list is made from. */
export interface PublishOptions {
  readonly clock: Clock;
  readonly lifetimeMs: Millis;
  /** Operators' standing decisions. */
  readonly standing: () => readonly Decision[];
  /** Addresses that nobody may act on. */
  readonly allowed: (address: string) => boolean;
  readonly publishedMax?: number;
}

/** Actions that mean "do not serve this client"; slowing down and marking need the request and stay inside. */
const refusing: ReadonlySet<Action> = new Set(["block", "deceive", "challenge", "hold", "step-up"]);
/** How long a person behind an address keeps it off the list. */
const personMs: Millis = 24 * 3_600_000;
const removedMax = 10_000;

/**
 * The list that proxies and firewalls enforce for doors that come too late to act themselves. They know addresses
 * only, and an address is shared by people: so one is published only when a client there was to be refused, nobody
 * behind it was taken for a person within a day, it is not on an allow-list, and only for a limited time.
 *
 * How it can be evaded: one request from each address. Lists by address cannot help against that; the doors that see
 * requests before they are answered can.
 */
export class PublishedDecisions {
  readonly #options: PublishOptions;
  readonly #engine = new Map<string, PublishedDecision>();
  readonly #operator = new Map<string, PublishedDecision>();
  /** When a person was last seen behind an address. */
  readonly #people = new Map<string, Millis>();
  readonly #removed: PublishedDecision[] = [];
  #sequence = 0;
  /** Sequence up to which removals were forgotten: who asks from before it must begin anew. */
  #forgotten = 0;

  constructor(options: PublishOptions) {
    this.#options = options;
  }

  /** A guard around another that notes what it decides. */
  around(guard: Guard): Guard {
    return {
      inspect: (exchange) => {
        const verdict = guard.inspect(exchange);
        this.note(exchange, verdict);
        return verdict;
      },
      observe: (exchange) => guard.observe(exchange),
    };
  }

  note({ id, client: { ip } }: Exchange, { action, kind, basis, rule, signals }: Verdict): void {
    const now = this.#options.clock.monotonic();
    if (kind === "human") {
      this.#people.delete(ip);
      this.#people.set(ip, now);
      if (this.#people.size > appLimits.peopleRememberedMax.default) dropFirst(this.#people);
      const standing = this.#engine.get(ip);
      if (standing !== undefined) this.#drop(this.#engine, standing);
      return;
    }
    // An operator's word about the address is published as his, not as ours.
    if (!refusing.has(action) || basis === "list" || this.#engine.has(ip)) return;
    const person = this.#people.get(ip);
    if ((person !== undefined && person > now - personMs) || this.#options.allowed(ip)) return;
    if (this.#engine.size >= (this.#options.publishedMax ?? appLimits.publishedMax.default)) {
      const [first] = this.#engine.values();
      if (first !== undefined) this.#drop(this.#engine, first);
    }
    const reason =
      rule ??
      (signals
        .map(({ detector }) => detector)
        .slice(0, 4)
        .join(", ") ||
        "automation");
    const expiresAt = now + this.#options.lifetimeMs;
    this.#engine.set(ip, {
      sequence: ++this.#sequence,
      scope: "ip",
      value: ip,
      action,
      reason,
      origin: "engine",
      reference: id,
      expiresAt,
    });
  }

  /** Brings the list up to date: what ended leaves, what operators said since comes in. */
  refresh(): void {
    const now = this.#options.clock.monotonic();
    // Insertion order is the order of ends: every entry stands for the same time.
    for (const entry of this.#engine.values()) {
      if (entry.expiresAt > now) break;
      this.#drop(this.#engine, entry);
    }
    const said = new Map<string, Decision>();
    for (const decision of this.#options.standing()) {
      const listed = decision.scope === "address" || decision.scope === "network";
      if (listed && refusing.has(decision.action) && decision.expiresAt > now)
        said.set(String(decision.value), decision);
    }
    for (const entry of this.#operator.values()) if (!said.has(entry.value)) this.#drop(this.#operator, entry);
    for (const [value, { scope, action, reason, expiresAt }] of said) {
      const before = this.#operator.get(value);
      if (before?.action === action && before.expiresAt === expiresAt) continue;
      this.#operator.set(value, {
        sequence: ++this.#sequence,
        scope: scope === "network" ? "range" : "ip",
        value,
        action,
        reason,
        origin: "operator",
        reference: "",
        expiresAt,
      });
    }
    for (const { value, scope } of this.#engine.values()) {
      const standing = this.#engine.get(value);
      if (scope === "ip" && standing !== undefined && this.#options.allowed(value)) this.#drop(this.#engine, standing);
    }
  }

  #drop(from: Map<string, PublishedDecision>, entry: PublishedDecision): void {
    from.delete(entry.value);
    this.#removed.push({ ...entry, sequence: ++this.#sequence });
    if (this.#removed.length > removedMax) this.#forgotten = this.#removed.shift()?.sequence ?? this.#forgotten;
  }

  /** Everything that stands now; operators' words first. */
  list(): readonly PublishedDecision[] {
    this.refresh();
    return [
      ...this.#operator.values(),
      ...[...this.#engine.values()].filter(({ value }) => !this.#operator.has(value)),
    ];
  }

  /** What changed after `since`. Undefined when that is too long ago to know: take the list whole. */
  changes(since: number): PublishedChanges | undefined {
    this.refresh();
    if (since < this.#forgotten) return undefined;
    const standing = this.list();
    const still = new Set(standing.map(({ value }) => value));
    return {
      sequence: this.#sequence,
      added: standing.filter(({ sequence }) => sequence > since),
      removed: this.#removed.filter(({ sequence, value }) => sequence > since && !still.has(value)),
    };
  }

  get sequence(): number {
    return this.#sequence;
  }
}

function dropFirst<Key>(map: Map<Key, unknown>): void {
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
