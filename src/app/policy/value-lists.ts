import { readFileSync } from "node:fs";
import { GaitError, policyLimits } from "#core";
import { createNetworkSet } from "#wire";

/** Is `value` on the list of that name? Undefined: there is no such list. */
export type ListLookup = (list: string, value: string) => boolean | undefined;

/**
 * Reads lists of values, one a line; an address is also on a list that has its network. @throws GaitError `policy-files` naming
 * the file that cannot be read or is too long: a list is never half read.
 */
export function readLists(files: Readonly<Record<string, string>>): ListLookup {
  const lists = new Map(Object.entries(files).map(([name, path]) => [name, readList(name, path)] as const));
  return (list, value) => lists.get(list)?.(value);
}

function readList(name: string, path: string): (value: string) => boolean {
  const lines = readLines(name, path).flatMap((line) => {
    const value = line.replace(/(^|\s)#[\s\S]*$/, "").trim();
    return value === "" ? [] : [value];
  });
  const linesMax = policyLimits.listValuesMax.default;
  if (lines.length > linesMax) {
    throw new GaitError(
      "policy-files",
      `policy.lists.${name}: ${path} has ${lines.length} values; at most ${linesMax} are read`,
      {
        exitCode: 2,
      },
    );
  }
  const values = new Set(lines);
  const networks = createNetworkSet(lines.filter((line) => /^[\da-fA-F.:]+\/\d+$/.test(line)));
  if ("bad" in networks) {
    throw new GaitError("policy-files", `policy.lists.${name}: ${path}: "${networks.bad}" is no network`, {
      exitCode: 2,
    });
  }
  return (value) => values.has(value) || (/^[\da-fA-F.:]+$/.test(value) && networks.has(value));
}

function readLines(name: string, path: string): readonly string[] {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw new GaitError("policy-files", `policy.lists.${name}: cannot read ${JSON.stringify(path)} (${code})`, {
      exitCode: 2,
    });
  }
}
