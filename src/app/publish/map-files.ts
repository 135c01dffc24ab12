import { renameSync, writeFileSync } from "node:fs";
import type { PublishedDecision } from "./published-decisions.ts";

/** Which program reads the file. */
export type MapDialect = "nginx" | "haproxy";

/**
 * The list as a file: for nginx to be included in a `geo` block (`203.0.113.9 "block";`), for HAProxy as a map
 * (`203.0.113.9 block`). Inactive lists stand there as comments: seen, and without effect.
 */
export function renderMap(
  list: readonly PublishedDecision[],
  { dialect, active }: { readonly dialect: MapDialect; readonly active: boolean },
): string {
  const head = active
    ? "# Written by gait; every change is overwritten."
    : "# Written by gait in observe mode: this is what would be refused. Nothing below acts until `mode: enforce`.";
  const hint =
    dialect === "nginx"
      ? "# nginx takes it at its next reload (nginx -s reload)."
      : "# HAProxy takes it at its next reload.";
  const lines = list.map(({ value, action, reason }) => {
    const line = dialect === "nginx" ? `${value} "${action}";` : `${value} ${action}`;
    return active ? line : `# ${line} (${reason.replace(/[^ -~]/g, " ")})`;
  });
  return `${[head, hint, ...lines].join("\n")}\n`;
}

/** Written beside its place and moved there: a proxy that reloads meanwhile finds the old list or the new one whole. */
export function writeMap(path: string, text: string): void {
  const beside = `${path}.${process.pid}.tmp`;
  writeFileSync(beside, text, { mode: 0o644 });
  renameSync(beside, path);
}
