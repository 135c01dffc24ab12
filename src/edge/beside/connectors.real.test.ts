import { testHashKey } from "#core";
import { envoyCheckObserves, envoyObserves, openEnvoyAgent } from "../envoy/envoy-agent.ts";
import { haproxyObserves, openSpoeAgent } from "../haproxy/spoe-agent.ts";
import { openCheckServer } from "../http-check/check-server.ts";
import { renderNginxKey } from "../http-check/nginx-key.ts";
import { checkObserves, nginxAnswersObserves } from "../http-check/read-check.ts";
import { outsideAddress, startExtAuthzHttp, startTraefikContract } from "../testdata/asking-proxies.ts";
import { describeConnectors } from "../testdata/describe-connectors.ts";
import { startExtAuthz, startExtProc } from "../testdata/envoy-proxy.ts";

const host = "127.0.0.1";
const trustedProxies = ["127.0.0.1", "::1"];

describeConnectors([
  {
    name: "HAProxy over SPOE",
    proxy: {
      command: "haproxy",
      args: ["-db", "-f", "haproxy.cfg"],
      files: ["deploy/haproxy/haproxy.cfg", "deploy/haproxy/gait-spoe.conf"],
    },
    observes: haproxyObserves,
    throttled: 429,
    open: (service, port) => openSpoeAgent(service, { host, port }),
  },
  {
    name: "nginx by auth_request",
    proxy: {
      command: "nginx",
      args: ["-p", "FOLDER", "-c", "FOLDER/nginx.conf", "-g", "daemon off;"],
      files: ["deploy/nginx/nginx.conf"],
    },
    observes: checkObserves,
    throttled: 429,
    open: (service, port) =>
      openCheckServer(service, { listen: { host, port }, dialect: "auth-request", trustedProxies }),
  },
  {
    name: "nginx by auth_request, answers by njs",
    proxy: {
      command: "nginx",
      args: ["-p", "FOLDER", "-c", "FOLDER/nginx-with-answers.conf", "-g", "daemon off;"],
      files: ["deploy/nginx/nginx-with-answers.conf", "deploy/nginx/gait.js"],
      written: { "gait-key.conf": renderNginxKey(testHashKey) },
    },
    observes: nginxAnswersObserves,
    throttled: 429,
    open: (service, port) =>
      openCheckServer(service, { listen: { host, port }, dialect: "auth-request", trustedProxies }),
  },
  {
    name: "Caddy by forward_auth",
    proxy: {
      command: "caddy",
      args: ["run", "--config", "FOLDER/Caddyfile", "--adapter", "caddyfile"],
      files: ["deploy/caddy/Caddyfile"],
    },
    observes: checkObserves,
    throttled: 429,
    open: (service, port) =>
      openCheckServer(service, { listen: { host, port }, dialect: "forward-auth", trustedProxies }),
  },
  {
    name: "Traefik by forwardAuth, by its contract",
    proxy: startTraefikContract,
    observes: checkObserves,
    throttled: 429,
    open: (service, port) =>
      openCheckServer(service, { listen: { host, port }, dialect: "forward-auth", trustedProxies }),
  },
  {
    name: "Envoy by ext_authz over HTTP, by its contract",
    proxy: startExtAuthzHttp,
    address: outsideAddress,
    observes: checkObserves,
    throttled: 429,
    open: (service, port) => openCheckServer(service, { listen: { host, port }, dialect: "ext-authz", trustedProxies }),
  },
  {
    name: "Envoy by ext_authz over gRPC, by its contract",
    proxy: startExtAuthz,
    observes: envoyCheckObserves,
    throttled: 429,
    open: (service, port) => openEnvoyAgent(service, { host, port }),
  },
  {
    name: "Envoy by ext_proc, by its contract",
    proxy: startExtProc,
    observes: envoyObserves,
    throttled: 429,
    open: (service, port) => openEnvoyAgent(service, { host, port }),
  },
]);
