import { z } from "zod";
import { humanShareMaxDefault, overLimit } from "#analyst";
import { type Operation, OperationFault } from "../operation.ts";
import { policyFault } from "./policy-fault.ts";

/** A condition, a text of rules, or the names of rules in force. */
export interface BacktestPolicyInput {
  readonly when?: string | undefined;
  readonly text?: string | undefined;
  readonly names?: readonly string[] | undefined;
}

/** What one rule would have done. */
export interface BacktestedRule {
  readonly rule: string;
  readonly requests: number;
  readonly sessions: number;
  readonly actors: number;
  readonly likelyHuman: number;
  readonly verifiedBots: number;
  /** Share of all people's sessions; null when none were stored. */
  readonly humanShare: number | null;
  readonly humansPerDay: number;
  readonly savedRequests: number;
  readonly savedBytes: number;
  readonly savedOriginMs: number;
  readonly overLimit: boolean;
  /** Why it is over its limit; empty when it is not. */
  readonly reason: string;
  /** What it reads and the stored requests do not have. */
  readonly notStored: readonly string[];
}

/** The trial. */
export interface BacktestPolicyOutput {
  readonly from: number;
  readonly to: number;
  readonly storedRequests: number;
  readonly storedSessions: number;
  readonly storedHumans: number;
  /** Share of sessions that were stored: less than 1 where the site was too busy for all. */
  readonly share: number;
  readonly humanShareMax: number;
  readonly falsePositivesPerDay: number;
  readonly tookMs: number;
  readonly rules: readonly BacktestedRule[];
}

/** Its schema. */
export const backtestedRule: z.ZodType<BacktestedRule> = z.strictObject({
  rule: z.string(),
  requests: z.number(),
  sessions: z.number(),
  actors: z.number(),
  likelyHuman: z.number(),
  verifiedBots: z.number(),
  humanShare: z.number().nullable(),
  humansPerDay: z.number(),
  savedRequests: z.number(),
  savedBytes: z.number(),
  savedOriginMs: z.number(),
  overLimit: z.boolean(),
  reason: z.string(),
  notStored: z.array(z.string()),
});

/** `policies.backtest`: what rules would have done to the requests that were stored. */
export const backtestPolicy: Operation<BacktestPolicyInput, BacktestPolicyOutput> = {
  name: "policies.backtest",
  summary: "What rules would have done to the stored requests: exactly what they would have matched in watch mode.",
  effect: "read",
  permission: "analyse",
  argument: "when",
  example: { when: 'request.path == "/login" && session.requests > 50' },
  input: z.strictObject({
    when: z.string().max(4_096).optional().meta({ description: "A condition to try." }),
    text: z.string().max(1_000_000).optional().meta({ description: "Rules to try, as YAML." }),
    names: z.array(z.string().max(200)).max(500).optional().meta({ description: "Rules in force to try." }),
  }),
  output: z.strictObject({
    from: z.number(),
    to: z.number(),
    storedRequests: z.number(),
    storedSessions: z.number(),
    storedHumans: z.number(),
    share: z.number(),
    humanShareMax: z.number(),
    falsePositivesPerDay: z.number(),
    tookMs: z.number(),
    rules: z.array(backtestedRule),
  }),
  async handle({ service }, { when, text, names = [] }) {
    if (when === undefined && text === undefined && names.length === 0)
      throw new OperationFault("invalid", "expected when, text or names: what is to be tried?");
    const given = when === undefined ? text : trialOf(when);
    const started = performance.now();
    const report = await service.policyRoom.desk
      .backtest(given === undefined ? { names } : { text: given, names })
      .catch((error: unknown) => {
        throw policyFault(error);
      });
    const { falsePositivesPerDay } = service.config.enforce;
    const limits = { humanShareMax: humanShareMaxDefault, falsePositivesPerDay };
    return {
      from: report.from,
      to: report.to,
      storedRequests: report.requests,
      storedSessions: report.sessions,
      storedHumans: report.humans,
      share: report.share,
      ...limits,
      tookMs: Math.round(performance.now() - started),
      rules: report.results.map((result) => {
        const reason = overLimit(result, report, limits) ?? "";
        return {
          rule: result.rule,
          requests: result.requests,
          sessions: result.sessions,
          actors: result.actors,
          likelyHuman: result.byKind.human,
          verifiedBots: result.byKind["verified-agent"],
          humanShare: result.humanShare,
          humansPerDay: result.humansPerDay,
          savedRequests: result.saved.requests,
          savedBytes: result.saved.bytes,
          savedOriginMs: Math.round(result.saved.originMs),
          overLimit: reason !== "",
          reason,
          notStored: [...result.notStored],
        };
      }),
    };
  },
};

/** JSON is YAML: a condition cannot break out of its text. */
function trialOf(when: string): string {
  return `[{"name":"trial","why":"A trial.","then":"block","when":${JSON.stringify(when)}}]`;
}
