import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testHashKey } from "#core";
import { createSelfSigned } from "#edge";
import { loadConfig } from "../config/load-config.ts";
import { gatewayOptions } from "./gateway-options.ts";

function optionsOf(text: string) {
  const loaded = loadConfig({ file: { name: "gait.yaml", bytes: Buffer.from(text) } });
  if (loaded.kind === "refused") throw new Error(JSON.stringify(loaded.problems));
  return gatewayOptions(loaded.config, { hashKey: testHashKey, revision: 1 });
}

test("the authorities of an upstream are read from their file", () => {
  const folder = mkdtempSync(join(tmpdir(), "gait-authorities-"));
  const caFile = join(folder, "ca.pem");
  const { cert } = createSelfSigned(["ca.test"], { validFrom: 0, validTo: Date.UTC(2049, 0) });
  const text = `upstream: { urls: ["https://10.0.0.7"], tls: { caFile: ${caFile}, serverName: api.internal } }\n`;
  try {
    writeFileSync(caFile, cert);
    expect(optionsOf(text).applications[0]?.upstream.tls).toEqual({ ca: cert, serverName: "api.internal" });

    writeFileSync(caFile, "no certificate");
    expect(() => optionsOf(text)).toThrow(`"${caFile}" holds no PEM certificates that can be used`);
    rmSync(caFile);
    expect(() => optionsOf(text)).toThrow(`"${caFile}" holds no PEM certificates that can be used: ENOENT`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a listener that says so speaks cleartext beside those that speak TLS", () => {
  const text = `upstream: http://127.0.0.1:3000
listen: [{ address: "127.0.0.1:80", tls: false }, "127.0.0.1:443"]
tls: { certFile: /c.pem, keyFile: /k.pem }
`;
  const { listen } = optionsOf(text);
  expect(listen.map(({ port, tls }) => [port, tls?.certificates])).toEqual([
    [80, undefined],
    [443, [{ cert: "/c.pem", key: "/k.pem" }]],
  ]);
});
