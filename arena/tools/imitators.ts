import { Agent } from "node:https";
import { gotScraping } from "got-scraping";
import { Agent as Http2Agent } from "http2-wrapper";
import { Impit } from "impit";
import { CookieJar } from "tough-cookie";
import type { Tool } from "./job.ts";
import { nodeTool } from "./node-clients.ts";

/** got-scraping: a browser's headers and cipher order over Node's TLS. */
export const gotImitator: Tool = nodeTool("got-scraping", (job) => {
  const cookieJar = new CookieJar();
  // Its own agents are shared by all sessions, and their connections with them.
  const agent = { https: new Agent({ keepAlive: true, maxSockets: 1 }), http2: new Http2Agent() };
  return {
    async ask(method, url, { headers, body }) {
      const answer = await gotScraping({
        url,
        method,
        headers,
        agent: agent as never,
        throwHttpErrors: false,
        retry: { limit: 0 },
        timeout: { request: 15_000 },
        https: { rejectUnauthorized: false },
        ...(job.jar ? { cookieJar } : {}),
        ...(body === undefined ? {} : { body }),
      });
      return { status: answer.statusCode, text: String(answer.body) };
    },
    close() {
      agent.https.destroy();
      agent.http2.destroy();
    },
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
