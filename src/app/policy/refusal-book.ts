import type { Hashed } from "#core";
import type { DecisionKeys } from "#policy";

/** Who was refused: the keys by which verdicts stand, as far as they are known. */
export type RefusedKeys = Readonly<DecisionKeys>;

/**
 * Who the last refused requests were, by the reference that their answers carried: what an operator needs who is called by
 * somebody with nothing but that reference. The oldest leave; later references are found in the records by address.
 */
export class RefusalBook {
  readonly #keys = new Map<string, RefusedKeys>();
  readonly #refusalsMax: number;

  constructor(refusalsMax: number) {
    this.#refusalsMax = refusalsMax;
  }

  /** @param keys May be a reused object. */
  note(reference: string, { address, session, account, token, fingerprint, behaviour, cohort }: DecisionKeys): void {
    this.#keys.set(reference, { address, session, account, token, fingerprint, behaviour, cohort });
    if (this.#keys.size <= this.#refusalsMax) return;
    for (const oldest of this.#keys.keys()) {
      this.#keys.delete(oldest);
      return;
    }
  }

  find(reference: string): RefusedKeys | undefined {
    return this.#keys.get(reference);
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
