import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const directory = mkdtempSync(join(tmpdir(), "gait-process-"));
const config = join(directory, "gait.yaml");
const origin = createServer((_, response) => response.end("origin"));
const main = ["--conditions=source", "--disable-warning=ExperimentalWarning", "src/app/cli/main.ts"];
let upstream = "";

beforeAll(async () => {
  await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
  upstream = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`;
});
afterAll(() => {
  origin.closeAllConnections();
  origin.close();
  rmSync(directory, { recursive: true, force: true });
});

function write(rest: string): void {
  const store = `store: { path: ${directory}/state }`;
  writeFileSync(
    config,
    `upstream: ${upstream}\nlisten: 127.0.0.1:0\nadmin: { listen: 127.0.0.1:0 }\n${store}\n${rest}`,
  );
}

interface Served {
  readonly child: ChildProcess;
  readonly listen: string;
  stderr(): string;
}

function serve(): Promise<Served> {
  const child = spawn(process.execPath, [...main, "serve", "--config", config, "--json"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said += chunk.toString("utf8");
  });
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`serve ended with ${code}: ${said}`)));
    child.stdout?.once("data", (chunk: Buffer) => {
      const { listen } = JSON.parse(chunk.toString("utf8")) as { readonly listen: readonly string[] };
      resolve({ child, listen: listen[0] ?? "", stderr: () => said });
    });
  });
}

function gait(...words: readonly string[]): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  return spawnSync(process.execPath, [...main, ...words], { encoding: "utf8" });
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once("exit", (code) => resolve(code)));
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(holds()).toBe(true);
}

test("SIGHUP takes a good file, refuses a bad one, kill -9 boots the last good one, SIGTERM ends with 0", async () => {
  write("mode: observe\n");
  const first = await serve();
  expect(await (await fetch(`http://${first.listen}/`)).text()).toBe("origin");
  write("mode: enforce\n");
  first.child.kill("SIGHUP");
  await until(() => first.stderr().includes("configuration 2 is in force"));
  write("mode: angry\n");
  first.child.kill("SIGHUP");
  await until(() => first.stderr().includes("reload refused"));
  expect(first.stderr()).toMatch(/gait\.yaml:5:7: mode: expected "observe" or "enforce", found "angry"/);
  const status = gait("status", "--json", "--state", join(directory, "state"));
  expect(JSON.parse(status.stdout)).toMatchObject({ mode: "enforce", revision: 2, reloadsRefused: 1 });
  const killed = ended(first.child);
  first.child.kill("SIGKILL");
  await killed;

  const second = await serve();
  await until(() => second.stderr().includes("DEGRADED started with the last good configuration"));
  expect(await (await fetch(`http://${second.listen}/`)).text()).toBe("origin");
  const stopped = ended(second.child);
  second.child.kill("SIGTERM");
  expect(await stopped).toBe(0);
});

test("what was learned outlives an orderly end and kill -9 after it; a damaged state is refused and said", async () => {
  write("mode: observe\n");
  const first = await serve();
  await (await fetch(`http://${first.listen}/orders/7`)).text();
  const stopped = ended(first.child);
  first.child.kill("SIGTERM");
  expect(await stopped).toBe(0);

  const second = await serve();
  await until(() => /learned state of \S+: [1-9]\d* endpoints/.test(second.stderr()));
  const killed = ended(second.child);
  second.child.kill("SIGKILL");
  await killed;

  const third = await serve();
  await until(() => /learned state of \S+: [1-9]\d* endpoints/.test(third.stderr()));
  const killedToo = ended(third.child);
  third.child.kill("SIGKILL");
  await killedToo;

  writeFileSync(join(directory, "state", "learned.state"), "no state at all, but longer than its head would be");
  const fourth = await serve();
  await until(() => fourth.stderr().includes("learned state refused: it is no learned state of Gait"));
  expect(await (await fetch(`http://${fourth.listen}/`)).text()).toBe("origin");
  const over = ended(fourth.child);
  fourth.child.kill("SIGTERM");
  expect(await over).toBe(0);
});

test("check answers within a second and exits with 2 on a mistake", () => {
  write("mode: angry\n");
  const started = performance.now();
  const { status, stderr } = gait("check", config);
  expect(status).toBe(2);
  expect(stderr).toMatch(/gait\.yaml:5:7: mode: expected/);
  // Twice the promise, because a test machine may be busy; the promise itself is for a quiet one.
  expect(performance.now() - started).toBeLessThan(2_000);
});

test("a reader that closes the pipe is no failure", () => {
  const script = `"${process.execPath}" ${main.join(" ")} config schema | head -c 10; exit \${PIPESTATUS[0]}`;
  expect(spawnSync("bash", ["-c", script]).status).toBe(0);
});

test("completions load in bash", () => {
  const script = `source <("${process.execPath}" ${main.join(" ")} completion bash) && complete -p gait`;
  expect(execFileSync("bash", ["-c", script], { encoding: "utf8" })).toContain("-F _gait gait");
});

test("a Node that is too old is refused in a sentence, not with a syntax error", () => {
  const path = (process.env.PATH ?? "").split(":").filter((folder) => !folder.includes("node_modules"));
  const { status, stderr } = spawnSync("node", ["bin/gait.js", "version"], {
    encoding: "utf8",
    env: { ...process.env, PATH: path.join(":") },
  });
  const major = Number(
    execFileSync("node", ["--version"], { encoding: "utf8", env: { ...process.env, PATH: path.join(":") } })
      .slice(1)
      .split(".")[0],
  );
  expect(major, "this test needs the machine's own Node to be older than 24").toBeLessThan(24);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^gait needs Node 24 or newer; this is Node \d+/);
});

test("SIGINT and SIGTERM during a burst of writes end with 0, and everything that was answered is on record", async () => {
  write("mode: observe\n");
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    const served = await serve();
    const asked = Array.from({ length: 300 }, (_, i) =>
      fetch(`http://${served.listen}/burst-${signal}/${i}`).then(
        (answer) => answer.text(),
        () => "refused",
      ),
    );
    await asked[0];
    const over = ended(served.child);
    served.child.kill(signal);
    expect(await over).toBe(0);
    const answered = (await Promise.all(asked)).filter((text) => text === "origin").length;
    expect(answered).toBeGreaterThan(0);

    const again = await serve();
    const sql = `SELECT count(*) AS n FROM everything WHERE starts_with(path, '/burst-${signal}/')`;
    const { status, stdout, stderr } = gait("sql", sql, "--json", "--state", join(directory, "state"));
    expect([status, stderr]).toEqual([0, ""]);
    const { rows } = JSON.parse(stdout) as { readonly rows: readonly { readonly n: number }[] };
    expect(rows[0]?.n).toBeGreaterThanOrEqual(answered);
    const overToo = ended(again.child);
    again.child.kill("SIGTERM");
    expect(await overToo).toBe(0);
  }
});

test("a reader that goes away early is no failure of any verb that writes much, and nothing is said of it", () => {
  for (const words of ["--help", "config schema", "completion bash", "serve --help"]) {
    const script = `"${process.execPath}" ${main.join(" ")} ${words} | head -c 1 >/dev/null; exit \${PIPESTATUS[0]}`;
    const { status, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8" });
    expect([words, status, stderr]).toEqual([words, 0, ""]);
  }
});
