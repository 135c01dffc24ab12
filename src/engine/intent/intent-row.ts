import type { ClientKind } from "../ledger/ledger-application.ts";
import type { LedgerAxis } from "../ledger/ledger-row.ts";
import type { SessionSlab } from "../ledger/session-slab.ts";
import type { AxisEvidence } from "./axis-evidence.ts";
import type { EndpointBook } from "./endpoint-book.ts";
import type { IntentApplication } from "./intent-application.ts";
import { byteAt, intentByte, stepsPerSession, wordAt } from "./intent-words.ts";
import type { StepFinding } from "./step-book.ts";
import { factsMax, generalFacts } from "./step-facts.ts";

/**
 * What the intent graph knows of one session. One row object is reused: it speaks for the session last asked
 * for, until the next call.
 */
export class IntentRow {
  readonly #slab: SessionSlab;
  readonly #endpoints: EndpointBook;
  #slot = 0;
  #application: IntentApplication;

  constructor(slab: SessionSlab, endpoints: EndpointBook, application: IntentApplication) {
    this.#slab = slab;
    this.#endpoints = endpoints;
    this.#application = application;
  }

  /** Points this row at a session. */
  point(slot: number, application: IntentApplication): this {
    this.#slot = slot;
    this.#application = application;
    return this;
  }

  /** Pages shown in this session, at most 255. */
  get pages(): number {
    return this.#byte(intentByte.pages);
  }

  /** Requests that could have brought a cookie set by script in an earlier page, at most 255. */
  get scriptChances(): number {
    return this.#byte(intentByte.scriptChances);
  }

  /** True when a cookie that script sets was seen. */
  get scriptSeen(): boolean {
    return ((this.#slab.words[wordAt(this.#slot, "script")] ?? 0) & this.#application.script.mask) !== 0;
  }

  /** Upper bound of the share of honest web sessions without script cookies; undefined: unknown here. */
  get scriptAbsence(): number | undefined {
    return this.#application.scriptFrozen ? undefined : this.#application.script.absence();
  }

  /** Requests that consumed state tokens where honest clients only consume what they were issued. */
  get tokenUses(): number {
    return this.#byte(intentByte.tokenUses);
  }

  /** How many of those consumed a token that this session was never issued. */
  get tokenBreaks(): number {
    return this.#byte(intentByte.tokenBreaks);
  }

  /** The most telling of this session's sensitive steps, or undefined when it took none. */
  step(): StepReport | undefined {
    let worst: StepReport | undefined;
    for (let i = 0; i < stepsPerSession; i++) {
      const step = this.#byte(intentByte.steps + i);
      if (step === 0) break;
      const facts = this.#slab.words[wordAt(this.#slot, "stepFacts") + i] ?? 0;
      const finding = this.#application.steps.judge(step, facts);
      if (worst !== undefined && worst.nats >= finding.nats) continue;
      const endpoint = this.#application.steps.stepEndpoints()[step - 1] ?? 0;
      worst = { ...finding, endpoint: this.#endpoints.nameOf(endpoint) };
    }
    return worst;
  }

  /** Names, for people, of a mask of missed facts. */
  factNames(mask: number): readonly string[] {
    const names: string[] = [];
    for (let fact = 0; fact < factsMax; fact++) {
      if ((mask & (1 << fact)) === 0) continue;
      names.push(generalFacts[fact] ?? this.#endpoints.nameOf(this.#application.steps.endpointOf(fact)));
    }
    return names;
  }

  /** Evidence tables of one ledger axis. */
  axis(kind: ClientKind, axis: LedgerAxis): AxisEvidence {
    return this.#application.axis(kind, axis);
  }

  #byte(at: number): number {
    return this.#slab.bytes[byteAt(this.#slot, at)] ?? 0;
  }
}

/** A sensitive step and what its session had not done before. */
export interface StepReport extends StepFinding {
  readonly endpoint: string;
}
