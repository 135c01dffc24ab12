/**
 * What deception costs an adversary. It knows that one thing about its requests gives it away, changes one knob per experiment
 * of twenty logins, and hunts until it can name the knob: against a plain refusal, against the application's own failure,
 * and against success that is none. Real requests through the real data plane; only the judgement is told. Beside it: whether
 * anything of real people is in the decoys, and whether a classifier tells them from the origin's answers (with the time they
 * took, where the machine is quiet). The last line is JSON.
 *
 *     npm run bench:deception [-- --hunts 24]
 */
import { availableParallelism, loadavg } from "node:os";
import { aucMaxDefault } from "#analyst";
import { type Arm, measureArm } from "./measure.ts";

const hunts = Number(process.argv[process.argv.indexOf("--hunts") + 1]) || 12;
const timesMin = 10;
const seed = 20_260_601;

/** Times of a few milliseconds can only be compared where nobody else takes the processor. */
const load = loadavg()[0] ?? 0;
const isQuiet = load < availableParallelism();
const refused = await measureArm("block", { seed, hunts, experimentsMax: 200, samples: 400 });
const experimentsMax = Math.ceil(refused.experimentsMean * 12);
const failing = await measureArm("{ deceive: { as: failure } }", { seed, hunts, experimentsMax, samples: 400 });
const faked = await measureArm("{ deceive: { as: success } }", { seed, hunts, experimentsMax, samples: 2_000 });

console.log("answer to who is recognised     experiments   found   looks like success   AUC     false causes named");
for (const arm of [refused, failing, faked]) console.log(row(arm));
console.log(
  `\nsuccess that is none: ${faked.decoys} answers made up, ${faked.leaked.length} values of real people in them; a hunt is given up after ${experimentsMax} experiments`,
);
console.log(
  "Not covered: who holds credentials known to be wrong sees at once that they are let in; who uses the loot finds out that it is worth nothing.",
);

const times = faked.experimentsMean / refused.experimentsMean;
const passed =
  times >= timesMin &&
  faked.leaked.length === 0 &&
  faked.auc <= aucMaxDefault &&
  (!isQuiet || faked.aucWithTime <= aucMaxDefault);
console.log(
  JSON.stringify({
    bench: "deception",
    hunts,
    experiments: { block: round(refused), failure: round(failing), success: round(faked) },
    found: { block: refused.found, failure: failing.found, success: faked.found },
    timesAsMany: Number(times.toFixed(1)),
    timesMin,
    decoys: faked.decoys,
    leaked: faked.leaked.length,
    auc: Number(faked.auc.toFixed(3)),
    aucWithTime: Number(faked.aucWithTime.toFixed(3)),
    load: Number(load.toFixed(1)),
    passed,
  }),
);
process.exit(passed ? 0 : 1);

function round({ experimentsMean }: Arm): number {
  return Number(experimentsMean.toFixed(1));
}

function row(arm: Arm): string {
  const named = arm.hunts.reduce((sum, { falseConvictions }) => sum + falseConvictions, 0);
  return [
    arm.then.padEnd(32),
    arm.experimentsMean.toFixed(1).padStart(8),
    `${arm.found}/${arm.hunts.length}`.padStart(10),
    `${(arm.stoppedRate * 100).toFixed(1)} % (open ${(arm.openRate * 100).toFixed(1)} %)`.padStart(24),
    arm.auc.toFixed(3).padStart(8),
    String(named).padStart(6),
  ].join("");
}
