import type { Action } from "#core";
import { outcomes } from "./enforcement.ts";
import type { Replay } from "./replay.ts";

/** What one action would have meant. */
export interface Outlook {
  readonly action: Action;
  readonly actors: number;
  readonly requests: number;
  /** Requests that came after the verdict: those the action would have reached. */
  readonly reached: number;
}

/** What enforcement would have done with this traffic, per action, strongest first. */
export function outlookOf({ actors, summary }: Replay): Outlook[] {
  const found = new Map<Action, { actors: number; requests: number; reached: number }>();
  for (const actor of actors) {
    const { action } = actor;
    const known = found.get(action) ?? { actors: 0, requests: 0, reached: 0 };
    known.actors++;
    known.requests += actor.requests;
    known.reached += action === "allow" ? 0 : actor.requestsAfter;
    found.set(action, known);
  }
  if (summary.forgotten > 0) {
    const allowed = found.get("allow") ?? { actors: 0, requests: 0, reached: 0 };
    found.set("allow", { ...allowed, actors: allowed.actors + 1, requests: allowed.requests + summary.forgotten });
  }
  return outcomes.flatMap((action) => {
    const one = found.get(action);
    return one === undefined ? [] : [{ action, ...one }];
  });
}
