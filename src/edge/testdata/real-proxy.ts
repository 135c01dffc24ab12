import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

/** A proxy of Debian's, started with a file of deploy/ whose addresses are replaced by free ports of loopback. */
export interface RealProxy {
  readonly port: number;
  stop(): Promise<void>;
}

/** How to start it. */
export interface RealProxyOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Files of deploy/, copied into the folder it runs in. */
  readonly files: readonly string[];
  /** Changes the configuration, after its addresses were replaced. */
  readonly edit?: ((text: string, port: number) => string) | undefined;
  /** Further files beside them, by name. */
  readonly written?: Readonly<Record<string, string>>;
  readonly originPort: number;
  readonly gaitPort: number;
}

/** @throws Error naming the Debian package when the proxy does not answer within five seconds. */
export async function startRealProxy(options: RealProxyOptions): Promise<RealProxy> {
  const folder = mkdtempSync(join(tmpdir(), "gait-proxy-"));
  mkdirSync(join(folder, "logs"));
  const port = await freePort();
  for (const file of options.files) {
    const text = readFileSync(file, "utf8")
      .replaceAll("127.0.0.1:8080", `127.0.0.1:${port}`)
      .replaceAll("127.0.0.1:3000", `127.0.0.1:${options.originPort}`)
      .replaceAll("127.0.0.1:9001", `127.0.0.1:${options.gaitPort}`)
      .replaceAll("127.0.0.1:9002", `127.0.0.1:${options.gaitPort}`)
      .replaceAll("127.0.0.1:9003", `127.0.0.1:${options.gaitPort}`);
    writeFileSync(join(folder, basename(file)), options.edit?.(text, port) ?? text);
  }
  for (const [name, text] of Object.entries(options.written ?? {})) writeFileSync(join(folder, name), text);
  const args = options.args.map((arg) => arg.replaceAll("FOLDER", folder));
  const child: ChildProcess = spawn(options.command, args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr?.on("data", (data: Buffer) => {
    said = (said + data.toString()).slice(-2_000);
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null) {
      const ended = new Promise((resolve) => child.once("close", resolve));
      child.kill("SIGTERM");
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 3_000))]);
    }
    rmSync(folder, { recursive: true, force: true });
  };
  for (let i = 0; i < 100; i++) {
    if ((await fetch(`http://127.0.0.1:${port}/ready`).catch(() => undefined)) !== undefined) return { port, stop };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await stop();
  throw new Error(`${options.command} did not answer; is its package installed (tools/install-parts.sh)? It said: ${said}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
