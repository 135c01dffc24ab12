import { type HashKey, keyedHash } from "#core";
import { type Actor, type ActorList, addressesOf } from "./actors.ts";
import type { ClientTable } from "./client-table.ts";

/** As for actor ids: printed, fixed, no secret. */
const campaignIdKey: HashKey = { k0: 0x67616974, k1: 0x63616d70 };

/** Automation that was convicted together: one convicted cohort, whatever addresses and user agents it used. */
export interface Campaign {
  readonly id: string;
  readonly actors: readonly Actor[];
  readonly addresses: readonly { readonly ip: string; readonly requests: number }[];
  readonly requests: number;
}

/** One address alone is no campaign. */
const addressesMin = 2;

/** The campaigns of a run, by cohort key. */
export function findCampaigns(actors: ActorList, table: ClientTable): ReadonlyMap<string, Campaign> {
  const byCohort = new Map<string, Actor[]>();
  for (let number = 0; number < actors.length; number++) {
    // Most actors are people: they are passed over before anything is built for them.
    if (actors.tally(number).kind !== "automated") continue;
    const actor = actors.at(number);
    if (actor.cohort === "") continue;
    const known = byCohort.get(actor.cohort);
    if (known === undefined) byCohort.set(actor.cohort, [actor]);
    else known.push(actor);
  }
  const campaigns = new Map<string, Campaign>();
  for (const [cohort, members] of byCohort) {
    const requests = new Map<string, number>();
    for (const actor of members)
      for (const { ip, requests: count } of addressesOf(actor, table))
        requests.set(ip, (requests.get(ip) ?? 0) + count);
    if (requests.size < addressesMin) continue;
    campaigns.set(cohort, {
      id: `c${keyedHash(campaignIdKey, cohort).toString(36)}`,
      actors: members,
      addresses: [...requests].map(([ip, count]) => ({ ip, requests: count })).sort((a, b) => b.requests - a.requests),
      requests: members.reduce((sum, actor) => sum + actor.requests, 0),
    });
  }
  return campaigns;
}
