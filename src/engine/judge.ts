import type { Signal, Verdict } from "#core";
import { convictsAlone } from "#policy";
import type { SiteBaseline } from "./baselines/site-baseline.ts";
import type { AddressTable } from "./clients/address-table.ts";
import { type ClientTable, row8, row32, rowBytes, rowFlag } from "./clients/client-table.ts";
import type { SessionGate } from "./cohorts/index.ts";
import { Case, noAddressFacts } from "./detectors/case.ts";
import type { Detector } from "./detectors/detector.ts";
import { detectors } from "./detectors/index.ts";
import { counter } from "./features/counters.ts";
import type { GroupCaps } from "./groups.ts";
import { foreignLanguageBit, networkOf } from "./networks.ts";
import { type Judgement, judge } from "./score.ts";
import type { AgentBook } from "./sessions/agent-book.ts";

/** What each detector needs, side by side: a request looks at these bytes instead of calling all detectors. */
const neededCounter = Uint8Array.from(detectors, ({ needs }) => counter[needs?.counter ?? "pages"]);
const neededLeast = Uint8Array.from(detectors, ({ needs }) => needs?.least ?? 0);

/** Detectors of plain counters that the exact ledger replaces where it sees the cookies. */
const replaced: ReadonlyMap<string, string> = new Map([
  ["cookie-missing", "cookies-not-returned"],
  ["precondition-missed", "session-before-authentication"],
]);

/** Adds the ledger's signals; where it speaks of the same thing as a plain counter, the ledger is believed. */
function addLedger(signals: Signal[], more: readonly (readonly Signal[])[], keptNats: number): void {
  let proven = false;
  for (const part of more) {
    for (const signal of part) {
      const plain = replaced.get(signal.detector);
      const at = plain === undefined ? -1 : signals.findIndex(({ detector }) => detector === plain);
      if (at >= 0) signals[at] = signal;
      else signals.push(signal);
      proven ||= signal.group === "jar-impossible" || signal.group === "jar-order" || signal.group === "cohort";
    }
  }
  if (keptNats <= 0 || proven) return;
  const evidence = { nats: keptNats };
  signals.push({
    detector: "proven-before",
    axis: "history",
    group: "history",
    nats: keptNats,
    evidence,
  });
}

/**
 * Judges a client from its feature row and what was learned of the site: runs every detector, adds their signals up.
 * The same row and the same baselines give the same judgement, whenever it is asked for.
 */
export class Judge {
  readonly #clients: ClientTable;
  readonly #sites: readonly SiteBaseline[];
  readonly #agents: AgentBook;
  readonly #neighbours: AddressTable | undefined;
  readonly #caps: GroupCaps;
  readonly #gate: SessionGate;
  readonly #revision: number;
  readonly #words = new Uint32Array(4);
  readonly #case: Case;

  constructor(parts: {
    readonly clients: ClientTable;
    readonly sites: readonly SiteBaseline[];
    readonly agents: AgentBook;
    /** Undefined while user agents are masked: who takes turns then stays unseen. */
    readonly neighbours: AddressTable | undefined;
    readonly caps: GroupCaps;
    readonly gate: SessionGate;
    readonly revision: number;
  }) {
    this.#clients = parts.clients;
    this.#sites = parts.sites;
    this.#agents = parts.agents;
    this.#neighbours = parts.neighbours;
    this.#caps = parts.caps;
    this.#gate = parts.gate;
    this.#revision = parts.revision;
    this.#case = new Case(parts.clients, parts.sites[0] as SiteBaseline, parts.agents.entry(-1));
  }

  /** Judges a row; `network` is the code of its address's network. `more` are signals of other parts of the engine. */
  row(row: number, network: number, more: readonly (readonly Signal[])[] = []): Judgement {
    const clients = this.#clients;
    const subject = this.#case;
    subject.point(row);
    subject.site = this.#sites[clients.applicationOf(row)] as SiteBaseline;
    subject.agent = this.#agents.entry(clients.agentOf(row));
    subject.network = networkOf(network);
    subject.foreignLanguage = (network & foreignLanguageBit) !== 0;
    const from = row * (rowBytes / 4) + row32.address;
    for (let i = 0; i < 4; i++) this.#words[i] = clients.u32[from + i] as number;
    subject.address = this.#neighbours?.facts(this.#words) ?? noAddressFacts;
    const signals: Signal[] = [];
    const counters = row * rowBytes + row8.counters;
    for (let i = 0; i < detectors.length; i++) {
      if ((clients.u8[counters + (neededCounter[i] as number)] as number) < (neededLeast[i] as number)) continue;
      const signal = (detectors[i] as Detector).inspect(subject);
      if (signal !== undefined) signals.push(signal);
    }
    addLedger(signals, more, clients.kept(row));
    const remembered = this.#remembered(row);
    if (remembered !== undefined) signals.push(remembered);
    const standing = {
      verified: clients.flag(row, rowFlag.verified),
      declared: subject.agent.declared !== "",
      unexcused: subject.agent.tool || subject.get(counter.loginAttempts) > 0,
    };
    const judged = judge(signals, this.#caps, standing);
    const word = this.#gate.word(judged);
    if (word === undefined) return judged;
    signals.push(word);
    return word.nats < 0 ? judge(signals, this.#caps, standing) : judged;
  }

  /** A judgement in the shape that connectors and policy read. The engine judges; policy acts. */
  verdict(judgement: Judgement, reference: string): Verdict {
    const cohort = judgement.signals.find(({ detector }) => detector === "convicted-cohort")?.evidence;
    const enforced = cohort?.enforced === "yes";
    const bound = certifiedBound(judgement.signals, judgement);
    return {
      action: "allow",
      kind: judgement.kind,
      score: judgement.score,
      signals: judgement.signals,
      rule: null,
      watched: cohort === undefined || enforced ? [] : ["convicted-cohort"],
      basis: bound !== null ? "certified" : enforced ? "prior" : "none",
      certifiedFpr: bound,
      reference,
      revision: this.#revision,
    };
  }

  /** A verdict with more evidence added, as if it had been there from the start: rules that weigh speak after detectors. */
  reweigh(judged: Verdict, more: readonly Signal[]): Verdict {
    const { kind, score, signals } = judge([...judged.signals, ...more], this.#caps, {
      verified: judged.kind === "verified-agent",
      declared: judged.kind === "declared-bot",
    });
    return { ...judged, kind, score, signals };
  }

  /** A conviction outlives the row it was made on. */
  #remembered(row: number): Signal | undefined {
    if (!this.#clients.flag(row, rowFlag.remembered)) return undefined;
    const nats = (this.#clients.u8[row * rowBytes + row8.remembered] as number) / 16;
    return { detector: "remembered-verdict", axis: "history", group: "history", nats, evidence: { nats } };
  }
}

/**
 * The bound that the verdict has earned, null without one: a cohort's conviction while the day's budget of people lasts, or
 * a session whose own evidence convicts it and that no anchored person comes near.
 */
export function certifiedBound(signals: readonly Signal[], judged: Pick<Judgement, "score">): number | null {
  let bound: number | null = null;
  for (const { detector, nats, evidence } of signals) {
    const cohort = detector === "convicted-cohort" && nats > 0 && evidence.enforced === "yes";
    const alone = detector === "verified-people" && convictsAlone({ score: judged.score, signals });
    if ((cohort || alone) && typeof evidence.certifiedFpr === "number")
      bound = Math.min(bound ?? 1, evidence.certifiedFpr);
  }
  return bound;
}
