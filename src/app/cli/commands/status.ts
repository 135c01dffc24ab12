import type { StatusDocument } from "../../admin/status-document.ts";
import { type AdminTarget, askGateway, withAdminTarget } from "../admin-client.ts";
import type { Verb } from "../command.ts";

/** `gait status`: what the running gateway does and sees. */
export const status: Verb = (program, { stdout, env }) => {
  withAdminTarget(program.command("status"))
    .description("what the running gateway does and what it saw")
    .option("--json", "as one JSON document")
    .addHelpText("after", "\nExample:\n  gait status --state /var/lib/gait\n")
    .action(async (options: AdminTarget & { json?: boolean }) => {
      const { body } = await askGateway(options, { method: "GET", path: "/status" }, env);
      stdout.write(options.json === true ? `${JSON.stringify(body)}\n` : render(body as StatusDocument));
    });
};

function render(found: StatusDocument): string {
  const counts = (of: Readonly<Record<string, number>>): string => {
    const parts = Object.entries(of)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${name} ${count}`);
    return parts.length === 0 ? "none" : parts.join(", ");
  };
  const lines = [
    `gait ${found.gait}, ${found.mode} mode, up ${found.uptimeSeconds} s, configuration ${found.revision}`,
    `listens    ${found.listen.join(", ")}`,
    `status     ${found.admin.address ?? "no page"}`,
    `requests   ${found.requests}: ${counts(found.requestsByKind)}`,
    `clients    ${counts(found.clientsByKind)} (last ten minutes)`,
    `${found.mode === "observe" ? "would act" : "acted"}  ${counts(found.mode === "observe" ? found.observed : found.actions)}`,
    `deciding   ${found.decisionMicroseconds.p50} µs typically, ${found.decisionMicroseconds.p99} µs at the 99th percentile (upper bounds)`,
    `upstreams  ${found.upstreams.map(({ address, healthy }) => `${address} ${healthy ? "up" : "DOWN"}`).join(", ") || "none used yet"}`,
  ];
  if (Object.keys(found.failModeUsed).length > 0) lines.push(`FAIL MODE  ${counts(found.failModeUsed)}`);
  if (found.draining) lines.push("DRAINING");
  if (found.degraded !== null) lines.push(`DEGRADED   ${found.degraded}`);
  return `${lines.join("\n")}\n`;
}
