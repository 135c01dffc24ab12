import { packageVersion } from "../cli/commands/version.ts";
import { decisionBoundsUs } from "../serve/decision-time.ts";
import type { Service } from "../serve/service.ts";
import { presentMs } from "./status-document.ts";

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

/** More upstreams or reasons than anybody reads; the rest is left out, so that the number of series stays bounded. */
const seriesPerMetricMax = 256;

/** Prometheus text, version 0.0.4. Labels hold our own words and names from the config, never a client's text. */
export function renderMetrics(service: Service): string {
  const { witness } = service;
  const edge = service.edgeStats();
  const lines: string[] = [];
  const add = (name: string, type: string, help: string, samples: readonly Sample[]): void => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const [labels, value] of samples.slice(0, seriesPerMetricMax))
      lines.push(`${name}${renderLabels(labels)} ${renderValue(value)}`);
  };
  const by = (label: string, counts: Readonly<Record<string, number>>): readonly Sample[] =>
    Object.entries(counts).map(([key, value]) => [{ [label]: key }, value]);
  const one = (value: number): readonly Sample[] => [[{}, value]];

  add("gait_build_info", "gauge", "Version of this build.", [
    [{ version: packageVersion(), node: process.versions.node }, 1],
  ]);
  add(
    "gait_enforcing",
    "gauge",
    "1 where the application's mode is enforce.",
    [...witness.modes].map(([application, mode]) => [{ application }, mode === "enforce" ? 1 : 0]),
  );
  add(
    "gait_requests_total",
    "counter",
    "Judged requests by what their client was taken to be.",
    by("kind", witness.split.totals),
  );
  add(
    "gait_clients",
    "gauge",
    "Clients seen in the last ten minutes by what they were taken to be.",
    by("kind", witness.actors.byKind(Date.now() - presentMs)),
  );
  add("gait_actions_total", "counter", "Actions carried out.", by("action", edge.actions));
  add(
    "gait_observed_actions_total",
    "counter",
    "Actions that observe mode did not carry out.",
    by("action", edge.observed),
  );
  add(
    "gait_fail_mode_total",
    "counter",
    "Requests answered by the fail mode because the engine could not judge.",
    by("mode", edge.failures),
  );
  add(
    "gait_refusals_total",
    "counter",
    "Connections and requests refused or cut before judgement, by code.",
    by("code", edge.reasons),
  );
  add(
    "gait_responses_total",
    "counter",
    "Answers by the class of their status.",
    edge.statusClasses.slice(1).map((value, i) => [{ class: `${i + 1}xx` }, value]),
  );
  renderHistogram(service, lines);
  for (const [name, value] of Object.entries(edge.totals)) {
    const gauge = name.startsWith("open");
    add(
      `gait_edge_${snake(name)}${gauge ? "" : "_total"}`,
      gauge ? "gauge" : "counter",
      `Data plane: ${words(name)}.`,
      one(value),
    );
  }
  add(
    "gait_upstream_up",
    "gauge",
    "1 while an upstream address is used.",
    edge.upstreams.map(({ upstream, address, healthy }) => [{ upstream, address }, healthy ? 1 : 0]),
  );
  if (edge.workers !== undefined) {
    const perWorker = edge.workers.map((worker, index) => [{ worker: String(index) }, worker] as const);
    add(
      "gait_worker_open_connections",
      "gauge",
      "Open connections of an edge worker.",
      perWorker.map(([labels, { openConnections }]) => [labels, openConnections]),
    );
    add(
      "gait_worker_config_revision",
      "gauge",
      "The configuration in force at an edge worker.",
      perWorker.map(([labels, { revision }]) => [labels, revision]),
    );
  }
  for (const [name, value] of Object.entries(service.engineStats()))
    add(`gait_engine_${snake(name)}`, "gauge", `Engine: ${words(name)}.`, one(value));
  add("gait_config_revision", "gauge", "Grows with every configuration that took effect.", one(service.revision));
  add(
    "gait_config_degraded",
    "gauge",
    "1 while another configuration is in force than the file's.",
    one(service.degraded === "" ? 0 : 1),
  );
  add(
    "gait_config_reloads_refused_total",
    "counter",
    "Reloads refused because of mistakes.",
    one(service.reloadsRefused),
  );
  add("gait_decisions", "gauge", "Standing decisions of operators.", one(service.protection.decisions.size));
  add("process_resident_memory_bytes", "gauge", "Resident memory.", one(process.memoryUsage.rss()));
  add(
    "process_cpu_seconds_total",
    "counter",
    "User and system time.",
    one((process.cpuUsage().user + process.cpuUsage().system) / 1e6),
  );
  add(
    "process_start_time_seconds",
    "gauge",
    "When the process started, in seconds since the epoch.",
    one(service.startedAt / 1_000),
  );
  return `${lines.join("\n")}\n`;
}

function renderHistogram({ witness }: Service, lines: string[]): void {
  const { counts, count, sumUs } = witness.decisionTime;
  const name = "gait_decision_seconds";
  lines.push(`# HELP ${name} Time to judge a request.`, `# TYPE ${name} histogram`);
  let sum = 0;
  for (const [i, bound] of decisionBoundsUs.entries()) {
    sum += counts[i] ?? 0;
    lines.push(`${name}_bucket{le="${bound / 1e6}"} ${sum}`);
  }
  lines.push(`${name}_bucket{le="+Inf"} ${count}`, `${name}_sum ${renderValue(sumUs / 1e6)}`, `${name}_count ${count}`);
}

function renderLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n")}"`,
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function renderValue(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return Number.isFinite(value) ? String(value) : value > 0 ? "+Inf" : "-Inf";
}

function snake(name: string): string {
  return name.replace(/([A-Z])/g, "_$1").toLowerCase();
}

function words(name: string): string {
  return name.replace(/([A-Z])/g, " $1").toLowerCase();
}
