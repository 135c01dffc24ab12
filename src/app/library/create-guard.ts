import { randomInt } from "node:crypto";
import { type Clock, type Exchange, GaitError, type Guard, type Verdict } from "#core";
import { createDecisionService, createNodeMiddleware, type NodeMiddleware, nodeObserves } from "#edge";
import { createEngine } from "#engine";
import { createIntel } from "#intel";
import { applyPolicy, createDecisionTable, type EnforcementBasis, holdSensitive } from "#policy";
import { createNetworkSet } from "#wire";

/** How Gait is put inside an application. Everything has a default. */
export interface GaitOptions {
  /** Shown in verdicts. Default: "default". */
  readonly application?: string;
  /** `observe` judges and records, `enforce` acts. Default: `observe`. */
  readonly mode?: "observe" | "enforce";
  /** What happens when the engine cannot judge. Default: `open`. */
  readonly failMode?: "open" | "closed";
  readonly basis?: EnforcementBasis;
  /** Addresses and networks of proxies whose X-Forwarded-For is believed. Default: none. */
  readonly trustedProxies?: readonly string[];
  /** Addresses and networks that are never acted on. */
  readonly allow?: readonly string[];
  /** Told of every verdict, after it was made; must not throw. */
  readonly onVerdict?: (exchange: Exchange, verdict: Verdict) => void;
}

/** The engine as a library: judge an exchange before it is served, let it learn from it afterwards. */
export interface LibraryGuard extends Guard {
  /** For Node's own servers and everything built on them. */
  readonly node: NodeMiddleware;
  /** Stops the guard's timer; the process can end without it, too. */
  close(): void;
}

const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };
const sweepMs = 1_000;

/**
 * Creates a guard that lives in this process. Hash keys are drawn at start, so nothing it remembers can be tied to
 * another process's memory.
 *
 * @throws GaitError `library-options` naming the address or network that is not one.
 */
export function createGuard(options: GaitOptions = {}): LibraryGuard {
  const hashKey = { k0: randomInt(2 ** 32), k1: randomInt(2 ** 32) };
  const engine = createEngine({ intel: createIntel(), seed: hashKey.k0 });
  const decisions = createDecisionTable();
  for (const value of options.allow ?? []) {
    const scope = value.includes("/") ? "network" : "address";
    const result = decisions.add({
      id: `allow-${value}`,
      scope,
      value,
      action: "allow",
      reason: "allowed by options",
      origin: "operator",
      cohort: "",
      createdAt: systemClock.now(),
      expiresAt: Number.POSITIVE_INFINITY,
    });
    if (!result.added) throw new GaitError("library-options", `allow: ${result.problem}`, { exitCode: 2 });
  }
  const trusted = createNetworkSet(options.trustedProxies ?? []);
  if ("bad" in trusted) {
    throw new GaitError("library-options", `trustedProxies: "${trusted.bad}" is not an address or a network`, {
      exitCode: 2,
    });
  }
  const basis = options.basis ?? "prior";
  const guard: Guard = {
    inspect(exchange) {
      const judged = engine.inspect(exchange);
      const keys = {
        address: exchange.client.ip,
        session: 0,
        account: exchange.request.account,
        token: exchange.request.token,
        fingerprint: "",
        behaviour: "",
        cohort: "",
      };
      const standing = decisions.lookup(keys, systemClock.monotonic());
      const decided = applyPolicy(judged, { standing, policy: { basis, certifiedFprMax: 1e-4 } });
      const verdict = holdSensitive(decided, () => engine.facts.subject(exchange, judged).tags);
      options.onVerdict?.(exchange, verdict);
      return verdict;
    },
    observe: (exchange) => engine.observe(exchange),
  };
  const service = createDecisionService({
    guard,
    clock: systemClock,
    hashKey,
    application: options.application ?? "default",
    mode: options.mode ?? "observe",
    failMode: options.failMode ?? "open",
    observes: nodeObserves,
  });
  const timer = setInterval(() => {
    engine.sweep(systemClock.now());
    decisions.expire(systemClock.monotonic());
    service.expire();
  }, sweepMs).unref();
  return { ...guard, node: createNodeMiddleware(service, trusted), close: () => clearInterval(timer) };
}
