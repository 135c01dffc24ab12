import { parse, stringify } from "yaml";
import { type RuleFile, readPackFiles } from "./rule-files.ts";

/** What a pack is to be in the copy. */
export interface PackUse {
  /** Undefined: every application. */
  readonly application: string | undefined;
  readonly mode: "watch" | "canary" | "enforce";
}

/** Name under which a pack in use for an application is kept. */
export function fileOfPack(pack: string, application: string | undefined): string {
  return `own/${pack}${application === undefined ? "" : `-for-${slug(application)}`}.yaml`;
}

/**
 * A pack as a file of the site's own: its rules as they are, in the mode given, asked at one application alone. For one
 * application they get names of their own, so that the pack itself may be loaded beside it. Traces stay with the pack,
 * which is tested with them; a condition on an application's name would silence them. @throws GaitError `policy-files` for a
 * pack that does not come with Gait.
 */
export function packForApplication(pack: string, { application, mode }: PackUse): RuleFile {
  const rules = readPackFiles(pack).flatMap(({ text }) => parse(text) as readonly Record<string, unknown>[]);
  const head = rules.find((item) => item.pack !== undefined);
  const copied = rules
    .filter((item) => item.name !== undefined)
    .map(({ traces: _, ...rule }) => ({
      ...rule,
      ...(application === undefined
        ? {}
        : {
            name: `${String(rule.name)}-${slug(application)}`,
            when: `application == ${JSON.stringify(application)} && (${String(rule.when)})`,
          }),
      mode,
    }));
  const note = `# Pack ${pack}${application === undefined ? "" : ` for the application ${slug(application)}`}. Undo: gait policy withdraw ${pack}${application === undefined ? "" : ` --application ${slug(application)}`}\n`;
  return {
    file: fileOfPack(pack, application),
    text: note + stringify(head === undefined ? copied : [head, ...copied]),
  };
}

/** An application's name as rules' names are written. */
function slug(application: string): string {
  const words = application.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return words.replaceAll(/^-|-$/g, "") || "application";
}
