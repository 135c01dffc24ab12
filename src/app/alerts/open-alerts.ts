import type { Clock } from "#core";
import type { Config } from "../config/config.ts";
import type { IncidentChange } from "../incidents/incident-book.ts";
import type { Records } from "../records/open-records.ts";
import { readSecretFile } from "../serve/secret-file.ts";
import { AlertDesk } from "./alert-desk.ts";
import { CostWatch } from "./cost-watch.ts";

/** The desk with the destinations of a configuration. @throws GaitError `secret-file` */
export function openAlerts(config: Config, clock: Clock): AlertDesk {
  const desk = new AlertDesk(clock);
  configureAlerts(desk, config);
  return desk;
}

/** Takes the destinations of a new configuration. @throws GaitError `secret-file`; then nothing changes. */
export function configureAlerts(desk: AlertDesk, { alerts }: Config): void {
  const { destinations, email } = alerts;
  const secretIn = (file: string | undefined, key: string): string =>
    file === undefined ? "" : readSecretFile(file, key);
  desk.destinations = [
    ...destinations.map(({ secretFile, ...rest }) => ({
      ...rest,
      secret: secretIn(secretFile, "alerts.destinations.secretFile"),
    })),
    ...(email === undefined
      ? []
      : [
          {
            ...email,
            name: "email",
            type: "email" as const,
            password: secretIn(email.passwordFile, "alerts.email.passwordFile"),
          },
        ]),
  ];
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

const costsMs = 60_000;

/** Looks at what requests cost once a minute, where the operator said what that is. Returns how to stop. */
export function watchCosts(
  desk: AlertDesk,
  { records, config, clock }: { readonly records: Records; readonly config: () => Config; readonly clock: Clock },
): () => void {
  const watch = new CostWatch(records);
  let looking = false;
  const look = async (): Promise<void> => {
    const { costs } = config().alerts;
    if (costs.length === 0 || looking) return;
    looking = true;
    try {
      for (const alert of await watch.look(costs, clock.now())) desk.raise(alert);
    } catch {
      // Records that cannot be read are told about by their own alert.
    } finally {
      looking = false;
    }
  };
  const timer = setInterval(() => void look(), costsMs).unref();
  return () => clearInterval(timer);
}
