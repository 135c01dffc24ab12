import { z } from "zod";
import { listenTcpText, pathText } from "./scalars.ts";

/** The page on which visitors say that they were stopped by mistake. */
export interface AppealsConfig {
  readonly listen: string;
  readonly path: string;
}

/** Section `appeals`. */
export const appealsSection: z.ZodType<AppealsConfig> = z
  .strictObject({
    listen: listenTcpText.meta({
      description:
        "Where the page is served; let the proxy in front, or an application of Gait's in observe mode, lead to it.",
      examples: ["127.0.0.1:9040"],
    }),
    path: pathText.default("/appeal").meta({ description: "Path under which visitors reach it; refusals link to it." }),
  })
  .meta({
    description:
      "A page for visitors who were stopped by mistake. What they say is in `gait appeals list`. None by default.",
  });
