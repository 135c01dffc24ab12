import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { drawPeers, drawRetooling } from "./pictures.ts";
import { poolSeeds } from "./pool-seeds.ts";
import type { RunReport } from "./run-report.ts";

/** Writes docs/accuracy.md and docs/performance.md from a run. */
export function writePages(reports: readonly RunReport[], docs: string): void {
  const head = `Written by \`npm run arena -- --docs\`${reports[0]?.full === true ? " (with `--full`)" : ""} on ${reports[0]?.date.slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} cores of ${cpus()[0]?.model.trim() ?? "an unknown processor"}, ${(totalmem() / 2 ** 30).toFixed(0)} GB, load averages ${reports.map(({ load }) => load[2]?.toFixed(1)).join(", ")} over the last quarter of an hour of each seed, other work on the machine included. Run it again: real programs and a real network make no two runs alike.`;
  const last = reports.at(-1);
  if (last !== undefined) {
    writeFileSync(join(docs, "arena-peers.svg"), drawPeers(last.peers));
    writeFileSync(join(docs, "arena-retooling.svg"), drawRetooling(last));
  }
  writeFileSync(
    join(docs, "accuracy.md"),
    `# Accuracy\n\n${head}\n\n${pooled(reports)}${reports.map(accuracy).join("\n")}`,
  );
  writeFileSync(join(docs, "performance.md"), `# Performance\n\n${head}\n\n${reports.map(performancePart).join("\n")}`);
}

function pooled(reports: readonly RunReport[]): string {
  if (reports.length < 2) return "";
  const rows = poolSeeds(reports).map(({ name, text }) => `| ${name} | ${text} |`);
  return `## ${reports.length} seeds together\n\n| figure | lowest to highest, or all together |\n|---|---|\n${rows.join("\n")}\n\n`;
}

