import { poolSeeds } from "./pool-seeds.ts";
import type { PhaseReport, RunReport } from "./run-report.ts";

/** Prints a run's tables for people. */
export function printReport(report: RunReport): void {
  console.log(`\nArena, seed ${report.seed}, ${report.full ? "full" : "quick"}, ${report.date}`);
  console.log(
    `${report.observe.requests} requests observed in ${report.observe.seconds.toFixed(0)} s, ${report.enforce.requests} with enforcement in ${report.enforce.seconds.toFixed(0)} s`,
  );
  for (const absent of new Set([...report.observe.absent, ...report.enforce.absent])) console.log(`Absent: ${absent}`);
  const { past, retooling, toldApart, economics } = report;
  if (past !== null)
    console.log(
      `Before them ${past.days} days: ${past.visits} visits, ${past.requests} requests, ${past.stoppedRequests} stopped, lived in ${past.seconds.toFixed(0)} s`,
    );
  console.log("\nThe four cases");
  for (const { name, text, won } of report.cases)
    console.log(`  ${name} ${won === null ? "open  " : won ? "won   " : "missed"} ${text}`);
  console.log("\nAttacks, enforced");
  printCampaigns(report.enforce);
  console.log(
    `\nA reactive adversary: ${retooling.experiments} experiments, mostly stopped from the ${retooling.firstStopped ?? "never"}th on; ${retooling.succeededAfter} of ${retooling.sentAfter} came through after it${retooling.cameThrough.length === 0 ? "" : ` (${retooling.cameThrough.join("; ")})`}`,
  );
  console.log(
    `Told from the application's own refusals: ${toldApart.auc === null ? "nothing to compare" : `AUC ${toldApart.auc.toFixed(3)} by ${toldApart.feature}`} (blocks are plain; deception is measured by npm run bench:deception)`,
  );
  console.log(
    `What it cost: ${economics.attackRequests} attack requests, ${economics.reached} reached the application (${(100 * economics.spared).toFixed(1)} % spared, $${economics.dollarsPerMillionSpared} a million at case B's price), ${economics.requestsPerSuccess?.toFixed(1) ?? "–"} requests a success`,
  );
  for (const row of report.displacement)
    console.log(
      `Convicted sessions met ${row.answer}: the adversary changed something ${row.changes} times in ${row.experiments} experiments, ${(100 * row.moved).toFixed(0)} % of the log-ins moved to another door, ${row.reached} of ${row.sent} reached the application, ${row.inHoneypot} the honeypot`,
    );
  for (const missing of report.notMeasured) console.log(`Not measured: ${missing}`);
  console.log("\nPeople, both runs");
  for (const [name, phase] of [
    ["observe", report.observe],
    ["enforce", report.enforce],
  ] as const)
    printPeople(name, phase);
  console.log("\nOn the same traffic, what each would have refused");
  for (const peer of report.peers) {
    const recall = ((100 * peer.attackRefused) / Math.max(1, peer.attackRequests)).toFixed(1);
    console.log(
      `  ${peer.peer.padEnd(20)} ${recall.padStart(5)} % of ${peer.attackRequests} attack requests; ${peer.peopleRefused} of ${peer.peopleRequests} requests of people, in ${peer.peopleSessionsRefused} sessions; at no person refused: ${peer.peopleSessionsRefused === 0 ? `${recall} %` : "nothing"}`,
    );
  }
  printOffline(report.offline);
}

/** How far `gait replay` agrees with the inline door on the same traffic. */
export function printOffline(offline: RunReport["offline"]): void {
  console.log("\nThe same traffic offline (gait replay)");
  for (const each of offline)
    console.log(
      `  ${each.trace}: ${each.agree} of ${each.addresses} addresses alike, ${each.inlineOnly} seen only inline (${counts(each.inlineOnlyOf)}), ${each.offlineOnly} only offline (${each.peopleOfflineOnly} people): ${each.why}`,
    );
}

/** Several seeds together: spreads, and people's harm with the bound of all of them. */
export function printSeeds(reports: readonly RunReport[], leftOut: readonly number[]): void {
  if (reports.length + leftOut.length < 2) return;
  console.log(`\n${reports.length} seeds together`);
  for (const { name, text } of poolSeeds(reports)) console.log(`  ${name}: ${text}`);
  if (leftOut.length > 0)
    console.log(`  left out, because it would not have ended within the hour: seed ${leftOut.join(", ")}`);
}

function counts(of: Readonly<Record<string, number>>): string {
  return (
    Object.entries(of)
      .map(([name, count]) => `${name} ${count}`)
      .join(", ") || "nobody"
  );
}

/** One phase alone. */
export function printPhase(phase: PhaseReport): void {
  printCampaigns(phase);
  printPeople("", phase);
}

function printCampaigns({ campaigns, attempts }: PhaseReport): void {
  for (const { campaign, label, players, requests, stopped, afterConviction } of campaigns) {
    const after =
      afterConviction.requests === 0
        ? "never"
        : `${((100 * afterConviction.stopped) / afterConviction.requests).toFixed(1)} %`;
    console.log(`  ${label.padEnd(8)} ${campaign}: ${stopped} of ${requests} stopped, after the first ${after}`);
    for (const player of players) {
      const first =
        player.firstStopped === null
          ? "never"
          : `at request ${player.firstStopped.request}, ${player.firstStopped.seconds.toFixed(1)} s`;
      const seen = attempts[campaign]?.find(({ knob }) => player.player.endsWith(knob));
      const belief = seen === undefined ? "" : `; to them ${seen.succeeded} of ${seen.sent} succeeded`;
      console.log(
        `             ${player.player}: ${player.stoppedRequests} of ${player.requests} stopped, first ${first}; called a program ${(100 * player.called).toFixed(0)} %; of what it posted ${player.stoppedPosts} of ${player.posts}${belief}`,
      );
    }
  }
}

function printPeople(name: string, { people, failedVisits, convictions }: PhaseReport): void {
  console.log(`  ${name.padEnd(8)} cohorts convicted at the end: ${counts(convictions)}`);
  for (const persona of people)
    console.log(
      `  ${name.padEnd(8)} ${persona.persona.padEnd(26)} stopped ${persona.stoppedSessions} of ${persona.sessions} sessions (95 % bound ${(100 * persona.bound).toFixed(1)} %), ${persona.stoppedRequests} of ${persona.requests} requests (${(100 * persona.requestBound).toFixed(1)} %), ${persona.stoppedPeople} of ${persona.people} people (${(100 * persona.peopleBound).toFixed(1)} %); ${persona.calledSessions} sessions called a program`,
    );
  if (failedVisits.length > 0)
    console.log(
      `  ${name.padEnd(8)} ${failedVisits.length} visits failed in the browser: ${failedVisits.slice(0, 3).join("; ")}`,
    );
}
