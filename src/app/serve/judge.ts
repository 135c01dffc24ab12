import type { Guard, HashKey, Signal, Verdict } from "#core";
import { createEngine, type Engine, type LiveFacts } from "#engine";
import type { Agents } from "../agents/open-agents.ts";

/** The engine as the gateway runs it. */
export interface Judge extends Guard {
  /** What was learned, to be written down and put back. */
  readonly learned: Engine["learned"];
  /** What rules may ask about the request judged last. */
  readonly facts: LiveFacts;
  /** Adds the evidence of rules to a verdict. */
  reweigh(judged: Verdict, more: readonly Signal[]): Verdict;
  /** What it learned, for people to look at. */
  readonly engine: Engine;
  sweep(now: number): void;
  /** What the engine holds, by name. */
  stats(): Readonly<Record<string, number>>;
}

/** Makes the engine with what the world knows, agents in their lanes around it. Its tables are seeded per installation. */
export function createJudge(hashKey: HashKey, agents: Agents): Judge {
  const engine = createEngine({ intel: agents.intel, seed: hashKey.k0 ^ hashKey.k1 });
  const guard = agents.around(engine);
  return {
    learned: engine.learned,
    facts: engine.facts,
    engine,
    inspect: (exchange) => guard.inspect(exchange),
    observe: (exchange) => guard.observe(exchange),
    reweigh: (judged, more) => engine.reweigh(judged, more),
    sweep: (now) => engine.sweep(now),
    stats: () => ({ ...engine.census() }),
  };
}
