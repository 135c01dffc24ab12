import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { passwordOf, userName } from "../world/platform.ts";
import { type Finished, runProgram } from "../world/processes.ts";
import type { Campaign, CampaignWorld } from "./campaign.ts";
import { chromeAgents } from "./headers.ts";

/** A program from Debian that brings its own behaviour: what it is started with, and what it calls a success. */
interface Program {
  readonly name: string;
  readonly label: string;
  readonly command: string;
  /** What the package is called where the command is missing. */
  readonly from: string;
  readonly start: (
    base: string,
    scale: number,
    home: string,
  ) => { readonly args: readonly string[]; readonly input?: string };
  readonly sent: (scale: number) => number;
  readonly succeeded: (done: Finished) => number;
  /** Codes with which the program ends when all went well. */
  readonly ends: readonly number[];
  /** Ended after so long, which is no error then. */
  readonly secondsMax?: number;
}

const agent = chromeAgents[9] as string;
const tools = join(import.meta.dirname, "..", "tools");

const paths = [
  "admin",
  "backup.zip",
  ".git/config",
  ".env",
  "wp-login.php",
  "phpinfo.php",
  "server-status",
  "old",
  "test",
  "db.sql",
];

function wordList(scale: number): readonly string[] {
  return Array.from({ length: Math.round(12 * scale) }, (_, i) =>
    paths.map((word) => (i === 0 ? word : `${word}.${i}`)),
  ).flat();
}

const guesses = 40;

const programs: readonly Program[] = [
  {
    name: "path fuzzing by ffuf",
    label: "OAT-014",
    command: "ffuf",
    from: "ffuf",
    start: (base, scale) => ({
      args: ["-w", "-", "-u", `${base}/FUZZ`, "-t", "2", "-p", "0.02", "-s", "-H", `User-Agent: ${agent}`],
      input: `${wordList(scale).join("\n")}\n`,
    }),
    sent: (scale) => wordList(scale).length,
    succeeded: ({ stdout }) => stdout.trim().split("\n").filter(Boolean).length,
    ends: [0],
  },
  {
    name: "path fuzzing by wfuzz",
    label: "OAT-014",
    command: "wfuzz",
    from: "wfuzz",
    start: (base, scale) => ({
      args: [..."-z stdin --hc 404,403,429 -t 2 -s 0.02 -H".split(" "), `User-Agent: ${agent}`, `${base}/FUZZ`],
      input: `${wordList(scale).slice(0, 60).join("\n")}\n`,
    }),
    sent: (scale) => Math.min(60, wordList(scale).length),
    succeeded: ({ stdout }) => stdout.split("\n").filter((line) => /^\d+:\s+C=200/.test(line)).length,
    ends: [0, 1],
  },
  {
    name: "password cracking by hydra",
    label: "OAT-007",
    command: "hydra",
    from: "hydra",
    start: (base) => ({
      args: [
        ...["-l", userName(3), "-P", "-", "-t", "2", "-I", "-s", new URL(base).port, "127.0.0.1", "https-post-form"],
        "/login:user=^USER^&password=^PASS^:F=Wrong",
      ],
      input: "",
    }),
    sent: () => guesses,
    succeeded: ({ stdout }) => stdout.split("\n").filter((line) => line.includes("password: ")).length,
    // A refusal by 401 it takes for another way of logging in, and tries the same again until it is ended.
    ends: [0, 1, 255],
    secondsMax: 15,
  },
  {
    name: "mirror by wget",
    label: "OAT-011",
    command: "wget",
    from: "wget",
    start: (base, _scale, home) => ({
      args: [
        ..."-q -r -l 2 -nv --no-check-certificate --wait 0.05 -e robots=off --tries 1 -Q 400k -P".split(" "),
        home,
        "-U",
        agent,
        `${base}/products`,
      ],
    }),
    sent: () => 0,
    succeeded: ({ stderr }) => stderr.split("\n").filter((line) => line.includes(" URL:")).length,
    // 8: the server refused something, as it should.
    ends: [0, 4, 8],
  },
  {
    name: "product spider by scrapy",
    label: "OAT-011",
    command: "scrapy",
    from: "python3-scrapy",
    start: (base, scale) => ({
      args: [
        "runspider",
        join(tools, "spider.py"),
        ...["-a", `base=${base}`, "-s", `CLOSESPIDER_PAGECOUNT=${Math.round(60 * scale)}`, "-s", `USER_AGENT=${agent}`],
      ],
    }),
    sent: (scale) => Math.round(60 * scale),
    succeeded: ({ stdout }) => Number(/ITEMS (\d+)/.exec(stdout)?.[1] ?? 0),
    ends: [0],
  },
  {
    name: "price feed by Java",
    label: "OAT-011",
    command: "java",
    from: "default-jdk-headless",
    start: (base, scale) => ({ args: [join(tools, "PriceFeed.java"), base, String(Math.round(60 * scale))] }),
    sent: (scale) => Math.round(60 * scale),
    succeeded: ({ stdout }) => Number(/ANSWERED (\d+)/.exec(stdout)?.[1] ?? 0),
    ends: [0],
  },
];

async function runOne(
  program: Program,
  { front, addresses, signal, scale }: CampaignWorld,
): ReturnType<Campaign["run"]> {
  const { name, command, from } = program;
  const player = { name, side: "attack", campaign: name } as const;
  const door = await front.door(player, { address: () => addresses.hosting(), per: "session" });
  if (signal.aborted) return [];
  const home = mkdtempSync(join(tmpdir(), "gait-arena-program-"));
  try {
    const { args, input = "" } = program.start(door.url, scale, home);
    const done = await runProgram(command, withList(args, home), {
      input,
      timeoutMs: (program.secondsMax ?? 90) * 1_000,
      cwd: home,
    });
    if (done.code === 127) throw new Error(`${command} is missing: apt-get install ${from}`);
    if (!program.ends.includes(done.code))
      throw new Error(`${command} ended with ${done.code}: ${(done.stderr || done.stdout).slice(-300)}`);
    const succeeded = program.succeeded(done);
    return [{ knob: "as it is", tool: command, sent: program.sent(scale) || succeeded, succeeded }];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** hydra reads its passwords from a file alone. */
function withList(args: readonly string[], home: string): readonly string[] {
  const at = args.indexOf("-P");
  if (at < 0 || args[at + 1] !== "-") return args;
  const file = join(home, "passwords.txt");
  const list = Array.from({ length: guesses - 1 }, (_, i) => `summer${2_000 + i}`);
  writeFileSync(file, `${[...list, passwordOf(userName(3))].join("\n")}\n`);
  return args.with(at + 1, file);
}

/** Programs that bring their own behaviour: fuzzers, a password cracker, mirrors and spiders. */
export const programCampaigns: readonly Campaign[] = programs.map(
  (program): Campaign => ({ name: program.name, label: program.label, run: (world) => runOne(program, world) }),
);
