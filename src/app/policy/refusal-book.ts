import type { Hashed } from "#core";
import type { DecisionKeys } from "#policy";

/** Who was refused: the keys by which verdicts stand, as far as they are known. */
export type RefusedKeys = Readonly<DecisionKeys>;

/**
 * Who the last refused requests were, by the reference that their answers carried: what an operator needs who is called by
 * somebody with nothing but that reference. At least `refusalsMax` are kept, in two generations of which the older leaves
 * whole: looking for the oldest of a map steps over all that left before it. Later references are found in the records
 * by address.
 */
export class RefusalBook {
  #young = new Map<string, KeptKeys>();
  #old = new Map<string, KeptKeys>();
  readonly #refusalsMax: number;
  /** Objects that serve again once no generation knows them: one for each of two generations' references, and one more. */
  readonly #kept: KeptKeys[] = [];
  #next = 0;

  constructor(refusalsMax: number) {
    this.#refusalsMax = refusalsMax;
  }

  /** @param keys May be a reused object. */
  note(reference: string, { address, session, account, token, fingerprint, behaviour, cohort }: DecisionKeys): void {
    if (this.#young.size >= this.#refusalsMax) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    // Noted twice it keeps its object: more notes than references would take those of others.
    const kept = this.#young.get(reference) ?? this.#blank();
    kept.address = address;
    kept.session = session;
    kept.account = account;
    kept.token = token;
    kept.fingerprint = fingerprint;
    kept.behaviour = behaviour;
    kept.cohort = cohort;
    this.#young.set(reference, kept);
  }

  find(reference: string): RefusedKeys | undefined {
    const kept = this.#young.get(reference) ?? this.#old.get(reference);
    return kept === undefined ? undefined : { ...kept };
  }

  #blank(): KeptKeys {
    const place = this.#next;
    this.#next = (this.#next + 1) % (2 * this.#refusalsMax + 1);
    const kept = this.#kept[place] ?? { ...nobody };
    this.#kept[place] = kept;
    return kept;
  }
}

type KeptKeys = { -readonly [Name in keyof DecisionKeys]: DecisionKeys[Name] };

const nobody: RefusedKeys = {
  address: "",
  session: 0,
  account: 0,
  token: 0,
  fingerprint: "",
  behaviour: "",
  cohort: "",
};

/** Whether a decision is about one of these keys; networks are others', too. */
export function isAbout(
  decision: { readonly scope: string; readonly value: string | Hashed },
  keys: RefusedKeys,
): boolean {
  const { scope, value } = decision;
  return scope !== "network" && scope in keys && keys[scope as keyof DecisionKeys] === value;
}
