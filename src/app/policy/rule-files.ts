import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { GaitError, policyLimits, suggest } from "#core";

/** One file of rules as it was read; `file` is how messages and versions name it. */
export interface RuleFile {
  readonly file: string;
  readonly text: string;
}

/** Where rules come from, as configured. */
export interface RuleSources {
  /** Packs that come with Gait, by name; `all` is every one. */
  readonly packs: readonly string[];
  /** Directory of the site's own files; undefined: none. */
  readonly rules?: string | undefined;
  /** Files of values by the name under which rules ask for them. */
  readonly lists?: Readonly<Record<string, string>> | undefined;
}

/** Packs stand beside `src` and `dist`. */
const packsFolder = new URL("../../../packs/", import.meta.url);

/** Names of the packs that come with Gait. */
export function packNames(): readonly string[] {
  try {
    return readdirSync(packsFolder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch {
    // A build without packs has none to offer.
    return [];
  }
}

/**
 * Reads the site's own files (alphabetically) and then the packs it asked for, so that its rules come first and a rule of
 * the same name replaces the pack's. @throws GaitError `policy-files`.
 */
export function readRuleFiles({ packs, rules }: RuleSources): readonly RuleFile[] {
  const own = rules === undefined ? [] : readFolder(rules);
  const wanted = new Set(packs.flatMap((name) => (name === everyPack ? packNames() : [name])));
  return [...own, ...[...wanted].flatMap(readPackFiles)];
}

/** In `policy.packs`: whatever comes with Gait. */
const everyPack = "all";

function readFolder(folder: string): RuleFile[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  } catch (error) {
    throw unreadable("policy.rules", folder, error);
  }
  const filesMax = policyLimits.ruleFilesMax.default;
  if (names.length > filesMax) {
    throw new GaitError(
      "policy-files",
      `policy.rules: ${folder} has ${names.length} files; at most ${filesMax} are read`,
    );
  }
  return names
    .toSorted()
    .map((name) => ({ file: join(folder, name), text: readText("policy.rules", join(folder, name)) }));
}

/** The files of one pack, alphabetically. @throws GaitError `policy-files`. */
export function readPackFiles(name: string): readonly RuleFile[] {
  const known = packNames();
  if (!known.includes(name)) {
    const near = suggest(name, known);
    const hint = near === undefined ? `; there are ${known.join(", ") || "none"}` : `; did you mean "${near}"?`;
    throw new GaitError("policy-files", `policy.packs: there is no pack "${name}"${hint}`, { exitCode: 2 });
  }
  return readdirSync(new URL(`${name}/`, packsFolder))
    .filter((file) => file.endsWith(".yaml"))
    .toSorted()
    .map((file) => ({
      file: `packs/${name}/${file}`,
      text: readText("policy.packs", new URL(`${name}/${file}`, packsFolder)),
    }));
}

function readText(key: string, path: string | URL): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw unreadable(key, String(path), error);
  }
}

function unreadable(key: string, path: string, error: unknown): GaitError {
  const code = (error as NodeJS.ErrnoException).code ?? "unknown";
  return new GaitError("policy-files", `${key}: cannot read ${JSON.stringify(path)} (${code})`, { exitCode: 2 });
}
