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
  #young = new Map<string, RefusedKeys>();
  #old = new Map<string, RefusedKeys>();
  readonly #refusalsMax: number;

  constructor(refusalsMax: number) {
    this.#refusalsMax = refusalsMax;
  }

  /** @param keys May be a reused object. */
  note(reference: string, { address, session, account, token, fingerprint, behaviour, cohort }: DecisionKeys): void {
    if (this.#young.size >= this.#refusalsMax) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(reference, { address, session, account, token, fingerprint, behaviour, cohort });
  }

  find(reference: string): RefusedKeys | undefined {
    return this.#young.get(reference) ?? this.#old.get(reference);
  }
}

/** Whether a decision is about one of these keys; networks are others', too. */
export function isAbout(
  decision: { readonly scope: string; readonly value: string | Hashed },
  keys: RefusedKeys,
): boolean {
  const { scope, value } = decision;
  return scope !== "network" && scope in keys && keys[scope as keyof DecisionKeys] === value;
}
