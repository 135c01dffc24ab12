import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { crowdsecHome, crowdsecHub } from "./crowdsec-home.ts";
import { generateLines } from "./generate-log.ts";

/**
 * Replays one generated log, detection on, beside GoAccess, CrowdSec, fail2ban-regex and `wc -l`, each on the same
 * one core in the same run, and prints CPU seconds (user + system, which other people's work on the machine
 * disturbs least), lines per CPU second and ratios. The slow peers get the first lines of the same file. Each figure
 * is the best of `--rounds`. A peer that is not installed is named as absent, never guessed.
 *
 *     npm run bench:replay -- --lines 1000000 --rounds 2
 */
const { values } = parseArgs({
  options: {
    lines: { type: "string", default: "4000000" },
    clients: { type: "string", default: "80000" },
    rounds: { type: "string", default: "2" },
    core: { type: "string", default: "0" },
    peers: { type: "string", default: "wc,goaccess,fail2ban,crowdsec" },
  },
});
const lines = Number(values.lines);
const rounds = Number(values.rounds);
const folder = mkdtempSync(join(tmpdir(), "gait-bench-"));

interface Run {
  readonly name: string;
  readonly lines: number;
  readonly command: readonly string[];
  /** Seconds of CPU that the program needs before its first line, measured on an empty run and taken off. */
  readonly startSeconds?: number;
}

interface Figure {
  readonly name: string;
  readonly lines: number;
  readonly cpuSeconds: number;
  readonly rssMb: number;
  readonly linesPerCpuSecond: number;
}

function writeLog(name: string, count: number): string {
  const path = join(folder, name);
  const file = openSync(path, "w");
  let pending: string[] = [];
  let left = count;
  for (const line of generateLines({ lines, clients: Number(values.clients), seed: 1 })) {
    if (left-- <= 0) break;
    pending.push(line);
    if (pending.length < 8192) continue;
    writeSync(file, pending.join(""));
    pending = [];
  }
  writeSync(file, pending.join(""));
  closeSync(file);
  return path;
}

/** CPU seconds and peak resident memory of one command on one core, by GNU time. */
function measure(command: readonly string[]): { cpuSeconds: number; rssMb: number } {
  const report = join(folder, "time.txt");
  const ran = spawnSync("taskset", ["-c", values.core, "/usr/bin/time", "-f", "%U %S %M", "-o", report, ...command], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  if (ran.status !== 0) throw new Error(`${command.join(" ")} ended with ${ran.status}: ${ran.stderr}`);
  const [user = 0, system = 0, kilobytes = 0] = (readFileSync(report, "utf8").trim().split("\n").at(-1) ?? "")
    .split(" ")
    .map(Number);
  return { cpuSeconds: user + system, rssMb: kilobytes / 1024 };
}

function figureOf({ name, lines: count, command, startSeconds = 0 }: Run): Figure {
  let best = { cpuSeconds: Number.POSITIVE_INFINITY, rssMb: 0 };
  for (let round = 0; round < rounds; round++) {
    const found = measure(command);
    if (found.cpuSeconds < best.cpuSeconds) best = found;
  }
  const cpuSeconds = Math.max(0.001, best.cpuSeconds - startSeconds);
  return { name, lines: count, cpuSeconds, rssMb: best.rssMb, linesPerCpuSecond: Math.round(count / cpuSeconds) };
}

function installed(program: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
}

function fail2banFilter(): string {
  const path = join(folder, "filter.conf");
  writeFileSync(
    path,
    '[Definition]\nfailregex = ^<HOST> \\S+ \\S+ \\[[^\\]]*\\] "[A-Z]+ \\S+ HTTP/[\\d.]+" 40[13] \ndatepattern = %%d/%%b/%%Y:%%H:%%M:%%S %%z\n',
  );
  return path;
}

/** The peers that are installed; the others are named. */
function peerRuns(log: string): Run[] {
  const wanted = new Set(values.peers.split(","));
  const runs: Run[] = [];
  if (wanted.has("wc")) runs.push({ name: "wc -l", lines, command: ["wc", "-l", log] });
  if (wanted.has("goaccess")) {
    if (installed("goaccess"))
      runs.push({
        name: "goaccess",
        lines,
        command: ["goaccess", log, "--log-format=COMBINED", "--no-global-config", "-o", join(folder, "goaccess.json")],
      });
    else process.stdout.write("goaccess is not installed: apt-get install goaccess\n");
  }
  if (wanted.has("fail2ban")) {
    const count = Math.min(lines, 30_000);
    if (installed("fail2ban-regex"))
      runs.push({
        name: "fail2ban-regex",
        lines: count,
        command: ["fail2ban-regex", writeLog("fail2ban.log", count), fail2banFilter()],
      });
    else process.stdout.write("fail2ban-regex is not installed: apt-get install fail2ban\n");
  }
  if (wanted.has("crowdsec")) {
    const count = Math.min(lines, 3_000);
    if (installed("crowdsec") && existsSync(crowdsecHub)) {
      const config = crowdsecHome(folder);
      const command = (path: string): string[] => [
        "crowdsec",
        "-c",
        config,
        "-dsn",
        `file://${path}`,
        "-type",
        "nginx",
      ];
      const startSeconds = measure(command(writeLog("one.log", 1))).cpuSeconds;
      runs.push({ name: "crowdsec", lines: count, command: command(writeLog("crowdsec.log", count)), startSeconds });
    } else process.stdout.write("crowdsec is not installed: apt-get install crowdsec\n");
  }
  return runs;
}

function main(): void {
  const log = writeLog("access.log", lines);
  // The package as it is installed, built from this tree: sources would be stripped of their types at every start.
  if (spawnSync("npm", ["run", "--silent", "build"], { stdio: "inherit" }).status !== 0)
    throw new Error("the build failed");
  const gait = ["node", "bin/gait.js", "replay", log];
  const runs: Run[] = [{ name: "gait replay", lines, command: gait }, ...peerRuns(log)];
  const figures = runs.map(figureOf);
  const own = figures[0] as Figure;
  process.stdout.write(
    `${lines} lines, ${values.clients} clients, core ${values.core} of ${cpus()[0]?.model ?? "?"}, best of ${rounds}\n`,
  );
  for (const figure of figures) {
    const ratio = own.linesPerCpuSecond / figure.linesPerCpuSecond;
    process.stdout.write(
      `${figure.name.padEnd(16)} ${String(figure.lines).padStart(9)} lines  ${figure.cpuSeconds.toFixed(2).padStart(7)} CPU s  ${String(figure.linesPerCpuSecond).padStart(10)} lines/s  ${figure.rssMb.toFixed(0).padStart(5)} MB  gait is ${ratio.toFixed(2)} x\n`,
    );
  }
  const goaccess = figures.find((figure) => figure.name === "goaccess");
  process.stdout.write(
    `${JSON.stringify({
      bench: "replay",
      lines,
      clients: Number(values.clients),
      figures,
      overGoAccess:
        goaccess === undefined ? null : Math.round((100 * own.linesPerCpuSecond) / goaccess.linesPerCpuSecond) / 100,
      goal: 5,
    })}\n`,
  );
}

try {
  main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
