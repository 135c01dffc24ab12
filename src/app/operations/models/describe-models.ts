import { z } from "zod";
import type { Operation } from "../operation.ts";

/** How well one side's model ranks what it was not trained on; null where there was nothing to compare. */
export interface ModelSide {
  readonly laterAuc: number | null;
  readonly otherCampaignsAuc: number | null;
}

/** The supervised layer as it stands. */
export interface DescribeModelsOutput {
  /** Sessions kept for training since the start. */
  readonly sessionsKept: number;
  /** Whether models are in use, and when they were trained (ms). */
  readonly inUse: boolean;
  readonly trainedAt: number | null;
  /** What came of the last training; null before the first. */
  readonly last: {
    readonly sessions: number;
    readonly labelled: number;
    readonly automatedShare: number;
    readonly behaviour: ModelSide;
    readonly presentation: ModelSide;
    /** Why it was not published, or empty. */
    readonly refused: string;
    readonly labellers: readonly {
      readonly name: string;
      readonly votes: number;
      readonly hit: number;
      readonly falseAlarm: number;
    }[];
  } | null;
  /** Why the last training broke off, or empty. */
  readonly failure: string;
}

const side = z.strictObject({ laterAuc: z.number().nullable(), otherCampaignsAuc: z.number().nullable() });

/** `models.describe`: what models were trained on, how good they are, and whether they speak. */
export const describeModels: Operation<Readonly<Record<string, never>>, DescribeModelsOutput> = {
  name: "models.describe",
  summary:
    "The models trained on weak labels: on what, how well they rank later sessions and campaigns left out, and whether they are in use. They weigh one nat at most and refuse nobody.",
  effect: "read",
  permission: "look",
  example: {},
  input: z.strictObject({}),
  output: z.strictObject({
    sessionsKept: z.number(),
    inUse: z.boolean(),
    trainedAt: z.number().nullable(),
    last: z
      .strictObject({
        sessions: z.number(),
        labelled: z.number(),
        automatedShare: z.number(),
        behaviour: side,
        presentation: side,
        refused: z.string(),
        labellers: z.array(
          z.strictObject({ name: z.string(), votes: z.number(), hit: z.number(), falseAlarm: z.number() }),
        ),
      })
      .nullable(),
    failure: z.string(),
  }),
  handle({ service }) {
    const { models } = service.engine;
    const { report, failure } = service.trainer;
    return {
      sessionsKept: models.sessionsKept,
      inUse: models.models !== undefined,
      trainedAt: models.models?.report.trainedAt ?? null,
      last:
        report === undefined
          ? null
          : {
              sessions: report.sessions,
              labelled: report.labelled,
              automatedShare: report.automatedShare,
              behaviour: report.behaviour,
              presentation: report.presentation,
              refused: report.refused,
              labellers: report.labellers.map(({ name, votes, hit, falseAlarm }) => ({ name, votes, hit, falseAlarm })),
            },
      failure,
    };
  },
};
