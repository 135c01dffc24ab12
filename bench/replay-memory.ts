import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

/**
 * Memory and cost per line of a long replay: a generated log is piped through the built package, detection on, and the
 * peak resident memory and CPU are read from GNU time. A short run of the same density (lines per client) stands
 * beside it, so that "flat" is a ratio of one machine with itself.
 *
 *     npm run bench:replay-memory -- --lines 50000000 --clients 1000000
 */
const { values } = parseArgs({
  options: {
    lines: { type: "string", default: "50000000" },
    clients: { type: "string", default: "1000000" },
    short: { type: "string", default: "1000000" },
  },
});

interface Figure {
  readonly lines: number;
  readonly clients: number;
  readonly memoryMb: number;
  readonly microsPerLine: number;
}

/** @param startSeconds CPU that the program takes before its first line; taken off. */
async function measure(lines: number, clients: number, startSeconds: number): Promise<Figure> {
  const folder = mkdtempSync(join(tmpdir(), "gait-bench-"));
  const report = join(folder, "time.txt");
  try {
    const generator = spawn(
      process.execPath,
      ["bench/generate-log.ts", "--lines", String(lines), "--clients", String(clients)],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const replay = spawn(
      "/usr/bin/time",
      ["-f", "%U %S %M", "-o", report, process.execPath, "bin/gait.js", "replay", "-", "--json"],
      { stdio: [generator.stdout, "ignore", "inherit"] },
    );
    const code = await new Promise<number | null>((done) => replay.on("close", done));
    if (code !== 0) throw new Error(`replay of ${lines} lines ended with ${code}, expected 0`);
    const [user = 0, system = 0, kilobytes = 0] = readFileSync(report, "utf8").trim().split(" ").map(Number);
    return {
      lines,
      clients,
      memoryMb: Math.round(kilobytes / 1000),
      microsPerLine: Math.round(((user + system - startSeconds) * 1e8) / lines) / 100,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const lines = Number(values.lines);
const clients = Number(values.clients);
const short = Math.min(lines, Number(values.short));
if (spawnSync("npm", ["run", "--silent", "build"], { stdio: "inherit" }).status !== 0) throw new Error("build failed");
const startSeconds = (await measure(1, 1, 0)).microsPerLine / 1e6;
const figures = [
  await measure(short, Math.max(1, Math.round((clients * short) / lines)), startSeconds),
  await measure(lines, clients, startSeconds),
] as const;
for (const { lines: count, clients: many, memoryMb, microsPerLine } of figures)
  process.stdout.write(
    `${count} lines of ${many} clients: ${memoryMb} MB at most, ${microsPerLine} us of CPU a line\n`,
  );
const flatness = Math.round((100 * figures[1].microsPerLine) / figures[0].microsPerLine) / 100;
process.stdout.write(
  `${JSON.stringify({
    bench: "replay-memory",
    figures,
    goals: [
      { name: "memoryMb", value: figures[1].memoryMb, target: 512, met: figures[1].memoryMb <= 512 },
      { name: "costPerLineOverShortRun", value: flatness, target: 1.2, met: flatness <= 1.2 },
    ],
  })}\n`,
);
