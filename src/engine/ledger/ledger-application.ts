import { addResponsibilities } from "./order-posterior.ts";
import { browserRules, type OrderRule, orderRuleCount, orderRules } from "./order-rules.ts";
import { ReturnLag } from "./return-lag.ts";

/** Kinds of client that keep baselines of their own. `unknown` is judged against the mixture. */
export const clientKinds = ["web", "native", "api"] as const;
export type ClientKind = (typeof clientKinds)[number];

/** Prior shares of the order rules per kind of client; local anchored sessions replace them. */
const orderPriors: Readonly<Record<ClientKind, Readonly<Record<OrderRule, number>>>> = {
  web: {
    chromium: 0.7,
    rfc: 0.265,
    libcurl: 0.002,
    go: 0.002,
    cpython: 0.002,
    alphabetical: 0.002,
    insertion: 0.012,
    arbitrary: 0.015,
  },
  native: {
    chromium: 0.15,
    rfc: 0.4,
    libcurl: 0.05,
    go: 0.02,
    cpython: 0.02,
    alphabetical: 0.03,
    insertion: 0.23,
    arbitrary: 0.1,
  },
  api: {
    chromium: 0.03,
    rfc: 0.17,
    libcurl: 0.2,
    go: 0.15,
    cpython: 0.2,
    alphabetical: 0.1,
    insertion: 0.1,
    arbitrary: 0.05,
  },
};

/** Weight of the prior shares, in anchored sessions. */
const priorWeight = 20;
/** Anchored sessions that must speak before the axis may be switched off, and sessions of any sort. */
const anchoredMin = 10;
const anyMin = 50;

/**
 * What the ledger has learned about one application: which names it issues and for how long, how fast
 * cookies come back, how the cookies of honest clients are ordered.
 */
export class LedgerApplication {
  readonly index: number;
  readonly name: string;
  readonly lag: ReturnLag = new ReturnLag();
  /** Times a name was issued, by name number; 0: this application does not issue it. */
  readonly issued: Uint32Array;
  /** Times the value issued was one never issued before: high for identities, low for flags. */
  readonly fresh: Uint32Array;
  /** Longest lifetime issued, in seconds; Infinity for session cookies. */
  readonly lifetimeSeconds: Float32Array;
  /** 1: the cookie changed for everybody at once and is being relearned; nothing about it is charged. */
  readonly frozen: Uint8Array;
  /** Times a value never issued was presented under this name, by honest clients and by anybody. */
  readonly #rewrittenHealthy: Uint32Array;
  readonly #rewrittenAny: Uint32Array;
  /** Posterior shares of order rules among anchored sessions, `orderRuleCount` per kind. */
  readonly orderCounts: Float32Array = new Float32Array(clientKinds.length * orderRuleCount);
  /** The same over all sessions: shows a proxy that puts everybody's cookies in one order. */
  readonly orderCountsAny: Float32Array = new Float32Array(orderRuleCount);
  #weights: Readonly<Record<ClientKind, Float32Array>>;

  constructor(index: number, name: string, names: number) {
    this.index = index;
    this.name = name;
    this.issued = new Uint32Array(names + 1);
    this.fresh = new Uint32Array(names + 1);
    this.lifetimeSeconds = new Float32Array(names + 1);
    this.frozen = new Uint8Array(names + 1);
    this.#rewrittenHealthy = new Uint32Array(names + 1);
    this.#rewrittenAny = new Uint32Array(names + 1);
    this.#weights = this.#fitOrder();
  }

  /** Shares of the order rules among honest clients of a kind: prior and what was learned here. */
  orderWeights(kind: ClientKind): Float32Array {
    return this.#weights[kind];
  }

  /**
   * False when order says nothing here, because something between the clients and us puts cookies in an
   * order of its own: browsers then stop looking like browsers, all of them.
   */
  get orderSpeaks(): boolean {
    const web = this.orderCounts.subarray(0, orderRuleCount);
    const anchored = sum(web);
    if (anchored >= anchoredMin) return browserShare(web) >= 0.5;
    return sum(this.orderCountsAny) < anyMin || browserShare(this.orderCountsAny) >= 0.02;
  }

  /** Learns from a finished session whose jar was large enough to tell rules apart. */
  learnOrder(shorts: Int16Array, at: number, session: { readonly kind: ClientKind; readonly weight: number }): void {
    const weights = this.orderWeights(session.kind);
    addResponsibilities(shorts, at, { weights: flat, into: this.orderCountsAny, amount: 1 });
    if (session.weight <= 0) return;
    const offset = clientKinds.indexOf(session.kind) * orderRuleCount;
    const into = this.orderCounts.subarray(offset, offset + orderRuleCount);
    addResponsibilities(shorts, at, { weights, into, amount: session.weight });
    this.#weights = this.#fitOrder();
  }

  /** Notes that a value we never issued came under a name we do issue. */
  learnRewrite(nameId: number, healthy: boolean): void {
    this.#rewrittenAny[nameId] = (this.#rewrittenAny[nameId] ?? 0) + 1;
    if (healthy) this.#rewrittenHealthy[nameId] = (this.#rewrittenHealthy[nameId] ?? 0) + 1;
  }

  /**
   * True when script evidently writes this cookie too, so that unknown values under its name prove nothing:
   * honest clients do it, or it happens as often as every tenth issue. Evasion: forging one name so often
   * that it counts as rewritten; that name is then lost to us, the others are not.
   */
  isRewritten(nameId: number): boolean {
    const any = this.#rewrittenAny[nameId] ?? 0;
    return (this.#rewrittenHealthy[nameId] ?? 0) >= 3 || (any >= 50 && any * 10 > (this.issued[nameId] ?? 0));
  }

  /** A value that identifies its holder: almost every issue made a new one. Needs 20 issues to say so. */
  isIdentity(nameId: number): boolean {
    const issued = this.issued[nameId] ?? 0;
    return issued >= 20 && (this.fresh[nameId] ?? 0) >= 0.6 * issued;
  }

  /** Takes learned order counts from a snapshot. */
  restoreOrder(counts: Float32Array): void {
    this.orderCounts.set(counts.subarray(0, this.orderCounts.length));
    this.#weights = this.#fitOrder();
  }

  #fitOrder(): Readonly<Record<ClientKind, Float32Array>> {
    return { web: this.#fitKind("web"), native: this.#fitKind("native"), api: this.#fitKind("api") };
  }

  #fitKind(kind: ClientKind): Float32Array {
    const offset = clientKinds.indexOf(kind) * orderRuleCount;
    const counts = this.orderCounts.subarray(offset, offset + orderRuleCount);
    const total = sum(counts) + priorWeight;
    return Float32Array.from(
      orderRules,
      (rule, index) => ((counts[index] ?? 0) + priorWeight * orderPriors[kind][rule]) / total,
    );
  }
}

const flat: Float32Array = new Float32Array(orderRuleCount).fill(1 / orderRuleCount);

function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function browserShare(counts: Float32Array): number {
  const total = sum(counts);
  if (total === 0) return 1;
  let browsers = 0;
  for (const rule of browserRules) browsers += counts[orderRules.indexOf(rule)] ?? 0;
  return browsers / total;
}
