import type { Clock } from "#core";
import type { Config } from "../config/config.ts";
import type { IncidentChange } from "../incidents/incident-book.ts";
import { readSecretFile } from "../serve/secret-file.ts";
import { AlertDesk } from "./alert-desk.ts";

/** The desk with the destinations of a configuration. @throws GaitError `secret-file` */
export function openAlerts(config: Config, clock: Clock): AlertDesk {
  const desk = new AlertDesk(clock);
  configureAlerts(desk, config);
  return desk;
}

/** Takes the destinations of a new configuration. @throws GaitError `secret-file`; then nothing changes. */
export function configureAlerts(desk: AlertDesk, { alerts }: Config): void {
  desk.destinations = alerts.destinations.map(({ name, type, url, secretFile }) => ({
    name,
    type,
    url,
    secret: secretFile === undefined ? "" : readSecretFile(secretFile, "alerts.destinations.secretFile"),
  }));
}

/** Tells about incidents that opened or ended. */
export function alertIncidents(desk: AlertDesk, changes: readonly IncidentChange[]): void {
  for (const { type, incident } of changes) {
    if (incident.state === "muted") continue;
    desk.raise({
      rule: "incident",
      key: incident.id,
      state: type === "opened" ? "firing" : "resolved",
      title: `${type === "opened" ? "New incident" : "Incident is over"} on ${incident.application}: ${incident.sessions} sessions`,
      text: [`gait incidents get ${incident.id}`, ...incident.reasons].join("\n"),
    });
  }
}

/** Tells when the records cannot be written, and when they can again. */
export function alertRecords(desk: AlertDesk, { problem }: { readonly problem: string }): void {
  desk.raise({
    rule: "health",
    key: "health-records",
    state: problem === "" ? "resolved" : "firing",
    title: problem === "" ? "Records are written again" : "Records cannot be written",
    text: problem === "" ? "Nothing more is lost." : `${problem}\nServing goes on; the oldest records are shed.`,
  });
}
