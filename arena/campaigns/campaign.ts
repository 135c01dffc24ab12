import type { Addresses } from "../world/addresses.ts";
import type { Front } from "../world/front.ts";
import type { Random } from "../world/random.ts";

/** What a campaign is given: a way in, chance, and the end of the run. It sees of the gateway what a client sees. */
export interface CampaignWorld {
  readonly front: Front;
  readonly addresses: Addresses;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Scales every budget: 1 in the quick run. */
  readonly scale: number;
}

/** One thing the adversary tried, and how it went as far as they can see. */
export interface Attempt {
  /** What was changed, in their words. */
  readonly knob: string;
  readonly tool: string;
  readonly sent: number;
  /** Answers that looked like success to them. */
  readonly succeeded: number;
}

/** An attack with a goal and a budget. */
export interface Campaign {
  readonly name: string;
  /** `A`, `B`, `D` for the cases; the OWASP automated threat otherwise. */
  readonly label: string;
  run(world: CampaignWorld): Promise<readonly Attempt[]>;
}

/** Succeeded in the attacker's eyes: the last answer of a session was 2xx or 3xx. */
export function successes(outcomes: readonly (readonly number[])[]): number {
  return outcomes.filter((statuses) => {
    const last = statuses.at(-1) ?? 0;
    return last >= 200 && last < 400;
  }).length;
}
