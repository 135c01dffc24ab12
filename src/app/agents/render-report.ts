import type { Swarm } from "#engine";
import type { ListAlarm } from "../intel/load-networks.ts";
import { printable } from "../replay/printable.ts";
import { count, plural, share } from "../replay/words.ts";
import type { AgentRow } from "./agent-ledger.ts";
import { purposeWords } from "./purpose-words.ts";
import type { UndeclaredAgents } from "./undeclared-agents.ts";

/** The report "agents on your site", from logs or from the running gateway. */
export interface AgentReport {
  readonly requests: number;
  readonly agents: readonly AgentRow[];
  readonly alarms?: readonly ListAlarm[];
  readonly swarms?: readonly Swarm[];
  readonly undeclared?: readonly UndeclaredAgents[];
  readonly hours?: number;
}

const pathCharsMax = 60;

/** The report as text. What comes from clients is made safe for a terminal. */
export function renderAgentReport({
  requests,
  agents,
  alarms = [],
  swarms = [],
  undeclared = [],
  hours,
}: AgentReport): string {
  const total = agents.reduce((sum, row) => sum + row.requests, 0);
  const lines = [
    `${plural(agents.length, "agent")} made ${count(total)} of ${plural(requests, "request")} (${share(total, requests)})`,
    "",
  ];
  for (const row of agents) lines.push(...renderAgent(row));
  for (const { userAgent, requests: made, addresses, nats } of swarms) {
    lines.push(
      `undeclared, one program behind ${addresses.length} addresses: ${plural(made, "request")} as "${printable(userAgent, 90)}" (${nats.toFixed(1)} nats)`,
    );
  }
  if (hours !== undefined)
    lines.push("", `nameless programs in the last ${hours} hours: ${undeclared.length === 0 ? "none" : ""}`);
  for (const line of undeclared) lines.push(...renderUndeclared(line));
  for (const { list, text } of alarms) lines.push(`ALARM ${list}: ${text}`);
  return `${lines.join("\n")}\n`;
}

function renderAgent(row: AgentRow): string[] {
  const operator = row.operator === "" ? "" : ` (${row.operator})`;
  const standing = Object.entries(row.standings)
    .filter(([, times]) => times > 0)
    .map(([name, times]) => `${name} ${count(times)}`);
  const came = `${plural(row.requests, "request")} from ${plural(row.addresses, "address", "addresses")}`;
  return [
    `${printable(row.name, 64)}${operator}, ${purposeWords[row.purpose]}: ${came}${costOf(row)}; ${standing.join(", ")}${obedience(row)}`,
    ...touched(row.touches),
  ];
}

function obedience({ obeys, disallowed, unwantedUse }: AgentRow): string {
  if (obeys === null) return "";
  if (obeys) return "; obeys robots.txt";
  return `; robots.txt broken ${plural(disallowed, "time")}${unwantedUse > 0 ? `, unwanted use ${count(unwantedUse)}` : ""}`;
}

/** What was not observed is left out: a log without times says nothing of the origin's time. */
function costOf({ bytes, milliseconds }: { readonly bytes: number; readonly milliseconds: number }): string {
  const sent = bytes === 0 ? "" : `, ${size(bytes)}`;
  return milliseconds === 0 ? sent : `${sent}, ${(milliseconds / 1_000).toFixed(1)} s of the origin's time`;
}

function touched(touches: AgentRow["touches"]): string[] {
  if (touches.length === 0) return [];
  return [`    ${touches.map(({ path, requests }) => `${readablePath(path)} ${count(requests)}`).join(", ")}`];
}

function renderUndeclared(found: UndeclaredAgents): string[] {
  const who =
    found.found === "cohort"
      ? `cohort ${found.id}`
      : found.found === "swarm"
        ? "one program, many addresses"
        : "single clients";
  const came = `${plural(found.requests, "request")} from ${plural(found.addresses, "address", "addresses")}`;
  return [
    `${who}: ${came}${costOf(found)}, mostly as "${printable(found.userAgent, 80)}"`,
    ...touched(found.touches),
    ...found.reasons.slice(0, 3).map((reason) => `    ${reason}`),
  ];
}

/** A path as people write it: percent-encoded letters of other scripts are shown as what they are. */
function readablePath(path: string): string {
  try {
    return printable(decodeURI(path), pathCharsMax);
  } catch {
    return printable(path, pathCharsMax);
  }
}

function size(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`;
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e3).toFixed(0)} kB`;
}
