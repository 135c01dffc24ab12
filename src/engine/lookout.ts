import type { Signal } from "#core";

/** A session that came this far leaves probation even without a past: people's first visits must outlive floods. */
export const establishedAfter = 4;

/** Requests after which the running verdict is looked at offline: 2, 4, 8, … and every 64th. */
export function isLookout(requests: number): boolean {
  return requests >= 2 && ((requests & (requests - 1)) === 0 || (requests & 63) === 0);
}

const provenGroups: ReadonlySet<string> = new Set(["jar-impossible", "jar-order", "cohort"]);

/** What a session showed that no persona explains: kept when it ends. */
export function provenNats(signals: readonly Signal[]): number {
  let nats = 0;
  for (const { group, nats: said } of signals) if (provenGroups.has(group)) nats += Math.max(0, said);
  return nats;
}
