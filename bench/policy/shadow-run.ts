import { createBacktest } from "#analyst";
import { createEngine } from "#engine";
import { type FactLog, openFactLog, readFactLog } from "#store";
import { createFactRecorder, firstLayout } from "../../src/app/policy/fact-recorder.ts";
import { LateWatch } from "../../src/app/policy/late-watch.ts";
import { openPolicy } from "../../src/app/policy/open-policy.ts";
import { openPolicyLedger } from "../../src/app/policy/policy-ledger.ts";
import { packNames } from "../../src/app/policy/rule-files.ts";
import { type SimulationOptions, simulatedIntel, simulateTraffic } from "./simulated-day.ts";

/** How a backtest compares with the run in watch mode whose requests it reads: by request and rule. */
export interface ShadowComparison {
  readonly rules: number;
  readonly requests: number;
  /** Requests whose facts were stored: beyond 100 a second whole sessions are left out. */
  readonly stored: number;
  /** Pairs of a stored request and a rule that matched it, as the watch noted them. */
  readonly matches: number;
  /** Pairs that only the watch, and pairs that only the backtest found; each `sequence rule`, the first few. */
  readonly missing: readonly string[];
  readonly extra: readonly string[];
}

const shownMax = 10;
/** The store's writer takes what waits every so many requests. */
const flushEvery = 5_000;

/**
 * Lets every pack watch simulated people and attackers exactly as a gateway does (judged, answered, then asked and stored in one
 * moment), asks the same rules again about what was stored, and compares pair by pair.
 *
 * @param folder An empty one, for the facts.
 */
export async function compareWithShadow(folder: string, options: SimulationOptions): Promise<ShadowComparison> {
  const exchanges = simulateTraffic(options);
  const engine = createEngine({
    intel: simulatedIntel,
    seed: options.seed,
    limits: { sessionsMax: 16_384, clientsMax: 65_536 },
  });
  const { facts } = engine;
  const clock = { now: () => exchanges[0]?.at ?? 0, monotonic: () => 0 };
  const policy = openPolicy({ packs: packNames() }, { facts, ledger: openPolicyLedger(undefined), clock });
  const log = openFactLog(folder, firstLayout(facts.vocabulary));
  let sequence = 0;
  const recorder = createFactRecorder(
    tapped(log, (row) => {
      sequence = row.sequence;
    }),
    { clock, vocabulary: facts.vocabulary },
  );
  const late = new LateWatch({ policy, recorder });
  const seen = new Set<string>();
  let stored = 0;
  for (const [index, one] of exchanges.entries()) {
    const exchange = { ...one, id: String(index) };
    sequence = 0;
    late.add(exchange.id, engine.inspect(exchange));
    late.begin();
    engine.observe(exchange);
    late.end(exchange.id);
    recorder.settle(exchange);
    if (sequence !== 0) {
      stored++;
      for (const name of late.last.names) seen.add(`${sequence} ${name}`);
    }
    if (index % flushEvery === 0) await log.flush();
  }
  await log.close();
  const extra: string[] = [];
  const missing = new Set(seen);
  const backtest = createBacktest({
    rules: policy.set.rules,
    vocabulary: facts.vocabulary,
    inList: () => undefined,
    onMatch(number, rule) {
      const pair = `${number} ${rule}`;
      if (!seen.has(pair)) extra.push(pair);
      missing.delete(pair);
    },
  });
  readFactLog(folder, (layout) => backtest.reader(layout));
  return {
    rules: policy.set.rules.length,
    requests: exchanges.length,
    stored,
    matches: seen.size,
    missing: [...missing].slice(0, shownMax),
    extra: extra.slice(0, shownMax),
  };
}

/** The log, with somebody told of each row. */
export function tapped(log: FactLog, onFact: (row: Parameters<FactLog["fact"]>[0]) => void): FactLog {
  return {
    relayout: (layout) => log.relayout(layout),
    fact(row) {
      onFact(row);
      log.fact(row);
    },
    outcome: (row) => log.outcome(row),
    flush: () => log.flush(),
    close: () => log.close(),
    stats: () => log.stats(),
  };
}
