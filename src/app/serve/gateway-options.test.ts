import { expect, test } from "vitest";
import { testHashKey } from "#core";
import { loadConfig } from "../config/load-config.ts";
import { gatewayOptions } from "./gateway-options.ts";

test("a listener that says so speaks cleartext beside those that speak TLS", () => {
  const text = `upstream: http://127.0.0.1:3000
listen: [{ address: "127.0.0.1:80", tls: false }, "127.0.0.1:443"]
tls: { certFile: /c.pem, keyFile: /k.pem }
`;
  const loaded = loadConfig({ file: { name: "gait.yaml", bytes: Buffer.from(text) } });
  if (loaded.kind === "refused") throw new Error(JSON.stringify(loaded.problems));
  const { listen } = gatewayOptions(loaded.config, { hashKey: testHashKey, revision: 1 });
  expect(listen.map(({ port, tls }) => [port, tls?.certificates])).toEqual([
    [80, undefined],
    [443, [{ cert: "/c.pem", key: "/k.pem" }]],
  ]);
});
