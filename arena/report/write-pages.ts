import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import type { RunReport } from "./run-report.ts";

/** Writes docs/accuracy.md and docs/performance.md from a run. */
export function writePages(reports: readonly RunReport[], docs: string): void {
  const head = `Written by \`npm run arena -- --docs\`${reports[0]?.full === true ? " (with `--full`)" : ""} on ${reports[0]?.date.slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} cores of ${cpus()[0]?.model.trim() ?? "an unknown processor"}. Run it again: real programs and a real network make no two runs alike.`;
  writeFileSync(join(docs, "accuracy.md"), `# Accuracy\n\n${head}\n\n${reports.map(accuracy).join("\n")}`);
  writeFileSync(join(docs, "performance.md"), `# Performance\n\n${head}\n\n${reports.map(performancePart).join("\n")}`);
}

const percent = (part: number, of: number): string => (of === 0 ? "–" : `${((100 * part) / of).toFixed(1)} %`);

function accuracy(report: RunReport): string {
  return `${[
    `## Seed ${report.seed}`,
    "",
    "### The four cases",
    "",
    "| case | result | |",
    "|---|---|---|",
    ...report.cases.map(
      ({ name, text, won }) => `| ${name} | ${won === null ? "open" : won ? "won" : "**missed**"} | ${text} |`,
    ),
    "",
    "### On the same traffic",
    "",
    "Nothing was stopped in this run; each defence says what it would have refused.",
    "",
    "| defence | attack requests refused | people's requests refused | people's sessions touched |",
    "|---|---|---|---|",
    ...report.peers.map(
      (peer) =>
        `| ${peer.peer} | ${percent(peer.attackRefused, peer.attackRequests)} of ${peer.attackRequests} | ${peer.peopleRefused} of ${peer.peopleRequests} | ${peer.peopleSessionsRefused} |`,
    ),
    "",
    bars(report),
    "### Attacks, enforced",
    "",
    "| campaign | player | requests | stopped | first stopped at | called a program |",
    "|---|---|---|---|---|---|",
    ...report.enforce.campaigns.flatMap(({ campaign, players }) =>
      players.map(
        (player) =>
          `| ${campaign} | ${player.player} | ${player.requests} | ${percent(player.stoppedRequests, player.requests)} | ${player.firstStopped === null ? "never" : `request ${player.firstStopped.request}`} | ${(100 * player.called).toFixed(0)} % |`,
      ),
    ),
    "",
    "### People, in real Chromium",
    "",
    "| run | persona | sessions | stopped | upper 95 % bound | called a program |",
    "|---|---|---|---|---|---|",
    ...(["observe", "enforce"] as const).flatMap((run) =>
      report[run].people.map(
        (persona) =>
          `| ${run} | ${persona.persona} | ${persona.sessions} | ${persona.stoppedSessions} | ${(100 * persona.bound).toFixed(1)} % | ${persona.calledSessions} |`,
      ),
    ),
    "",
    "### The same traffic from its log",
    "",
    `Replayed in the combined form, ${report.offline.agree} of ${report.offline.addresses} addresses are called alike; ${report.offline.inlineOnly} only inline, ${report.offline.offlineOnly} only offline, ${report.offline.peopleOfflineOnly} of these people. The difference: ${report.offline.why}.`,
  ].join("\n")}\n`;
}

/** Attack refused by each defence, as a picture that needs nothing but text. */
function bars({ peers }: RunReport): string {
  const rows = peers.map(({ peer, attackRefused, attackRequests }) => {
    const share = attackRefused / Math.max(1, attackRequests);
    return `${peer.padEnd(20)} ${"█".repeat(Math.round(share * 40)).padEnd(40, "·")} ${(100 * share).toFixed(1)} %`;
  });
  return `\`\`\`text\n${rows.join("\n")}\n\`\`\`\n`;
}

function performancePart({ seed, summary, observe, enforce }: RunReport): string {
  return `${[
    `## Seed ${seed}`,
    "",
    "The gateway as a whole process, TLS and HTTP/2 in front, logs on, Chromium and everything else on the same cores.",
    "",
    "| run | requests | CPU per request | most memory |",
    "|---|---|---|---|",
    `| observe | ${observe.requests} | ${((1e6 * observe.cpuSeconds) / Math.max(1, observe.requests)).toFixed(0)} µs | ${observe.peakMb.toFixed(0)} MB |`,
    `| enforce | ${enforce.requests} | ${summary.microsecondsPerRequest.toFixed(0)} µs | ${enforce.peakMb.toFixed(0)} MB |`,
    "",
    "Start-up and connection set-up are in these figures, so they say what such traffic costs, not what a request costs at load: `npm run bench:edge` measures that beside its peers.",
  ].join("\n")}\n`;
}
