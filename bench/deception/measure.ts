import { type Observation, tellApart } from "#analyst";
import { createRandom } from "#core";
import { observationOf } from "../../src/app/policy/testdata/observe-answer.ts";
import { type Hunt, hunt } from "./adversary.ts";
import { knobs, openStage, type Seen, type Stage } from "./stage.ts";

/** How much is measured. */
export interface MeasureOptions {
  readonly seed: number;
  /** Hunts per kind of answer; each is for another knob. */
  readonly hunts: number;
  /** Where a hunt is given up. */
  readonly experimentsMax: number;
  /** Logins by which the adversary learns its rates, and logins of each kind that are compared. */
  readonly samples: number;
}

/** What an adversary gets out of one kind of answer. */
export interface Arm {
  readonly then: string;
  readonly hunts: readonly Hunt[];
  /** Mean number of experiments; hunts that were given up count with what they had. */
  readonly experimentsMean: number;
  readonly found: number;
  readonly openRate: number;
  readonly stoppedRate: number;
  /** Answers given in the origin's place. */
  readonly decoys: number;
  /** Values of real people in them. */
  readonly leaked: readonly string[];
  /** How well a classifier tells them from the origin's own by all they hold. */
  readonly auc: number;
  /** The same with the time they took: meaningful on a machine that has nothing else to do. */
  readonly aucWithTime: number;
}

const batch = 20;
const sureAt = 0.99;
const peopleFirst = 200;
const atOnce = 8;

/** Runs the hunts against one kind of answer. @param then What is done to who is recognised, as YAML. */
export async function measureArm(then: string, options: MeasureOptions): Promise<Arm> {
  const { seed, experimentsMax, samples } = options;
  const stage = await openStage(then, seed);
  const watch = createLeakWatch(stage);
  try {
    await repeat(peopleFirst, () => stage.person());
    const organic: Seen[] = [];
    const stopped: Seen[] = [];
    // In turns, so that a busy moment makes both late.
    while (stopped.length < samples) {
      stage.recogniseBy(-1);
      organic.push(...(await repeat(atOnce, () => stage.logIn(-1))));
      stage.recogniseBy(0);
      stopped.push(...(await repeat(atOnce, () => stage.logIn(-1))));
    }
    for (const answer of stopped) watch.look(answer);
    const hunts: Hunt[] = [];
    for (let i = 0; i < options.hunts; i++) {
      const truth = i % knobs.length;
      stage.recogniseBy(truth);
      const random = createRandom(seed + i);
      const rates = { openRate: rateOf(organic), stoppedRate: rateOf(stopped) };
      const experiment = async (knob: number) => {
        const answers = await repeat(batch, () => stage.logIn(knob));
        if (knob !== truth) for (const answer of answers) watch.look(answer);
        return { knob, successes: answers.filter(succeeded).length };
      };
      const about = { knobs: knobs.length, batch, sureAt, experimentsMax, random, ...rates };
      hunts.push(await hunt(about, { truth, experiment }));
    }
    const apart = (look: (answer: Seen) => Observation): number =>
      tellApart(organic.map(look), stopped.map(look), seed).auc;
    return {
      then,
      hunts,
      experimentsMean: hunts.reduce((sum, { experiments }) => sum + experiments, 0) / hunts.length,
      found: hunts.filter(({ found }) => found).length,
      openRate: rateOf(organic),
      stoppedRate: rateOf(stopped),
      ...watch.seen(),
      auc: apart((answer) => ({ ...observed(answer), ms: 0 })),
      aucWithTime: apart(observed),
    };
  } finally {
    await stage.close();
  }
}

function observed(answer: Seen): Observation {
  return observationOf(answer, answer.ms);
}

function succeeded({ status, body }: Seen): boolean {
  return status === 200 && body.includes('"token"');
}

function rateOf(answers: readonly Seen[]): number {
  return answers.filter(succeeded).length / answers.length;
}

/** Looks for what is a real person's in answers that were made up. */
function createLeakWatch({ secrets }: Stage): {
  look(answer: Seen): void;
  seen(): { readonly decoys: number; readonly leaked: readonly string[] };
} {
  const leaked = new Set<string>();
  let decoys = 0;
  return {
    look({ body, headers }) {
      decoys++;
      for (const word of `${body} ${JSON.stringify(headers)}`.match(/[A-Za-z0-9@.]+/g) ?? []) {
        if (secrets.has(word)) leaked.add(word);
      }
    },
    seen: () => ({ decoys, leaked: [...leaked] }),
  };
}

/** As many as wanted, a few at once. */
async function repeat(count: number, one: () => Promise<Seen>): Promise<readonly Seen[]> {
  const answers: Seen[] = [];
  for (let done = 0; done < count; done += atOnce) {
    answers.push(...(await Promise.all(Array.from({ length: Math.min(atOnce, count - done) }, one))));
  }
  return answers;
}
