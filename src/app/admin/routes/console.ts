import { gzipSync } from "node:zlib";
import { type AdminRoute, answer, securityHeaders } from "../admin-request.ts";
import { type ConsoleFile, consoleState } from "../console-files.ts";

/** Compressed copies, by file; the console has some dozens of files in all. */
const compressed = new WeakMap<ConsoleFile, Buffer>();

const waiting = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="1"><title>Gait</title><p>The console is being built from its sources; this takes some seconds.</p></html>
`;

/**
 * `GET /console/…`: the web console. Its files hold no data and are served to anybody whom the listener admits at all:
 * the page to sign in is among them. Every path that is no file is a screen, and screens are one document.
 */
export const consoleFiles: AdminRoute = {
  method: "GET",
  path: "/console/**",
  needs: "open",
  handle({ path, request, response }) {
    const state = consoleState();
    if (state.kind === "building") {
      answer(response, 200, { type: "text/html; charset=utf-8", body: waiting });
      return;
    }
    if (state.kind === "absent") {
      answer(response, 503, { type: "text/plain; charset=utf-8", body: `${state.hint}\n` });
      return;
    }
    const name = path.slice("/console/".length);
    const file = state.files.get(name) ?? (name.startsWith("assets/") ? undefined : state.files.get("index.html"));
    if (file === undefined) {
      answer(response, 404, { type: "text/plain; charset=utf-8", body: "there is no such file\n" });
      return;
    }
    const gzip = /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? "")) && file.body.length > 1_000;
    const body = gzip ? gzipped(file) : file.body;
    response.writeHead(200, {
      ...securityHeaders,
      "content-type": file.type,
      "content-length": String(body.length),
      "cache-control": file.hashed ? "public, max-age=31536000, immutable" : "no-cache",
      vary: "accept-encoding",
      ...(gzip ? { "content-encoding": "gzip" } : {}),
    });
    response.end(body);
  },
};

/** `GET /` and `GET /console` lead to the console. */
export const consoleEntrances: readonly AdminRoute[] = ["/", "/console"].map((path) => ({
  method: "GET",
  path,
  needs: "open",
  handle({ response }) {
    response.writeHead(302, { ...securityHeaders, location: "/console/", "content-length": "0" });
    response.end();
  },
}));

function gzipped(file: ConsoleFile): Buffer {
  const known = compressed.get(file);
  if (known !== undefined) return known;
  const made = gzipSync(file.body, { level: 9 });
  compressed.set(file, made);
  return made;
}
