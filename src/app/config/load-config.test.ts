import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type LoadedConfig, loadConfig } from "./load-config.ts";
import { problemsMax, renderPlace, renderProblem, renderProblems } from "./problem.ts";
import { configBytesMax } from "./yaml-tree.ts";

const good = new URL("./testdata/good/", import.meta.url);
const bad = new URL("./testdata/bad/", import.meta.url);

function load(text: string, env: NodeJS.ProcessEnv = {}): LoadedConfig {
  return loadConfig({ file: { name: "gait.yaml", bytes: Buffer.from(text) }, env });
}

function problemsIn(loaded: LoadedConfig): string {
  return loaded.kind === "config" ? "accepted" : renderProblems(loaded.problems);
}

test("every configuration under testdata/good is accepted", () => {
  const names = readdirSync(good);
  expect(names.length).toBeGreaterThanOrEqual(4);
  for (const name of names) {
    const loaded = loadConfig({ file: { name, bytes: readFileSync(new URL(name, good)) } });
    expect(problemsIn(loaded), name).toBe("accepted");
  }
});

test("each of the seeded mistakes is answered with file:line:col, a plain reason and what was meant", () => {
  const names = readdirSync(bad).filter((name) => name.endsWith(".yaml"));
  expect(names.length).toBeGreaterThanOrEqual(40);
  const messages = names
    .sort()
    .map((name) => problemsIn(loadConfig({ file: { name, bytes: readFileSync(new URL(name, bad)) } })));
  for (const message of messages) expect(message).toMatch(/^[a-z-]+\.yaml:\d+:\d+: \S/);
  expect(`${messages.join("\n")}\n`).toBe(readFileSync(new URL("expected.txt", bad), "utf8"));
});

test("flags win over the environment, the environment over the file, the file over defaults", () => {
  const file = { name: "gait.yaml", bytes: Buffer.from("upstream: http://127.0.0.1:1\nmode: observe\n") };
  const modeOf = (loaded: LoadedConfig): string =>
    loaded.kind === "config"
      ? `${loaded.config.mode} ${renderPlace(loaded.origins.get("mode") ?? { kind: "default" })}`
      : "";
  const env = { GAIT__MODE: "enforce" };
  const flags = [{ path: ["mode"], value: "observe", name: "mode" }];
  expect(modeOf(loadConfig({ file }))).toBe("observe gait.yaml:2:7");
  expect(modeOf(loadConfig({ file, env }))).toBe("enforce GAIT__MODE");
  expect(modeOf(loadConfig({ file, env, flags }))).toBe("observe --mode");
});

test("the environment reaches into lists and reads numbers, truth values and lists", () => {
  const loaded = load("applications:\n  - name: shop\n    upstream: http://127.0.0.1:1\n", {
    GAIT__APPLICATIONS__0__UPSTREAM: "http://127.0.0.1:2",
    GAIT__ENFORCE__FALSE_POSITIVES_PER_DAY: "2.5",
    GAIT__TRUSTED_PROXIES: "10.0.0.0/8, ::1",
    GAIT__ADMIN__LISTEN: "false",
    GAIT__ROUTES: "[{paths: [/login], failMode: closed}]",
  });
  expect(problemsIn(loaded)).toBe("accepted");
  expect(loaded.kind === "config" && loaded.config).toMatchObject({
    applications: [{ name: "shop", upstream: "http://127.0.0.1:2" }],
    enforce: { falsePositivesPerDay: 2.5 },
    trustedProxies: ["10.0.0.0/8", "::1"],
    admin: { listen: false },
    routes: [{ paths: ["/login"], failMode: "closed" }],
  });
});

test("a variable that names no key is a mistake with a suggestion, and its value is never repeated", () => {
  const message = problemsIn(load("upstream: http://127.0.0.1:1\n", { GAIT__ADMIN__TOKEN: "s3cret" }));
  expect(message).toBe('GAIT__ADMIN__TOKEN: no such key, did you mean "GAIT__ADMIN__TOKEN_FILE"?');
});

test("binary, NUL, UTF-16, too large and empty files are refused in words", () => {
  const bytes = (data: Uint8Array): string => problemsIn(loadConfig({ file: { name: "g", bytes: data } }));
  expect(bytes(Buffer.from("mode: \0"))).toBe("g:1:7: the file contains a NUL byte; expected text");
  expect(bytes(Buffer.from([0xff, 0xfe, 0x00]))).toBe("g:1:1: the file is not UTF-8 text");
  expect(bytes(new Uint8Array(configBytesMax + 1))).toMatch(/at most 1048576 are read/);
  expect(bytes(Buffer.from(""))).toMatch(/nothing to protect/);
  expect(bytes(Buffer.from("\n# only a comment\n"))).toMatch(/nothing to protect/);
});

test("as many mistakes are listed as anybody fixes at once, and the rest are counted", () => {
  const keys = (count: number): string => Array.from({ length: count }, (_, index) => `zz${index}: 1\n`).join("");
  const lines = (count: number): string[] => problemsIn(load(keys(count))).split("\n");
  expect(lines(problemsMax)).toHaveLength(problemsMax);
  expect(lines(problemsMax + 1).at(-1)).toBe("… and 1 more");
});

test("control characters of a hostile file reach no terminal", () => {
  const place = { kind: "file", file: "gait.yaml", line: 1, column: 1 } as const;
  expect(renderProblem({ place, reason: "found \u001b[2J\u202e" })).toBe("gait.yaml:1:1: found \\u001b[2J\\u202e");
});

test("500 mutated configurations are accepted or refused in words, never answered with a crash", () => {
  const texts = readdirSync(good).map((name) => readFileSync(new URL(name, good), "utf8"));
  const mutation = fc.record({
    text: fc.constantFrom(...texts),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat({ max: 40 }),
    insert: fc.oneof(
      fc.string({ maxLength: 20, unit: "binary" }),
      fc.constantFrom(
        "\0",
        "\t",
        "&a [*a]",
        "[[[[",
        "}",
        "? : ",
        "<<: *x",
        "!!binary |",
        "---\n",
        "%YAML 9\n",
        ".nan",
        "__proto__: 1\n",
        "|\n",
        ">-\n",
        "'",
        '"',
        "\u2028",
        "\ud800",
      ),
    ),
    twice: fc.boolean(),
  });
  fc.assert(
    fc.property(mutation, ({ text, at, cut, insert, twice }) => {
      const position = Math.floor(at * text.length);
      const mutated = text.slice(0, position) + insert + text.slice(position + cut);
      const loaded = load(twice ? mutated + mutated : mutated);
      if (loaded.kind === "config") return;
      expect(loaded.problems.length).toBeGreaterThan(0);
      for (const problem of loaded.problems) expect(renderProblem(problem)).toMatch(/^gait\.yaml:\d+:\d+: \S/);
    }),
    { numRuns: 500, seed: 2026 },
  );
});
