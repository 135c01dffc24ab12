import { z } from "zod";
import type { Operation } from "../operation.ts";

/** Sessions that look alike and behave as hardly anybody here does. */
export interface UnusualGroupLine {
  readonly application: string;
  readonly userAgent: string;
  readonly sessions: number;
  readonly unusual: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** How easily one of them is set apart from people's sessions, 0-1; null before models were trained. */
  readonly isolation: number | null;
  readonly differs: readonly string[];
}

/** The groups with most unusual sessions first. */
export interface UnusualGroupsOutput {
  readonly total: number;
  readonly groups: readonly UnusualGroupLine[];
}

/** `models.unusual`: where to look for what no detector covers. */
export const unusualGroups: Operation<{ readonly limit: number }, UnusualGroupsOutput> = {
  name: "models.unusual",
  summary:
    "Groups of sessions that behave as hardly anybody here does, and in what. For looking at: unusual is not automated, and none of this is evidence.",
  effect: "read",
  permission: "look",
  example: { limit: 20 },
  input: z.strictObject({
    limit: z.int().min(1).max(500).default(50).meta({ description: "Groups at most." }),
  }),
  output: z.strictObject({
    total: z.number(),
    groups: z.array(
      z.strictObject({
        application: z.string(),
        userAgent: z.string(),
        sessions: z.number(),
        unusual: z.number(),
        firstSeen: z.number(),
        lastSeen: z.number(),
        isolation: z.number().nullable(),
        differs: z.array(z.string()),
      }),
    ),
  }),
  handle({ service }, { limit }) {
    const groups = service.engine.models.unusual();
    return { total: groups.length, groups: groups.slice(0, limit) };
  },
};
