import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A gateway of its own for tests that change things: nobody has an account yet. */
export interface OwnGateway {
  /** `http://127.0.0.1:PORT` of the admin plane. */
  readonly admin: string;
  /** Where traffic goes. */
  readonly traffic: string;
  /** What the gateway printed for whoever becomes its first administrator. */
  readonly printed: string;
  close(): Promise<void>;
}

const home = fileURLToPath(new URL("../../", import.meta.url));

/** Starts `gait serve` in front of an origin that answers everything. */
export async function openOwnGateway(
  yaml = "",
  { admin: adminSection = 'listen: "127.0.0.1:0"' }: { readonly admin?: string } = {},
): Promise<OwnGateway> {
  const folder = mkdtempSync(join(tmpdir(), "gait-console-"));
  const origin = createServer((request, response) => {
    request.resume();
    response.end("<!doctype html><title>shop</title>");
  });
  await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
  const { port } = origin.address() as AddressInfo;
  const file = join(folder, "gait.yaml");
  writeFileSync(
    file,
    `upstream: http://127.0.0.1:${port}\nlisten: 127.0.0.1:0\nadmin: { ${adminSection} }\nstore: { path: ${folder}/state }\n${yaml}`,
  );
  const words = ["--conditions=source", "--disable-warning=ExperimentalWarning", "src/app/cli/main.ts"];
  const gateway = spawn(process.execPath, [...words, "serve", "--config", file], {
    cwd: home,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  for await (const line of createInterface({ input: gateway.stderr })) {
    said += `${line}\n`;
    if (line.includes("#bootstrap=")) break;
  }
  gateway.stderr.resume();
  const printed = /http:\S+#bootstrap=\S+/.exec(said)?.[0] ?? "";
  const traffic = /traffic +(http:\S+)/.exec(said)?.[1] ?? "";
  if (printed === "" || traffic === "") throw new Error(`the gateway did not say where it is:\n${said}`);
  const admin = new URL(printed).origin;
  await built(admin);
  return {
    admin,
    traffic,
    printed,
    async close() {
      gateway.kill("SIGTERM");
      if (gateway.exitCode === null) await once(gateway, "exit");
      origin.closeAllConnections();
      origin.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The console is built from its sources when it is first asked for. */
async function built(admin: string): Promise<void> {
  for (let tries = 0; tries < 120; tries++) {
    const page = await fetch(`${admin}/console/`);
    if ((await page.text()).includes('id="root"')) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("the console was not built within a minute");
}
