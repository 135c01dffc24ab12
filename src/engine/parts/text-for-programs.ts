import type { HttpRequest } from "#core";

/** Does the request ask for a version that is written for programs: `llms.txt`, Markdown by path or by Accept? */
export function readsForPrograms({ path, headers }: Pick<HttpRequest, "path" | "headers">): boolean {
  if (path.endsWith(".md") || path.endsWith(".markdown")) return true;
  if (path.endsWith("/llms.txt") || path.endsWith("/llms-full.txt")) return true;
  for (let i = 0; i < headers.names.length; i++) {
    const name = headers.names[i];
    if (name?.length === 6 && name.toLowerCase() === "accept")
      return headers.values[i]?.startsWith("text/markdown") === true;
  }
  return false;
}
