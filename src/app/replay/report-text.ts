import { styleText } from "node:util";
import { purposeWords } from "../agents/purpose-words.ts";
import { addressesOf, userAgentsOf } from "./actors.ts";
import { outlookOf } from "./outlook.ts";
import { printable } from "./printable.ts";
import { reasonsOf } from "./reasons.ts";
import type { Replay, TopActor } from "./replay.ts";
import { threatNames, threatsOf } from "./threats.ts";
import { actionWords, count, kindWords, moment, plural, share, span } from "./words.ts";

export interface TextReportOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly colour: boolean;
  /** Logs as they were given, for the next step. */
  readonly logs: readonly string[];
}

const topShown = 10;
const botsShown = 6;
const widthMin = 60;
const widthMax = 120;

type Paint = (style: "bold" | "dim" | "red" | "yellow" | "green" | "cyan", text: string) => string;

/** The report for people: what happened, who, why, what enforcement would have done, what was not read, what next. */
export function renderTextReport(replay: Replay, options: TextReportOptions): string {
  const width = Math.max(widthMin, Math.min(widthMax, options.width));
  const paint: Paint = (style, text) => (options.colour ? styleText(style, text, { validateStream: false }) : text);
  const sections = [
    headline(replay, paint, width),
    whoAsked(replay, paint, width),
    topActors(replay, paint, width),
    declaredBots(replay, paint, width),
    enforcement(replay, paint, width),
    notRead(replay, paint, width),
    nextStep(replay, paint, options.logs),
  ];
  return `${sections
    .filter((section) => section.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function headline({ facts, by, masked }: Replay, paint: Paint, width: number): string[] {
  const formats = [...new Set(facts.files.map((file) => file.format).filter((format) => format !== ""))].join(", ");
  const lines: string[] = [];
  if (facts.interrupted) {
    lines.push(
      paint("yellow", "PARTIAL REPORT: the run was interrupted; everything below is about what was read until then."),
    );
  }
  const range =
    facts.from === null || facts.to === null
      ? ""
      : ` in ${span(facts.to - facts.from)}, ${moment(facts.from)} to ${moment(facts.to)}`;
  const title = wrap(`${plural(facts.parsed, "request")}${range}`, width, "");
  lines.push(...title.map((line) => paint("bold", line)));
  const unit = by === "actor" ? "actors (who belongs together)" : by === "ip" ? "addresses" : "address and user agent";
  const names = facts.files.map((file) => printable(file.name, 60));
  const shown = names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
  lines.push(
    ...wrap(
      `${shown} (${formats}); counted by ${unit}${masked === undefined ? "" : "; user agents hidden"}`,
      width,
      "",
    ).map((line) => paint("dim", line)),
  );
  return lines;
}

function whoAsked({ summary }: Replay, paint: Paint, width: number): string[] {
  const barMax = Math.max(0, width - 61);
  const lines = [
    paint("bold", `${"Who asked".padEnd(26)}${"actors".padStart(10)}${"requests".padStart(13)}${"share".padStart(9)}`),
  ];
  for (const [kind, words] of kindWords) {
    const actors = summary.byKind[kind];
    if (actors === 0) continue;
    const requests = summary.requestsByKind[kind];
    const bar = "█".repeat(Math.round((barMax * requests) / Math.max(1, summary.requests)));
    const colour = kind === "automated" ? "red" : kind === "human" ? "green" : kind === "unknown" ? "dim" : "cyan";
    lines.push(
      `  ${words.padEnd(24)}${count(actors).padStart(10)}${count(requests).padStart(13)}${share(requests, summary.requests).padStart(9)}${bar === "" ? "" : `  ${paint(colour, bar)}`}`,
    );
  }
  return lines;
}

function topActors(replay: Replay, paint: Paint, width: number): string[] {
  const automated = replay.top.filter(({ actor }) => actor.kind === "automated").slice(0, topShown);
  const total = replay.summary.byKind.automated;
  if (automated.length === 0) return [paint("bold", "No undeclared automation was found.")];
  const lines = [
    paint(
      "bold",
      `Automated, undeclared: the ${automated.length === total ? total : `busiest ${automated.length} of ${count(total)}`}  (score 0-100, higher is worse)`,
    ),
  ];
  automated.forEach((top, index) => {
    lines.push(...actorLines(replay, top, { paint, width, number: index + 1 }));
  });
  return lines;
}

/** What comes under its own name: the first question of who drowns in crawlers. */
function declaredBots({ declared, summary }: Replay, paint: Paint, width: number): string[] {
  if (declared.length === 0) return [];
  const names = declared.reduce((sum, { bots }) => sum + bots.length, 0);
  const lines = [paint("bold", `Declared bots: ${plural(names, "name")}  (they say so; a log cannot prove it)`)];
  for (const { purpose, requests, bots } of declared) {
    const head = `  ${purposeWords[purpose].padEnd(20)}${count(requests).padStart(10)}${share(requests, summary.requests).padStart(9)}  `;
    const shown = bots.slice(0, botsShown).map(({ name, requests: own }) => `${printable(name, 40)} ${count(own)}`);
    if (bots.length > botsShown) shown.push(`${count(bots.length - botsShown)} more`);
    const [first = "", ...rest] = wrap(shown.join(", "), width, " ".repeat(head.length));
    lines.push(head + first.trimStart(), ...rest);
  }
  return lines;
}

function actorLines(
  replay: Replay,
  { actor, verdict }: TopActor,
  { paint, width, number }: { readonly paint: Paint; readonly width: number; readonly number: number },
): string[] {
  const addresses = addressesOf(actor, replay.table);
  const first = addresses[0]?.ip ?? "";
  const more = addresses.length > 1 ? ` and ${plural(addresses.length - 1, "more address", "more addresses")}` : "";
  const { action } = actor;
  const decided = actor.decidedAt === null ? "" : ` from request ${count(actor.decidedAt.request + 1)} on`;
  const threats = threatsOf(actor.kind, verdict.signals).map((threat) =>
    `${threat} ${threatNames[threat] ?? ""}`.trim(),
  );
  const agents = replay.masked === undefined ? userAgentsOf(actor, replay.table) : [];
  const agentsMore = agents.length > 1 ? ` (+${agents.length - 1} more)` : "";
  const why = reasonsOf(verdict, { countMax: 4, requests: actor.requests });
  const indent = "      ";
  return [
    `  ${String(number).padStart(2)}. ${paint("bold", printable(first, 45))}${more}  ${plural(actor.requests, "request")}, score ${paint("red", actor.score.total.toFixed(0))}`,
    ...why.sentences.flatMap((reason) => hanging(`- ${printable(reason, 300)}`, width, indent)),
    ...wrap(
      `${threats.length === 0 ? "" : `${threats.join(", ")}; `}would be ${actionWords[action]}${decided}`,
      width,
      indent,
    ).map((line) => paint("yellow", line)),
    ...(agents.length === 0
      ? []
      : [paint("dim", indent + printable(agents[0] ?? "", width - indent.length - agentsMore.length) + agentsMore)]),
  ];
}

function enforcement(replay: Replay, paint: Paint, width: number): string[] {
  const lines = [paint("bold", "What enforcement would have done (default policy)")];
  for (const { action, actors, requests, reached } of outlookOf(replay)) {
    const afterwards = action === "allow" ? "" : `, ${count(reached)} of them after the verdict`;
    const detail = `${plural(actors, "actor")}, ${plural(requests, "request")}${afterwards}`;
    lines.push(...wrap(`${actionWords[action]}: ${detail}`, width, "  "));
  }
  lines.push(
    ...wrap(
      "By prior knowledge; no bound on false positives is certified from a log alone. Run in observe mode first: gait serve records what it would do and acts on nothing.",
      width,
      "  ",
    ).map((line) => paint("dim", line)),
  );
  return lines;
}

function notRead({ facts, summary }: Replay, paint: Paint, width: number): string[] {
  const lines: string[] = [];
  if (facts.rejected > 0) {
    const reasons = [...facts.rejectedByReason]
      .sort((a, b) => b[1] - a[1])
      .map(([reason, times]) => `${reason} ${count(times)}`);
    lines.push(
      paint("bold", `Not read: ${count(facts.rejected)} of ${plural(facts.lines, "line")}`),
      ...wrap(reasons.join(", "), width, "  "),
    );
    for (const sample of facts.samples.slice(0, 5)) {
      lines.push(paint("dim", printable(`  ${sample.file}:${sample.line} ${sample.reason}: ${sample.text}`, width)));
    }
  }
  for (const file of facts.files) {
    if (file.problem !== "")
      lines.push(
        ...wrap(printable(`${file.name}: ${file.problem}`, 1_000), width, "  ").map((line) => paint("yellow", line)),
      );
    if (file.clockBack > 0) {
      lines.push(
        ...wrap(
          `${printable(file.name, 200)}: the clock went back ${plural(file.clockBack, "time")} by more than two seconds; the file's order was kept`,
          width,
          "  ",
        ).map((line) => paint("yellow", line)),
      );
    }
  }
  if (summary.forgotten > 0) {
    lines.push(
      ...wrap(
        `${plural(summary.forgotten, "request")} came from clients that no room was left to remember; they count as one actor, "forgotten"`,
        width,
        "  ",
      ).map((line) => paint("yellow", line)),
    );
  }
  return lines;
}

function nextStep({ top, summary }: Replay, paint: Paint, logs: readonly string[]): string[] {
  const given = logs
    .map((log) => printable(log, 80))
    .slice(0, 3)
    .join(" ");
  const found = top.length > 0 && summary.byKind.automated > 0;
  return [
    `${paint("bold", "Next")}  ${found ? "pictures and every top actor" : "a page to share"}: gait replay --html report.html ${given}`,
    `      everything, for programs:     gait replay --json ${given}`,
  ];
}

/** As `wrap`, with the lines after the first set in by two more columns. */
function hanging(text: string, width: number, indent: string): string[] {
  return wrap(text, width - 2, indent).map((line, index) => (index === 0 ? line : `  ${line}`));
}

/** Breaks text at spaces into lines of at most `width` columns. */
function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  if (line !== "") lines.push(indent + line);
  return lines;
}