const bound = (share: number): string => `${(100 * share).toFixed(1)} %`;
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
    "| defence | attack requests refused | people's requests refused | people's sessions touched | recall at no person refused |",
    "|---|---|---|---|---|",
    ...report.peers.map(
      (peer) =>
        `| ${peer.peer} | ${percent(peer.attackRefused, peer.attackRequests)} of ${peer.attackRequests} | ${peer.peopleRefused} of ${peer.peopleRequests} | ${peer.peopleSessionsRefused} | ${peer.peopleSessionsRefused === 0 ? percent(peer.attackRefused, peer.attackRequests) : "–"} |`,
    ),
    "",
    "![Attack requests refused by each defence](arena-peers.svg)",
    "",
    "A recall at no person refused is given where a defence, as set up here, refused nobody; the others have no knob that was turned.",
    "",
    "### Retooling",
    "",
    "![Log-ins of the library stopped, version by version](arena-retooling.svg)",
    "",
    reactive(report),
    "",
    "### What attackers pay, and what they can tell",
    "",
    economy(report),
    "",
    "### Where an attack goes when it is stopped",
    "",
    "The reactive adversary against three ways of answering convicted sessions. It keeps what works, so an answer that looks like the application's own leaves it where it is. `block: { answer: app }` gives the plain refusal until three other clients were refused by the application itself, and in this small world nobody else is: there the second row is the first.",
    "",
    "| convicted sessions meet | experiments | changes of tool or way | log-ins that moved to another door | reached the application | in the honeypot |",
    "|---|---|---|---|---|---|",
    ...report.displacement.map(
      (row) =>
        `| ${row.answer} | ${row.experiments} | ${row.changes} | ${(100 * row.moved).toFixed(0)} % | ${row.reached} of ${row.sent} | ${row.inHoneypot} |`,
    ),
    "",
    "### Attacks, enforced",
    "",
    "| campaign | player | requests | stopped | of what it posted | first stopped at | called a program |",
    "|---|---|---|---|---|---|---|",
    ...report.enforce.campaigns.flatMap(({ campaign, players }) =>
      players.map(
        (player) =>
          `| ${campaign} | ${player.player} | ${player.requests} | ${percent(player.stoppedRequests, player.requests)} | ${player.posts === 0 ? "–" : `${player.stoppedPosts} of ${player.posts}`} | ${player.firstStopped === null ? "never" : `request ${player.firstStopped.request}, ${player.firstStopped.seconds.toFixed(1)} s`} | ${(100 * player.called).toFixed(0)} % |`,
      ),
    ),
    "",
    `Cohorts that stood convicted at the end: ${Object.entries(report.enforce.convictions)
      .map(([grouping, count]) => `${count} by ${grouping}`)
      .join(", ")}.`,
    "",
    "### People",
    "",
    pastWords(report),
    "",
    "In brackets the upper 95 % bound (Clopper and Pearson).",
    "",
    "| run | persona | sessions stopped | requests stopped | people stopped | called a program |",
    "|---|---|---|---|---|---|",
    ...(["observe", "enforce"] as const).flatMap((run) =>
      report[run].people.map(
        (persona) =>
          `| ${run} | ${persona.persona} | ${persona.stoppedSessions} of ${persona.sessions} (${bound(persona.bound)}) | ${persona.stoppedRequests} of ${persona.requests} (${bound(persona.requestBound)}) | ${persona.stoppedPeople} of ${persona.people} (${bound(persona.peopleBound)}) | ${persona.calledSessions} |`,
      ),
    ),
    "",
    "### The same traffic from its log",
    "",
    ...report.offline.map(
      (each) =>
        `- Replayed from its ${each.trace}, ${each.agree} of ${each.addresses} addresses are called alike; ${each.inlineOnly} only inline (${Object.entries(
          each.inlineOnlyOf,
        )
          .map(([name, count]) => `${name} ${count}`)
          .join(
            ", ",
          )}), ${each.offlineOnly} only offline, ${each.peopleOfflineOnly} of these people. The difference: ${each.why}.`,
    ),
    "",
    "`npm run arena -- --traces DIR` keeps a run as logs and as an HTTP archive with its truth; `gait replay DIR/seed-1/observe/trace.har` judges it again.",
  ].join("\n")}\n`;
}

function reactive({ retooling }: RunReport): string {
  const { experiments, firstStopped, survival, sentAfter, succeededAfter, cameThrough } = retooling;
  const curve = survival.map((share) => `${Math.round(100 * share)}`).join(" ");
  return `An adversary that sees only answers and turns one knob at a time (user agent, headers, program, network, pauses, way, jar, path, invisible characters, order) made ${experiments} experiments of six log-ins; most of one was stopped from experiment ${firstStopped ?? "– (never)"} on. After that ${succeededAfter} of ${sentAfter} log-ins were answered by the application. Per cent stopped in each experiment since: ${curve || "–"}. ${cameThrough.length === 0 ? "No change brought them through." : `What brought a batch through: ${cameThrough.join("; ")}.`}`;
}

function economy({ economics, toldApart, notMeasured }: RunReport): string {
  return [
    `- ${economics.attackRequests} attack requests, ${economics.reached} answered by the application: ${(100 * economics.spared).toFixed(1)} % spared, which is $${economics.dollarsPerMillionSpared} a million requests at the price published with case B ($80,000 for 85.9 million).`,
    `- ${economics.requestsPerSuccess === null ? "No success" : `${economics.requestsPerSuccess.toFixed(1)} requests for one success`} in their eyes, over all campaigns.`,
    `- A plain block is told from the application's own refusal ${toldApart.auc === null ? "(nothing to compare in this run)" : `with an area under the curve of ${toldApart.auc.toFixed(3)} by ${toldApart.feature}`}, ${toldApart.stopped} against ${toldApart.organic}: it is meant to be plain. Answers that tell nothing are the deception of policies, measured by \`npm run bench:deception\`.`,
    ...notMeasured.map((each) => `- Not measured: ${each}.`),
  ].join("\n");
}

function pastWords({ past, summary }: RunReport): string {
  const before =
    past === null
      ? "The gateway knew nothing of the site."
      : `Before the runs, ${past.days} days were lived through the gateway: ${past.visits} visits, ${past.requests} requests, ${past.stoppedRequests} of them stopped.`;
  return `${before} In the runs ${summary.peopleSessionsStopped} of ${summary.peopleSessions} sessions of people were stopped (95 % bound ${(100 * summary.peopleBound).toFixed(2)} %); worst: ${summary.worstPersona.persona}, ${summary.worstPersona.stopped} of ${summary.worstPersona.sessions} (bound ${(100 * summary.worstPersona.bound).toFixed(1)} %).`;
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
