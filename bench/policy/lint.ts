/**
 * Whether who is stopped can tell it from the answer. For every pack that refuses or deceives, each way in which it does is tried on
 * the kind of place that its rules are for: a classifier learns to tell 2,000 stopped answers from as many of the application's own
 * failures (status, headers, cookie, body, time) and is judged on those it has not seen. Above the limit the pack fails. Times are
 * only compared on a machine that has nothing else to do. The last line is JSON.
 *
 *     npm run bench:lint [-- --pairs 500] [-- --pack carding]
 */
import { availableParallelism, loadavg } from "node:os";
import { aucMaxDefault, type Observation, tellApart } from "#analyst";
import type { Rule } from "#policy";
import { packNames } from "../../src/app/policy/rule-files.ts";
import { openTelegraphRig, telegraphPlaces } from "../../src/app/policy/testdata/telegraph-rig.ts";
import { readPacks } from "../../src/app/policy/trial/test-packs.ts";

const option = (name: string): string | undefined =>
  process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined;
const pairs = Number(option("--pairs") ?? 2_000);
const learnFirst = 200;
const atOnce = 8;
const isQuiet = (loadavg()[0] ?? 0) < availableParallelism();

type PlaceName = keyof typeof telegraphPlaces;

/** Where a rule is for, by the tags it applies to. */
const placeByTag: Readonly<Record<string, PlaceName>> = {
  login: "login",
  signup: "login",
  mfa: "login",
  "password-reset": "login",
  sim: "login",
  api: "api",
  profile: "api",
  account: "api",
  inference: "api",
  admin: "page",
  inventory: "page",
  captcha: "page",
  advert: "page",
};

interface Trial {
  readonly pack: string;
  readonly how: string;
  readonly place: PlaceName;
}

/** Each way in which a pack stops somebody, once. */
function trialsOf(pack: string, rules: readonly Rule[]): readonly Trial[] {
  const found = new Map<string, Trial>();
  for (const { does, applies } of rules) {
    if (does === undefined || !["block", "deceive", "tarpit"].includes(does.action)) continue;
    // A tarpit is late on purpose: what it says in the end is compared.
    const options = does.action === "tarpit" ? { answer: does.options.answer ?? "" } : does.options;
    const action = does.action === "tarpit" ? "block" : does.action;
    const place = applies.length === 0 ? "page" : (placeByTag[applies[0] ?? ""] ?? "step");
    const how = JSON.stringify({ [action]: options });
    found.set(`${how} ${place}`, { pack, how, place });
  }
  return [...found.values()];
}

/** @returns The classifier's AUC and what told most. */
async function run({ how, place }: Trial): Promise<{ readonly auc: number; readonly by: string }> {
  const rig = await openTelegraphRig(how, { place: telegraphPlaces[place] });
  const organic: Observation[] = [];
  const stopped: Observation[] = [];
  const some = (kind: "organic" | "stopped"): Promise<readonly Observation[]> =>
    Promise.all(Array.from({ length: atOnce }, () => rig.observe(kind)));
  try {
    for (let i = 0; i < learnFirst; i += atOnce) await some("organic");
    // In turns, so that a busy moment makes both late.
    while (stopped.length < pairs) {
      organic.push(...(await some("organic")));
      stopped.push(...(await some("stopped")));
    }
  } finally {
    await rig.close();
  }
  const timed = (rows: readonly Observation[]) => (isQuiet ? rows : rows.map((row) => ({ ...row, ms: 0 })));
  const { auc, by } = tellApart(timed(organic), timed(stopped), 11);
  return { auc, by: by[0] ?? "" };
}

const results: { readonly pack: string; readonly place: string; readonly how: string; readonly auc: number }[] = [];
const measured = new Map<string, { readonly auc: number; readonly by: string }>();
for (const pack of packNames().filter((name) => name === (option("--pack") ?? name))) {
  for (const trial of trialsOf(pack, readPacks([pack]))) {
    const key = `${trial.how} ${trial.place}`;
    // Packs that answer alike on the same kind of place are one measurement.
    const found = measured.get(key) ?? (await run(trial));
    measured.set(key, found);
    results.push({ pack, place: trial.place, how: trial.how, auc: Number(found.auc.toFixed(3)) });
    const verdict = found.auc <= aucMaxDefault ? "ok" : `tells by ${found.by}`;
    console.log(`${pack.padEnd(30)}${trial.place.padEnd(7)}${trial.how.padEnd(34)}${found.auc.toFixed(3)}  ${verdict}`);
  }
}
const worst = Math.max(...results.map(({ auc }) => auc));
const passed = worst <= aucMaxDefault;
console.log(
  JSON.stringify({
    bench: "lint",
    packs: new Set(results.map(({ pack }) => pack)).size,
    ways: results.length,
    measured: measured.size,
    pairs,
    worstAuc: worst,
    aucMax: aucMaxDefault,
    withTime: isQuiet,
    passed,
  }),
);
process.exit(passed ? 0 : 1);
