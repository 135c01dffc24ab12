import { readFileSync } from "node:fs";
import { type AdminRoute, answer } from "../admin-request.ts";

/** The status page's files; read once, when first asked for. */
function file(path: string, name: string, type: string): AdminRoute {
  let text: string | undefined;
  return {
    method: "GET",
    path,
    needs: "look",
    handle({ response }) {
      text ??= readFileSync(new URL(`../../status-page/${name}`, import.meta.url), "utf8");
      answer(response, 200, { type, body: text });
    },
  };
}

/** `GET /plain` and what it loads: the live page that needs no build, for where the console is absent. */
export const pageFiles: readonly AdminRoute[] = [
  file("/plain", "page.html", "text/html; charset=utf-8"),
  file("/page.css", "page.css", "text/css; charset=utf-8"),
  file("/page.js", "page.js", "text/javascript; charset=utf-8"),
  file("/theme.js", "theme.js", "text/javascript; charset=utf-8"),
  file("/tables.js", "tables.js", "text/javascript; charset=utf-8"),
  file("/why.js", "why.js", "text/javascript; charset=utf-8"),
  file("/chart.js", "chart.js", "text/javascript; charset=utf-8"),
  file("/icon.svg", "icon.svg", "image/svg+xml"),
];
