import type { LedgerAxis } from "../ledger/ledger-row.ts";
import { type BetaComponent, personaPriors } from "../statistics/index.ts";
import type { AxisPrior } from "./axis-evidence.ts";

const assumed = "assumed: impossible for a conforming jar; extensions, proxies and races leave a trace";

/** Bots as seen by an axis: some break it every time, some never, and some nobody has seen yet. */
const breaks: readonly BetaComponent[] = [
  { weight: 0.4, a: 6, b: 0.5 },
  { weight: 0.3, a: 0.2, b: 20 },
  { weight: 0.3, a: 0.5, b: 0.5 },
];

/** Violations that no jar commits: nearly all clients never, a few through something between. */
function impossible(rate: number, sessions: number): AxisPrior {
  return {
    honest: [
      { weight: 1 - rate, a: 0.05, b: 60 },
      { weight: rate, a: 1, b: 3 },
    ],
    automated: breaks,
    prevalence: { rate, sessions, source: assumed },
  };
}

/**
 * Starting points per axis; weights and caps move with local anchored sessions. Rates are design values except
 * where a source is named.
 */
export const axisPriors: Readonly<Record<LedgerAxis, AxisPrior>> = {
  missing: {
    honest: [
      { weight: 0.965, a: 0.3, b: 30 },
      { weight: 0.015, a: 8, b: 0.4 },
      { weight: 0.02, a: 1, b: 3 },
    ],
    automated: [
      { weight: 0.6, a: 8, b: 0.4 },
      { weight: 0.2, a: 0.3, b: 30 },
      { weight: 0.2, a: 0.5, b: 0.5 },
    ],
    prevalence: personaPriors["cookie-refuser"],
  },
  stale: {
    honest: [
      { weight: 0.98, a: 0.2, b: 40 },
      { weight: 0.02, a: 1, b: 4 },
    ],
    automated: breaks,
    prevalence: { rate: 0.01, sessions: 300, source: "assumed: races, several tabs, proxies that cache answers" },
  },
  neverIssued: impossible(0.002, 500),
  unknownName: {
    honest: [
      { weight: 0.7, a: 0.3, b: 10 },
      { weight: 0.3, a: 2, b: 4 },
    ],
    automated: [
      { weight: 0.5, a: 1, b: 2 },
      { weight: 0.5, a: 0.5, b: 0.5 },
    ],
    prevalence: {
      rate: 0.2,
      sessions: 300,
      source: "assumed: sibling applications, extensions, script not yet learned",
    },
  },
  outOfScope: impossible(0.001, 500),
  ghost: impossible(0.002, 500),
  duplicate: impossible(0.002, 500),
  orderBreak: impossible(0.003, 500),
};

/**
 * Axes that a person who refuses cookies, blocks script or hides the address *cannot* break: they hold no cookie to
 * break them with. Only these may convict a single session beside the privacy persona.
 */
export const personaProofAxes: readonly LedgerAxis[] = [
  "neverIssued",
  "outOfScope",
  "ghost",
  "duplicate",
  "orderBreak",
];
