/**
 * Measures the login detectors on sessions with known attack tools (counters only; README.md of the data folder). Each
 * session's counters are written into a feature row by replaying them as exchanges, so that the same features,
 * detectors and score judge them as judge live traffic. "Normal" rows that are flagged are listed: some are scanners.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Exchange, readTrace } from "#core";
import { createEngine } from "#engine";

const file = join(process.env.GAIT_DATA ?? "../shared/data", "kosletr_sessions", "sessions_all.pseudo.csv");

interface Session {
  readonly behaviour: string;
  readonly ip: string;
  readonly logins: number;
  readonly posts: number;
  readonly requests: number;
  readonly failures: number;
  readonly durationMs: number;
}

function readSessions(): Session[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .slice(1)
    .filter((line) => line.includes(","))
    .map((line) => {
      const [, , behaviour = "", ip = "", , logins, posts, requests, failures, durationMs] = line.split(",");
      return {
        behaviour,
        ip,
        logins: Number(logins),
        posts: Number(posts),
        requests: Number(requests),
        failures: Number(failures),
        durationMs: Number(durationMs),
      };
    });
}

/**
 * The session as a trace. Only its counters and its duration are known, so requests are spaced evenly, logins are
 * spread evenly among them, and the refused logins come first.
 */
function exchangesOf(session: Session): Exchange[] {
  const failed = Math.min(session.logins, session.failures);
  const total = Math.max(session.requests, session.logins);
  const lines: string[] = [];
  let logins = 0;
  for (let i = 0; i < total; i++) {
    const due = total === 1 ? session.logins : 1 + Math.floor((i * (session.logins - 1)) / (total - 1));
    if (session.logins > 0 && logins < due) lines.push(`POST /login ${logins++ < failed ? 401 : 200}`);
    else lines.push(i < session.posts ? "POST /api/data 200" : "GET /api/data 200");
  }
  const gap = session.durationMs / 1000 / Math.max(1, total - 1);
  const trace = lines.map((line, i) => (i === 0 ? `@${session.ip} ${line}` : `+${gap.toFixed(3)} ${line}`));
  return readTrace(trace.join("\n"));
}

/** Detectors that speak about guessing credentials. */
const crackingDetectors = new Set(["auth-failures", "auth-speed", "auth-spread"]);

function isCracking(session: Session): boolean {
  const engine = createEngine({ limits: { sessionsMax: 16, clientsMax: 16, addressesMax: 16, pathCacheMax: 16 } });
  for (const exchange of exchangesOf(session)) engine.exchange(exchange);
  for (const view of engine.clients()) {
    const verdict = view.verdict();
    const cracking = verdict.signals.some((signal) => crackingDetectors.has(signal.detector));
    if (verdict.kind === "automated" && cracking) return true;
  }
  return false;
}

if (!existsSync(file)) {
  console.error(`bench:logins needs ${file}; set GAIT_DATA to the data folder`);
  process.exit(1);
}
const sessions = readSessions();
const flagged = sessions.filter(isCracking);
const attacks = sessions.filter((session) => session.behaviour === "hydra");
const hits = flagged.filter((session) => session.behaviour === "hydra").length;
const wrong = flagged.filter((session) => session.behaviour === "Normal");
const otherTools = flagged.length - hits - wrong.length;
console.log(
  `${attacks.length} password-cracking sessions (hydra), ${hits} found; ${otherTools} sessions of other attack tools that also guess logins`,
);
for (const session of wrong)
  console.log(
    `  flagged although labelled Normal: ${session.ip}, ${session.logins} logins, ${session.failures} refused, ${session.requests} requests`,
  );
for (const session of attacks.filter((one) => !flagged.includes(one)))
  console.log(
    `  missed: ${session.logins} logins, ${session.failures} refused, ${session.requests} requests in ${session.durationMs} ms`,
  );
console.log(
  JSON.stringify({
    bench: "logins",
    recall: hits / attacks.length,
    precision: hits / Math.max(1, hits + wrong.length),
    flaggedNormal: wrong.length,
  }),
);
