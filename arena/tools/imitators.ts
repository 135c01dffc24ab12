import { gotScraping } from "got-scraping";
import { Impit } from "impit";
import { CookieJar } from "tough-cookie";
import type { Tool } from "./job.ts";
import { nodeTool } from "./node-clients.ts";

/** got-scraping: a browser's headers and cipher order over Node's TLS. */
export const gotImitator: Tool = nodeTool("got-scraping", (job) => {
  const cookieJar = new CookieJar();
  return {
    async ask(method, url, { headers, body }) {
      const answer = await gotScraping({
        url,
        method,
        headers,
        throwHttpErrors: false,
        retry: { limit: 0 },
        timeout: { request: 15_000 },
        https: { rejectUnauthorized: false },
        ...(job.jar ? { cookieJar } : {}),
        ...(body === undefined ? {} : { body }),
      });
      return { status: answer.statusCode, text: String(answer.body) };
    },
    close: () => undefined,
  };
});

/** impit: Chrome's own TLS hello and HTTP/2 opening, byte for byte. */
export const impitChrome: Tool = nodeTool("impit-chrome", (job) => {
  const client = new Impit({
    browser: "chrome",
    ignoreTlsErrors: true,
    ...(job.jar ? { cookieJar: new CookieJar() as never } : {}),
  });
  return {
    async ask(method, url, { headers, body }) {
      const answer = await client.fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
      return { status: answer.status, text: await answer.text() };
    },
    close: () => undefined,
  };
});
