import { z } from "zod";
import { type Operation, OperationFault } from "../operation.ts";

/** One rule and where it tells. */
export interface AlertRule {
  readonly name: string;
  readonly on: string;
  readonly destination: string;
  readonly enabled: boolean;
}

/** An alert that was sent, or could not be. */
export interface AlertLine {
  readonly at: number;
  readonly rule: string;
  readonly text: string;
  readonly destination: string;
  readonly state: "firing" | "resolved";
  readonly delivery: "delivered" | "retrying" | "dead";
  readonly detail: string;
}

/** What is told where, and what was told. */
export interface ListAlertsOutput {
  readonly rules: readonly AlertRule[];
  readonly recent: readonly AlertLine[];
  /** Alerts since the start that nobody was told about, because too many were firing at once. */
  readonly untold: number;
}

const rulesKnown = [
  { name: "incident", on: "an incident opens or is over" },
  { name: "health", on: "records cannot be written, or can be again" },
  { name: "cost", on: "what requests of a place cost in an hour departs from its own past" },
] as const;

/** `alerts.list`: rules, destinations and the latest alerts, dead letters among them. */
export const listAlerts: Operation<Readonly<Record<string, never>>, ListAlertsOutput> = {
  name: "alerts.list",
  summary: "What is told where, and the latest alerts with what became of them.",
  effect: "read",
  permission: "look",
  example: {},
  input: z.strictObject({}) as z.ZodType<Readonly<Record<string, never>>>,
  output: z.strictObject({
    rules: z.array(z.strictObject({ name: z.string(), on: z.string(), destination: z.string(), enabled: z.boolean() })),
    recent: z.array(
      z.strictObject({
        at: z.number(),
        rule: z.string(),
        text: z.string(),
        destination: z.string(),
        state: z.enum(["firing", "resolved"]),
        delivery: z.enum(["delivered", "retrying", "dead"]),
        detail: z.string(),
      }),
    ),
    untold: z.number(),
  }),
  handle({ service }) {
    const { destinations } = service.alerts;
    return {
      rules: destinations.flatMap((one) =>
        rulesKnown.map(({ name, on }) => ({
          name,
          on,
          destination: one.name,
          enabled: name !== "cost" || service.config.alerts.costs.length > 0,
        })),
      ),
      recent: service.alerts.recent().map(({ key: _, ...line }) => line),
      untold: service.alerts.untold,
    };
  },
};

/** `alerts.test`: tries one destination now. */
export const testAlert: Operation<
  { readonly destination: string },
  { readonly delivered: boolean; readonly detail: string }
> = {
  name: "alerts.test",
  summary: "Send a test message to one destination and tell whether it arrived.",
  effect: "write",
  permission: "operate",
  argument: "destination",
  example: { destination: "on-call" },
  input: z.strictObject({ destination: z.string().min(1).max(64).meta({ description: "Name of the destination." }) }),
  output: z.strictObject({ delivered: z.boolean(), detail: z.string() }),
  async handle(context, { destination }) {
    const found = context.service.alerts.destinations.find(({ name }) => name === destination);
    if (found === undefined)
      throw new OperationFault(
        "not-found",
        `${JSON.stringify(destination)}: alerts.destinations has none of that name`,
      );
    context.change({ destination });
    return context.service.alerts.test(found);
  },
};
