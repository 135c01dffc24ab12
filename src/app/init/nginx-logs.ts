import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const filesMax = 256;

/** The files that `access_log` names in an nginx configuration and what it includes. Variables in names are left out. */
export function accessLogsOf(configFile: string, root = "/"): readonly string[] {
  const folder = dirname(configFile);
  const waiting = [configFile];
  const seen = new Set<string>();
  const logs = new Set<string>();
  for (let path = waiting.shift(); path !== undefined && seen.size < filesMax; path = waiting.shift()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const [name, value] of directivesOf(join(root, path))) {
      if (name === "include") waiting.push(...expand(resolve(folder, value), root));
      else if (value !== "off" && !value.includes("$") && !value.startsWith("syslog:"))
        logs.add(resolve(folder, value));
    }
  }
  return [...logs];
}

function directivesOf(path: string): readonly (readonly [name: "include" | "access_log", value: string])[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8").replace(/#.*$/gm, "");
  } catch {
    return [];
  }
  return [...text.matchAll(/(?:^|[;{}\s])(include|access_log)\s+["']?([^\s;"']+)/g)].map(
    (match) => [match[1] === "include" ? "include" : "access_log", match[2] ?? ""] as const,
  );
}

/** A pattern with `*` in its last part, as distributions write it (`conf.d/*.conf`). */
function expand(pattern: string, root: string): readonly string[] {
  if (!pattern.includes("*")) return [pattern];
  const folder = dirname(pattern);
  const [start = "", end = ""] = pattern.slice(folder.length + 1).split("*", 2);
  try {
    return readdirSync(join(root, folder))
      .filter((name) => name.startsWith(start) && name.endsWith(end))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}
