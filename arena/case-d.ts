/**
 * Case D as a script: an application that nothing protects is being taken over; it is routed through Gait, tagged, held to the standing
 * policies and tuned by one fingerprint policy, with the minutes on the wall. Then its second scene: accounts are entered with their own
 * passwords, and what would lose them is held. Exit code 1 where fewer than nine in ten log-ins of the attackers are stopped at the end, also
 * after they retooled, more than one account in ten is lost, or a person is stopped.
 *
 *     npm run case:d [-- --watch 20] [-- --seed 3]     three to four minutes
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runHold } from "./takeover/run-hold.ts";
import { runTakeover } from "./takeover/run-takeover.ts";
import { clock } from "./takeover/story.ts";

const { values } = parseArgs({
  options: { watch: { type: "string", default: "15" }, seed: { type: "string", default: "1" } },
});
const directory = mkdtempSync(join(tmpdir(), "gait-case-d-"));
try {
  const result = await runTakeover({
    seed: Number(values.seed),
    directory,
    watchSeconds: Number(values.watch),
    say: (line) => console.log(line),
  });
  console.log("\n time   step, and what happened under it");
  for (const { name, atSeconds, tried, stopped, takenOver, people, peopleStopped } of result.steps)
    console.log(
      `${clock(atSeconds)}   ${name}: ${stopped} of ${tried} log-ins stopped, ${takenOver} accounts taken over; ${peopleStopped} of ${people} requests of people stopped`,
    );
  const hold = await runHold({ seed: Number(values.seed), directory: join(directory, "hold"), say: console.log });
  console.log(
    `Intruders logged in to ${hold.takenLogins} accounts and asked for ${hold.takenSteps} changes of address: ${hold.takenStepsStopped} were stopped, ${hold.lost} accounts lost, ${hold.listedTaken} listed for a reset; of owners' own changes ${hold.ownerStepsStopped} of ${hold.ownerSteps} were stopped`,
  );
  const kept = hold.lost <= 0.1 * hold.takenLogins && hold.ownerStepsStopped === 0;
  const won = kept && result.stoppedAtLast >= 0.9 && result.retoolStopped >= 0.9 && result.peopleStopped === 0;
  const { said: _, ...told } = result;
  console.log(JSON.stringify({ version: 1, won, ...told, hold }));
  process.exitCode = won ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
process.exit();
