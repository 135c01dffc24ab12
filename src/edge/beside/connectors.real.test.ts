import { testHashKey } from "#core";
import { envoyCheckObserves, envoyObserves, openEnvoyAgent } from "../envoy/envoy-agent.ts";
import { openSpoeAgent } from "../haproxy/spoe-agent.ts";
import { haproxyObserves } from "../haproxy/spoe-messages.ts";
import { openCheckServer } from "../http-check/check-server.ts";
import { renderNginxKey } from "../http-check/nginx-key.ts";
import { checkObserves, nginxAnswersObserves } from "../http-check/read-check.ts";
import { outsideAddress, startExtAuthzHttp, startTraefikContract } from "../testdata/asking-proxies.ts";
import { describeConnectors } from "../testdata/describe-connectors.ts";
import { startExtAuthz, startExtProc } from "../testdata/envoy-proxy.ts";

const host = "127.0.0.1";
const trustedProxies = ["127.0.0.1", "::1"];

const patientNginx = (text: string): string => text.replaceAll(/(proxy_(?:connect|read|send)_timeout) \d+ms/g, "$1 2s");
const nginxEdits = {
  http2: (text: string, port: number): string =>
    text.replace(`listen 127.0.0.1:${port};`, `listen 127.0.0.1:${port}; listen [::1]:${port} http2;`),
  closed: (text: string): string =>
    text
      .replace(/ *error_page 500 502 503 504 =204 @gait_away;\n/, "")
      .replace(/ *error_page 500 = @gait_unjudged;\n/, ""),
};

describeConnectors([
  {
    name: "HAProxy over SPOE",
    proxy: {
      command: "haproxy",
      args: ["-db", "-f", "haproxy.cfg"],
      files: ["deploy/haproxy/haproxy.cfg", "deploy/haproxy/gait-spoe.conf"],
    },
    patient: (text) => text.replace("timeout processing 50ms", "timeout processing 2s"),
    edits: {
      http2: (text, port) =>
        text.replace(`bind 127.0.0.1:${port} `, `bind ::1:${port} proto h2\n    bind 127.0.0.1:${port} `),
      closed: (text) => text.replace("# http-request deny deny_status 503", "http-request deny deny_status 503"),
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
    patient: patientNginx,
    edits: nginxEdits,
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
    patient: patientNginx,
    edits: nginxEdits,
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
    patient: (text) =>
      text.replace("dial_timeout 50ms", "dial_timeout 2s").replace("header_timeout 50ms", "header_timeout 2s"),
    edits: {
      http2: (text, port) =>
        text
          .replace("auto_https off\n", "auto_https off\n\tservers {\n\t\tprotocols h1 h2c\n\t}\n")
          .replace(`http://127.0.0.1:${port} {`, `http://127.0.0.1:${port}, http://[::1]:${port} {`),
      closed: (text) => text.replace(/\thandle_errors \{[\s\S]*?\n\t\}\n/, ""),
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
