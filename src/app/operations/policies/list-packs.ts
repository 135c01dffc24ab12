import { z } from "zod";
import { packNames, readPackFiles } from "../../policy/rule-files.ts";
import type { Operation } from "../operation.ts";

/** A pack that comes with Gait. */
export interface Pack {
  readonly name: string;
  readonly version: string;
  readonly rules: number;
  readonly enabled: boolean;
  readonly description: string;
}

/** `packs.list`: the packs that come with Gait, and which are loaded. */
export const listPacks: Operation<Readonly<Record<string, never>>, { readonly packs: readonly Pack[] }> = {
  name: "packs.list",
  summary: "Packs of rules that come with Gait, what they are for, and which of them are loaded.",
  effect: "read",
  permission: "look",
  example: {},
  input: z.strictObject({}) as z.ZodType<Readonly<Record<string, never>>>,
  output: z.strictObject({
    packs: z.array(
      z.strictObject({
        name: z.string(),
        version: z.string(),
        rules: z.number(),
        enabled: z.boolean(),
        description: z.string(),
      }),
    ),
  }),
  handle({ service }) {
    const loaded = new Set(service.policyRoom.policy.files.map(({ file }) => file));
    return {
      packs: packNames().map((name): Pack => {
        const files = readPackFiles(name);
        const text = files.map((one) => one.text).join("\n");
        return {
          name,
          version: /^ {2}version: (\d+)$/m.exec(text)?.[1] ?? "",
          rules: text.match(/^- name: /gm)?.length ?? 0,
          enabled: files.some(({ file }) => loaded.has(file)),
          description: /^# (.+)$/m.exec(text)?.[1] ?? "",
        };
      }),
    };
  },
};
