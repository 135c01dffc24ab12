import type { Front } from "../world/front.ts";
import { type Random, sleep } from "../world/random.ts";
import type { Truth } from "../world/truth.ts";
import { type LightPerson, lightVisit } from "./light-person.ts";

/** What the light crowd did. */
export interface LightResult {
  readonly visits: number;
  readonly requests: number;
  readonly failed: readonly string[];
}

export interface LightCrowdOptions {
  readonly front: Front;
  readonly truth: Truth;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** In this order, each of whom comes once. */
  readonly visits: readonly LightPerson[];
  readonly seats: number;
  readonly paceMs: number;
  /** Between two visits of one seat. */
  readonly breakMs: number;
}

/** Who is at a light person's address, and in which visit. */
export function noteLight(truth: Truth, person: LightPerson): void {
  truth.note(person.address, {
    name: `${person.kind}, light`,
    side: person.kind === "app user" ? "native-app" : "person",
    campaign: "",
    session: person.number * 1_000 + person.visits,
  });
}

/** Plays visits from a number of seats, one after another in each; a person sits in one seat at a time. */
export async function runLightCrowd(options: LightCrowdOptions): Promise<LightResult> {
  const { front, truth, random, signal, visits, seats, paceMs, breakMs } = options;
  const failed: string[] = [];
  const sitting = new Set<LightPerson>();
  const waiting = [...visits];
  let done = 0;
  let requests = 0;
  const sit = async (): Promise<void> => {
    let address = "";
    const door = await front.plainDoor(() => address);
    await sleep(random() * paceMs * 2, signal);
    while (!signal.aborted) {
      const next = waiting.findIndex((person) => !sitting.has(person));
      if (next < 0) break;
      const [person] = waiting.splice(next, 1) as [LightPerson];
      sitting.add(person);
      address = person.address;
      noteLight(truth, person);
      try {
        const made = await lightVisit(person, { base: door.url, random, signal, paceMs });
        requests += made;
        done++;
      } catch (error) {
        if (!signal.aborted) failed.push(`${person.kind}: ${String(error).split("\n", 1)[0]}`);
      }
      sitting.delete(person);
      await sleep(breakMs * (0.5 + random()), signal);
    }
    door.close();
  };
  await Promise.all(Array.from({ length: seats }, sit));
  return { visits: done, requests, failed };
}
