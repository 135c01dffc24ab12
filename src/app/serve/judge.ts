import type { Guard, HashKey } from "#core";
import { createEngine } from "#engine";
import { createIntel } from "#intel";

/** The engine as the gateway runs it. */
export interface Judge extends Guard {
  sweep(now: number): void;
  /** What the engine holds, by name. */
  stats(): Readonly<Record<string, number>>;
}

/** Makes the engine with what the world knows. Its tables are seeded per installation. */
export function createJudge(hashKey: HashKey): Judge {
  const engine = createEngine({ intel: createIntel(), seed: hashKey.k0 ^ hashKey.k1 });
  return {
    inspect: (exchange) => engine.inspect(exchange),
    observe: (exchange) => engine.observe(exchange),
    sweep: (now) => engine.sweep(now),
    stats: () => ({ ...engine.census() }),
  };
}
