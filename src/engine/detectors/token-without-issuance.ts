import { type BetaComponent, createEvidenceTable, type EvidenceTable } from "../statistics/index.ts";
import type { OrchestrationDetector } from "./orchestration-detector.ts";

/** Honest clients consume what they were issued; deep links and cached shells are the exception. Design values. */
const honest: readonly BetaComponent[] = [
  { weight: 0.98, a: 0.1, b: 30 },
  { weight: 0.02, a: 1, b: 2 },
];
const automated: readonly BetaComponent[] = [
  { weight: 0.6, a: 6, b: 0.5 },
  { weight: 0.4, a: 0.5, b: 0.5 },
];
/** Made when the first token is missed: most traffic shows none, and making it takes longer than all other start-up. */
let table: EvidenceTable | undefined;
const natsMin = 0.05;
const natsMax = 4;
/** One use is a tab from the day before yesterday; whoever makes tokens up does so again. */
const natsOfOne = 2.5;

/**
 * Finds a client that consumes state tokens (form tokens, nonces, object ids) which no answer issued to it, at
 * endpoints where honest clients consume only what they were issued.
 *
 * Enumerated ids never came from a list, a login posted directly has no nonce, a replayed flow brings last
 * week's. Works for native and API clients, which have no cookies to look at. Needs bodies to be observed.
 * Someone who refuses cookies still consumes what he was issued. Evasion: execute the true flow, at two to five
 * times the requests.
 */
export const tokenWithoutIssuance: OrchestrationDetector = {
  name: "token-without-issuance",
  axis: "orchestration",
  group: "token-provenance",
  personaProof: true,

  inspect({ intent }) {
    const { tokenBreaks, tokenUses } = intent;
    if (tokenBreaks === 0) return undefined;
    table ??= createEvidenceTable({ honest, automated });
    const nats = Math.min(tokenBreaks > 1 ? natsMax : natsOfOne, table.nats(tokenBreaks, tokenUses));
    if (nats < natsMin) return undefined;
    const evidence = { unissued: tokenBreaks, consumed: tokenUses };
    return { detector: "token-without-issuance", axis: "orchestration", group: "token-provenance", nats, evidence };
  },
};
