import { exitCodes, GaitError } from "#core";
import type { Finding } from "../../doctor/findings.ts";
import type { ArrivedProbe } from "../../doctor/probe-guard.ts";
import type { ProbeRound } from "../../doctor/run-doctor.ts";
import { type AdminTarget, askGateway, errorIn, withAdminTarget } from "../admin-client.ts";
import type { Verb } from "../command.ts";

interface DoctorVerbOptions extends AdminTarget {
  readonly path: string;
  readonly insecure?: boolean;
  readonly json?: boolean;
}

/** `gait doctor URL`: proves that what your proxy tells Gait is true, and that it survives without Gait. */
export const doctor: Verb = (program, { stdout, env }) => {
  withAdminTarget(program.command("doctor"))
    .description("send harmless probes through your proxy and prove that Gait sees what it must see")
    .argument("<url>", "your site as clients reach it: http://127.0.0.1:8080")
    .option("--path <path>", "a page that sets cookies", "/")
    .option("--insecure", "take any certificate")
    .option("--json", "as one JSON document")
    .addHelpText("after", "\nExample:\n  gait doctor http://127.0.0.1:8080 --path /login\n")
    .action(async (text: string, options: DoctorVerbOptions) => {
      const url = readUrl(text);
      const ask = async (method: "GET" | "POST", path: string): Promise<unknown> => {
        const answer = await askGateway(options, { method, path, ...(method === "POST" ? { body: {} } : {}) }, env);
        if (answer.status >= 400) throw new GaitError("doctor", errorIn(answer));
        return answer.body;
      };
      const { runDoctor } = await import("../../doctor/run-doctor.ts");
      const findings = await runDoctor({
        url,
        path: options.path,
        insecure: options.insecure === true,
        begin: async () => (await ask("POST", "/probes")) as ProbeRound,
        arrived: async (token) =>
          ((await ask("GET", `/probes/${token}`)) as { readonly probes: readonly ArrivedProbe[] }).probes,
      });
      const worst = findings.some(({ state }) => state === "failed");
      if (options.json === true) stdout.write(`${JSON.stringify({ version: 1, healthy: !worst, findings })}\n`);
      else stdout.write(render(findings));
      if (worst) process.exitCode = exitCodes.failed;
    });
};

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new GaitError("doctor-url", `${JSON.stringify(text)} is no URL; expected for example http://127.0.0.1:8080`, {
      exitCode: exitCodes.usage,
    });
  }
  return url;
}

const marks: Readonly<Record<Finding["state"], string>> = { ok: "ok     ", warning: "note   ", failed: "FAILED " };

function render(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ check, state, found, fix }) => [
    `${marks[state]} ${check.padEnd(15)} ${found}`,
    ...(fix === "" ? [] : [`${" ".repeat(24)}→ ${fix}`]),
  ]);
  const count = findings.filter(({ state }) => state === "failed").length;
  lines.push(
    count === 0 ? "everything that was looked at is as it should be" : `${count} of ${findings.length} checks failed`,
  );
  return `${lines.join("\n")}\n`;
}
