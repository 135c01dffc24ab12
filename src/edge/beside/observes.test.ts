import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Observes } from "#core";
import { envoyCheckObserves, envoyObserves } from "../envoy/envoy-agent.ts";
import { haproxyObserves, haproxyRequestsObserves } from "../haproxy/spoe-messages.ts";
import { checkObserves, nginxAnswersObserves } from "../http-check/read-check.ts";
import { nodeObserves } from "../node/node-middleware.ts";

const page = readFileSync("docs/beside-your-proxy.md", "utf8");
const said = (yes: boolean): string => (yes ? "yes" : "no");

test.each<readonly [string, Observes]>([
  ["HAProxy over SPOE", haproxyObserves],
  ["HAProxy, requests only", haproxyRequestsObserves],
  ["nginx, Caddy, Traefik, Envoy by `ext_authz`", checkObserves],
  ["nginx, Caddy, Traefik, Envoy by `ext_authz`", envoyCheckObserves],
  ["nginx with njs", nginxAnswersObserves],
  ["Envoy by `ext_proc`", envoyObserves],
  ["Node middleware", nodeObserves],
])("the page says of %s what it declares", (name, { setCookie, response, tls, body }) => {
  expect(page).toContain(`| ${name} | ${setCookie} | ${said(response)} | ${said(tls)} | ${said(body)} |\n`);
});
