import type { EventRow } from "../../api/contract.ts";

/**
 * A command that sends the same request again. It cannot hold a secret: cookies, tokens, bodies and query strings never
 * reach the records. Everything that came from outside is quoted, so that pasting it runs nothing else (an attacker
 * chooses paths and user agents).
 */
export function curlOf({ method, host, path, agent }: Pick<EventRow, "method" | "host" | "path" | "agent">): string {
  const url = `https://${/^[\w.:[\]-]+$/.test(host) ? host : "host.invalid"}${path.startsWith("/") ? "" : "/"}${path}`;
  const words = ["curl", "--globoff", "--request", quote(method), "--url", quote(url)];
  if (agent !== "") words.push("--user-agent", quote(agent));
  return words.join(" ");
}

/** Single quotes keep everything but themselves; control characters are taken out, as a terminal would obey them. */
function quote(text: string): string {
  return `'${text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "").replaceAll("'", "'\\''")}'`;
}
