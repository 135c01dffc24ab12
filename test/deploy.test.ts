import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";

/** Files of each folder that real servers are started with (`npm run test:connectors`), or that are read below. */
const checked: Readonly<Record<string, readonly string[]>> = {
  caddy: ["Caddyfile"],
  envoy: ["envoy.yaml"],
  haproxy: ["gait-spoe.conf", "haproxy.cfg"],
  nginx: ["gait.js", "nginx-with-answers.conf", "nginx.conf"],
  traefik: ["dynamic.yaml"],
};

const read = (path: string): string => readFileSync(join("deploy", path), "utf8");

test("every file under deploy/ is started or read by a test", () => {
  const found = Object.fromEntries(
    readdirSync("deploy").map((folder) => [folder, readdirSync(join("deploy", folder)).sort()]),
  );
  expect(found).toEqual(checked);
});

test("every front server is told where Gait is, fails open, and says how to fail closed", () => {
  for (const [file, closed] of [
    ["caddy/Caddyfile", /Remove this block to fail closed/],
    ["envoy/envoy.yaml", /`false` fails closed/],
    ["haproxy/haproxy.cfg", /To fail closed instead/],
    ["nginx/nginx.conf", /Remove this line to fail closed/],
    ["nginx/nginx-with-answers.conf", /Remove this line to fail closed/],
  ] as const) {
    expect(read(file)).toMatch(closed);
    expect(read(file)).toContain("ADJUST");
  }
});

interface EnvoyFilter {
  readonly name: string;
  readonly typed_config: Readonly<Record<string, unknown>>;
}

test("Envoy asks by headers in both directions, over HTTP/2, fails open within the time it says, and replaces claimed ids", () => {
  const { static_resources } = parse(read("envoy/envoy.yaml")) as {
    readonly static_resources: {
      readonly listeners: readonly {
        readonly filter_chains: readonly { readonly filters: readonly EnvoyFilter[] }[];
      }[];
      readonly clusters: readonly { readonly name: string }[];
    };
  };
  const manager = static_resources.listeners[0]?.filter_chains[0]?.filters[0]?.typed_config;
  expect(manager).toMatchObject({
    use_remote_address: true,
    generate_request_id: true,
    preserve_external_request_id: false,
  });
  const filters = manager?.http_filters as readonly EnvoyFilter[];
  expect(filters.map(({ name }) => name)).toEqual(["envoy.filters.http.ext_proc", "envoy.filters.http.router"]);
  expect(filters[0]?.typed_config).toMatchObject({
    failure_mode_allow: true,
    message_timeout: "0.05s",
    processing_mode: { request_header_mode: "SEND", response_header_mode: "SEND", request_body_mode: "NONE" },
  });
  expect(static_resources.clusters.map(({ name }) => name)).toEqual(["application", "gait"]);
  expect(JSON.stringify(static_resources.clusters[1])).toContain("http2_protocol_options");
});

test("Traefik does not believe what clients say of themselves, and hands the verdict on", () => {
  const { http } = parse(read("traefik/dynamic.yaml")) as {
    readonly http: {
      readonly middlewares: { readonly gait: { readonly forwardAuth: Readonly<Record<string, unknown>> } };
    };
  };
  expect(http.middlewares.gait.forwardAuth).toMatchObject({
    trustForwardHeader: false,
    authResponseHeaders: expect.arrayContaining(["X-Gait-Kind", "X-Request-Id"]),
  });
});
