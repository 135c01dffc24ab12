import type { CohortView } from "#engine";

/** A cohort's key as records and rules carry it. */
export function cohortKey({ key }: CohortView): string {
  return key.toString(36);
}

/**
 * Whether two convicted cohorts are one attack seen twice: the same sessions are grouped by behaviour, by stack and by
 * presentation at once, and a person must not be asked to look at one attack four times. Told by at least half of the
 * smaller sample of first addresses being in the other; two attacks that come by the same addresses to the same
 * application at the same time are taken for one, and whoever looks can say otherwise only in a note.
 */
export function isSameAttack(one: CohortView, other: CohortView): boolean {
  if (one.application !== other.application || one.grouping === other.grouping) return false;
  const size = Math.min(one.addressSample.length, other.addressSample.length);
  const shared = one.addressSample.filter((address) => other.addressSample.includes(address)).length;
  return size > 0 && shared * 2 >= size;
}
