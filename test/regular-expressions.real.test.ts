import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkSync } from "recheck/lib/browser.js";
import { parseAst } from "vite";
import { expect, test } from "vitest";

/** A regular expression in the source. */
interface Literal {
  readonly where: string;
  readonly pattern: string;
  readonly flags: string;
}

/** Sources that only ever read files of this repository: no input reaches their expressions. */
const unreachable = [
  "src/app/generated-docs/", // writes docs from our own source
  "src/app/init/snippet.ts", // cuts our own files in deploy/
];

/**
 * Expressions that the analysis gives up on (letters in either case, many words), with what makes them linear. They are
 * tried on text instead.
 */
const undecided: readonly { readonly file: string; readonly why: string; readonly evil: (size: number) => string }[] = [
  {
    file: "src/wire/logs/mask-secrets.ts",
    why: "one of some words of fixed length, then `=`, then a class up to its end: nothing to try again",
    evil: (size) => "&access_token".repeat(size / 13),
  },
];

function literals(): readonly Literal[] {
  const files = readdirSync("src", { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes("testdata") && !unreachable.some((start) => path.startsWith(start)));
  return files.flatMap((path) => literalsIn(readFileSync(path, "utf8"), path));
}

function literalsIn(text: string, path: string): readonly Literal[] {
  const found: Literal[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const { type, regex, start } = node as {
      readonly type?: string;
      readonly start?: number;
      readonly regex?: { readonly pattern: string; readonly flags: string };
    };
    if (type === "Literal" && regex !== undefined && regex !== null) {
      found.push({ where: `${path}:${text.slice(0, start).split("\n").length}`, ...regex });
    }
    for (const value of Object.values(node)) {
      if (Array.isArray(value)) for (const one of value) visit(one);
      else visit(value);
    }
  };
  visit(parseAst(text, { lang: "ts" }));
  return found;
}

function verdictOn({ pattern, flags }: Pick<Literal, "pattern" | "flags">): string {
  return checkSync(pattern, flags, { timeout: 10_000 }).status;
}

test("no regular expression of the source that input can reach is vulnerable", { timeout: 400_000 }, () => {
  const all = literals();
  expect(all.length).toBeGreaterThan(250);
  const known = new Map<string, string>();
  const bad = all.flatMap((literal) => {
    const { where, pattern, flags } = literal;
    if (undecided.some(({ file }) => where.startsWith(file))) return [];
    const text = `/${pattern}/${flags}`;
    const verdict = known.get(text) ?? verdictOn(literal);
    known.set(text, verdict);
    return verdict === "safe" ? [] : [`${where} ${text} is ${verdict}`];
  });
  expect(bad).toEqual([]);
});

test("what the analysis gives up on grows with its input and no faster", () => {
  for (const { file, evil } of undecided) {
    for (const { pattern, flags } of literalsIn(readFileSync(file, "utf8"), file)) {
      const expression = new RegExp(pattern, flags);
      const costMs = (size: number): number => {
        const text = evil(size);
        const runs = Array.from({ length: 5 }, () => {
          const before = process.cpuUsage();
          text.replace(expression, "");
          const { user, system } = process.cpuUsage(before);
          return (user + system) / 1_000;
        });
        return Math.min(...runs);
      };
      costMs(40_000);
      // Eight times the text: eight times the time where it is linear, sixty-four where it is not.
      expect(costMs(320_000)).toBeLessThan(24 * Math.max(1, costMs(40_000)));
    }
  }
});

test("the scan sees a planted expression, and the analysis finds it vulnerable", () => {
  const [planted] = literalsIn("const x = text.replace(/^(a+)+$/, '');", "planted.ts");
  expect(planted).toMatchObject({ where: "planted.ts:1", pattern: "^(a+)+$" });
  expect(planted === undefined ? "" : verdictOn(planted)).toBe("vulnerable");
});
