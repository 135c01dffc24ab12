import { createRandom, engineLimits, type Hashed, type Millis, type Signal } from "#core";
import { isPersonaProof } from "#policy";
import type { Judgement } from "../score.ts";
import { clopperPearsonUpper } from "../statistics/index.ts";
import { ConformalGate } from "./conformal-gate.ts";

/** Rate that a certificate for single sessions must prove. */
const certifiedRate = 1e-3;
/** Evidence below this convicts nobody alone, so nothing need be said about it. */
const natsLeast = 3;
const windowMs: Millis = 14 * 86_400_000;
const forgetEveryMs: Millis = 3_600_000;

/**
 * The gate before single sessions: what one session shows that no way of life explains is compared with what the sessions
 * of anchored people showed, one vote per account and fortnight. Where some of them showed as much, it may say no more than
 * that is rare among them, and the verdict says so; where enough were seen and none did, the verdict carries the bound that
 * this proves. Until people were seen, evidence weighs what its priors say and nothing is claimed.
 *
 * Only persona-proof evidence is compared, because who refuses cookies never anchors: a bound on what such people show
 * cannot be earned from others. Evasion: to raise the bar, an attacker needs accounts that are let in from whole jars on
 * pages that load, each with one vote, and must show in them what convicts him elsewhere.
 */
export class SessionGate {
  readonly #people: ConformalGate;
  #forgotAt = 0;

  constructor(seed: number) {
    const groupsMax = engineLimits.gateGroupsMax.default;
    this.#people = new ConformalGate({ groupsMax, windowMs, random: createRandom(seed ^ 0x9a7e) });
  }

  /** An anchored client's session ended; `voter` is its account or jar. */
  learn({ groups }: Pick<Judgement, "groups">, voter: Hashed, at: Millis): void {
    if (voter === 0) return;
    this.#people.offer(voter, ownNats(groups), at);
    if (at - this.#forgotAt < forgetEveryMs) return;
    this.#forgotAt = at;
    this.#people.forget(at);
  }

  /** What the people seen so far say about convicting this session by itself; undefined while that is not at issue. */
  word({ kind, groups }: Pick<Judgement, "kind" | "groups">): Signal | undefined {
    if (kind !== "automated") return undefined;
    const own = ownNats(groups);
    const of = this.#people.groups;
    if (own < natsLeast || of === 0) return undefined;
    const alike = this.#people.alike(own);
    const nats = alike === 0 ? 0 : Math.min(0, -Math.log(clopperPearsonUpper(alike, of)) - own);
    const { certifiedFpr, missing } = this.#people.certificate(own, certifiedRate);
    const evidence = { alike, of, certifiedFpr: certifiedFpr ?? "none yet", missing };
    return { detector: "verified-people", axis: "guarantee", group: "verified-people", nats, evidence };
  }

  /** What outlives a restart. */
  save(): Uint8Array {
    return this.#people.save();
  }

  restore(bytes: Uint8Array): void {
    this.#people.restore(bytes);
  }
}

/** What the session itself showed that no persona explains, each group at its cap; its cohort has a guarantee of its own. */
function ownNats(groups: Judgement["groups"]): number {
  let nats = 0;
  for (const group of groups.names)
    if (group !== "cohort" && isPersonaProof(group)) nats += Math.max(0, groups.of(group));
  return nats;
}
