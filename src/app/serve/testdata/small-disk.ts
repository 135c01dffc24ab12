import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { ask } from "./service-rig.ts";

const run = promisify(execFile);

/** A gateway whose state lies on a disk of its own, in a mount namespace of its own. Needs root. */
export class SmallDisk {
  readonly folder: string = mkdtempSync(join(tmpdir(), "gait-disk-"));
  /** Where the disk is mounted, as the gateway sees it. */
  readonly disk: string = join(this.folder, "disk");
  readonly #token = randomBytes(24).toString("hex");
  #holder: ChildProcess | undefined;
  #gateway: ChildProcess | undefined;
  #origin: Server | undefined;
  #traffic = 0;
  #admin = 0;

  /** @param mount the command that mounts the disk at `$DISK`; the folder around it is `$FOLDER` */
  async open(mount: string): Promise<void> {
    if (process.getuid?.() !== 0) throw new Error("this test mounts file systems: run it as root");
    mkdirSync(this.disk);
    writeFileSync(join(this.folder, "token"), this.#token, { mode: 0o600 });
    this.#origin = createServer((request, response) => {
      request.resume();
      response.end("origin");
    });
    const origin = this.#origin;
    await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
    const upstream = (origin.address() as AddressInfo).port;
    writeFileSync(
      join(this.folder, "gait.yaml"),
      `upstream: http://127.0.0.1:${upstream}\nlisten: 127.0.0.1:0\nmode: enforce\nadmin: { listen: "127.0.0.1:0", tokenFile: ${this.folder}/token }\nstore: { path: ${this.disk}/state }\n`,
    );
    // Holds the namespace while the gateway comes and goes.
    this.#holder = spawn("unshare", ["-m", "sleep", "600"], { stdio: "ignore" });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await this.inside(mount);
  }

  /** Starts the gateway and waits until it says where it is. */
  async start(): Promise<void> {
    const words = ["--conditions=source", "--disable-warning=ExperimentalWarning", "src/app/cli/main.ts"];
    this.#gateway = spawn(
      "nsenter",
      [...this.#namespace(), process.execPath, ...words, "serve", "--config", `${this.folder}/gait.yaml`],
      { stdio: ["ignore", "ignore", "pipe"], cwd: process.cwd() },
    );
    const { stderr } = this.#gateway;
    if (stderr === null) throw new Error("no output to read");
    let said = "";
    for await (const text of createInterface({ input: stderr })) {
      said += `${text}\n`;
      if (/^ {2}status/.test(text)) break;
    }
    stderr.resume();
    const port = (name: string): number =>
      Number(new RegExp(`${name} +http://127\\.0\\.0\\.1:(\\d+)`).exec(said)?.[1]);
    this.#traffic = port("traffic");
    this.#admin = port("status");
    if (!(this.#traffic > 0 && this.#admin > 0)) throw new Error(`the gateway did not say where it is:\n${said}`);
  }

  /** The gateway's process id. */
  get pid(): number {
    return this.#gateway?.pid ?? 0;
  }

  /** Kills the gateway outright, as a machine that loses power does. */
  async kill(): Promise<void> {
    if (this.#gateway?.exitCode !== null || this.#gateway.signalCode !== null) return;
    const ended = once(this.#gateway, "exit");
    this.#gateway.kill("SIGKILL");
    await ended;
  }

  /** Runs a command where the gateway's disk is; `$DISK` and `$FOLDER` are its places. */
  async inside(command: string): Promise<string> {
    const options = { cwd: "/", env: { ...process.env, DISK: this.disk, FOLDER: this.folder } };
    return (await run("nsenter", [...this.#namespace(), "sh", "-c", command], options)).stdout.trim();
  }

  /** Status of a change that an operator asks for. */
  async change(value: string): Promise<number> {
    return (await this.#operate("decisions/add", { value, action: "block" })).status;
  }

  /** Whether a decision stands for a value. */
  async stands(value: string): Promise<boolean> {
    const { body } = await this.#operate("decisions/list", { contains: value });
    return (JSON.parse(body) as { readonly total: number }).total > 0;
  }

  /** What the gateway says of its records; empty: all is well. */
  async recordsProblem(): Promise<string> {
    const { body } = await this.#operate("health", {});
    const { parts } = JSON.parse(body) as { parts: readonly { name: string; says: string }[] };
    return parts.find(({ name }) => name === "records")?.says ?? "";
  }

  /** How many requests are recorded, and how many different ones. */
  async recorded(): Promise<unknown> {
    const statement = 'SELECT count(*) AS "all", count(DISTINCT reference) AS different FROM everything';
    const { body } = await this.#operate("sql", { statement });
    return (JSON.parse(body) as { readonly rows: readonly unknown[] }).rows[0];
  }

  /** Statuses of as many requests, each counted: `200 x 100`. */
  async serve(count: number): Promise<string> {
    const seen = new Map<number, number>();
    for (let i = 0; i < count; i++) {
      const headers = { "user-agent": "x".repeat(400) };
      const { status } = await ask({ port: this.#traffic }, { path: `/page/${i}`, headers });
      seen.set(status, (seen.get(status) ?? 0) + 1);
    }
    return [...seen].map(([status, times]) => `${status} x ${times}`).join(", ");
  }

  async close(): Promise<void> {
    await this.kill();
    await this.inside('umount "$DISK" || true; umount "$FOLDER/back" || true').catch(() => "");
    this.#holder?.kill("SIGKILL");
    this.#origin?.closeAllConnections();
    this.#origin?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #namespace(): readonly string[] {
    return ["-t", String(this.#holder?.pid), "-m", `--wdns=${process.cwd()}`];
  }

  async #operate(name: string, input: unknown): Promise<{ readonly status: number; readonly body: string }> {
    return ask(
      { port: this.#admin },
      {
        path: `/api/v1/${name}`,
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${this.#token}` },
        body: JSON.stringify(input),
      },
    );
  }
}
