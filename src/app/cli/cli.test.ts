import { PassThrough } from "node:stream";
import { Command } from "commander";
import { expect, test } from "vitest";
import type { CommandContext } from "./command.ts";
import { verbs } from "./commands/index.ts";
import { runCli } from "./main.ts";

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(...argv: string[]): Promise<Run> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const context: CommandContext = {
    stdout,
    stderr,
    stdin: new PassThrough(),
    env: {},
    signal: new AbortController().signal,
  };
  const before = process.exitCode;
  process.exitCode = undefined;
  const code = await runCli(argv, context);
  process.exitCode = before;
  const text = (stream: PassThrough): string => (stream.read() as Buffer | null)?.toString("utf8") ?? "";
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** Every verb as the program has it; where verbs stand below one, those. */
function allVerbs(): readonly (readonly string[])[] {
  const program = new Command("gait");
  const sink = new PassThrough();
  for (const verb of verbs)
    verb(program, { stdout: sink, stderr: sink, stdin: sink, env: {}, signal: new AbortController().signal });
  return program.commands.flatMap((command) =>
    command.commands.length === 0
      ? [[command.name()]]
      : command.commands.map((below) => [command.name(), below.name()]),
  );
}

test("every verb explains itself with an example, on stdout alone", async () => {
  const all = allVerbs();
  expect(all.map((words) => words[0])).toEqual(
    expect.arrayContaining([
      "serve",
      "check",
      "config",
      "reload",
      "status",
      "explain",
      "demo",
      "completion",
      "version",
    ]),
  );
  for (const words of all) {
    const { code, stdout, stderr } = await run(...words, "--help");
    expect(code, words.join(" ")).toBe(0);
    expect(stdout, words.join(" ")).toMatch(/Usage: gait /);
    expect(stdout, words.join(" ")).toMatch(/Examples?:\n {2}(\S.*)?gait /);
    expect(stderr).toBe("");
  }
});

test("an unknown verb or option is a usage error, says what was meant, and leaves stdout empty", async () => {
  expect(await run("serv")).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("serve") });
  for (const words of allVerbs()) {
    const { code, stdout, stderr } = await run(...words, "--no-such-option");
    expect([words.join(" "), code, stdout]).toEqual([words.join(" "), 2, ""]);
    expect(stderr).toMatch(/unknown option|required option/);
  }
});

test("bad values are usage errors", async () => {
  for (const words of [
    ["demo", "--for", "soon"],
    ["demo", "--mode", "angry"],
    ["completion", "tcsh"],
    ["explain"],
    ["block"],
    ["check", "no-such-file.yaml"],
    ["serve", "--upstream", "127.0.0.1:3000", "--state", "unused"],
  ]) {
    const { code, stdout, stderr } = await run(...words);
    expect([words.join(" "), code, stdout]).toEqual([words.join(" "), 2, ""]);
    expect(stderr).not.toBe("");
  }
});

test("verbs that need a gateway say so with exit code 6 when there is none", async () => {
  for (const words of [
    ["status"],
    ["reload"],
    ["explain", "x"],
    ["block", "192.0.2.1"],
    ["unblock", "192.0.2.1"],
    ["decisions"],
  ]) {
    const { code, stdout, stderr } = await run(...words, "--state", "no-such-directory");
    expect([words.join(" "), code, stdout]).toEqual([words.join(" "), 6, ""]);
    expect(stderr).toMatch(/no gateway answers on "no-such-directory\/admin.sock".*gait serve.*\[admin-unreachable\]/);
  }
});

test("--json prints one document and nothing else", async () => {
  for (const words of [
    ["version", "--json"],
    ["check", "--json", "src/app/config/testdata/good/everything.yaml"],
    ["check", "--json", "src/app/config/testdata/bad/several-at-once.yaml"],
    ["config", "show", "--json", "--effective", "-c", "src/app/config/testdata/good/everything.yaml"],
    ["config", "schema"],
  ]) {
    const { stdout } = await run(...words);
    expect(() => JSON.parse(stdout), words.join(" ")).not.toThrow();
  }
});

test("check exits with 0 or 2, and its JSON carries every place", async () => {
  expect(await run("check", "src/app/config/testdata/good/everything.yaml")).toMatchObject({ code: 0, stderr: "" });
  expect(await run("check", "-c", "src/app/config/testdata/bad/several-at-once.yaml")).toMatchObject({ code: 2 });
  const { code, stdout } = await run("check", "--json", "src/app/config/testdata/bad/several-at-once.yaml");
  expect(code).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({
    ok: false,
    problems: [{ line: 2, column: 7 }, { line: 3, suggestion: "accessLog" }, { line: 5 }, { line: 6 }],
  });
});

test("output carries no colour, wherever it goes", async () => {
  for (const words of [["--help"], ["version"], ["check", "src/app/config/testdata/bad/several-at-once.yaml"]]) {
    const { stdout, stderr } = await run(...words);
    expect(`${stdout}${stderr}`).not.toContain("\u001b");
  }
});

test("completions name every verb in every shell", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { code, stdout } = await run("completion", shell);
    expect(code).toBe(0);
    for (const [verb] of allVerbs()) expect(stdout, shell).toContain(verb);
  }
});
