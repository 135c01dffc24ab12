import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { loadConfig } from "../src/app/config/load-config.ts";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "gait-docs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Example {
  readonly name: string;
  readonly text: string;
}

function examples(fence: RegExp): readonly Example[] {
  return readdirSync("docs")
    .filter((name) => name.endsWith(".md"))
    .flatMap((name) => {
      const text = readFileSync(join("docs", name), "utf8");
      return [...text.matchAll(fence)].map((match, i) => ({ name: `${name}, number ${i + 1}`, text: match[1] ?? "" }));
    });
}

const programs = examples(/^```ts run\n([\s\S]*?)^```/gm);

test("there are programs in the docs, and they run", () => {
  expect(programs.length).toBeGreaterThan(1);
});

test.each(programs)("the program in $name runs", async ({ text }) => {
  // As a user's program would, only that the package is found where it is.
  const library = pathToFileURL("src/app/library/index.ts").href;
  const path = join(folder, `${Math.random().toString(36).slice(2)}.ts`);
  writeFileSync(path, text.replaceAll('from "gait"', `from "${library}"`));
  const { stdout } = await run(process.execPath, [
    "--conditions=source",
    "--disable-warning=ExperimentalWarning",
    path,
  ]);
  expect(stdout.trim()).not.toBe("");
});

const configurations = examples(/^```yaml\n([\s\S]*?)^```/gm).filter(({ text }) =>
  /^(?:beside|passive|upstream|listen):/m.test(text),
);

test.each(configurations)("the configuration in $name holds", ({ text }) => {
  const loaded = loadConfig({ file: { name: "gait.yaml", bytes: Buffer.from(text) } });
  expect(loaded.kind === "refused" ? loaded.problems : []).toEqual([]);
});
