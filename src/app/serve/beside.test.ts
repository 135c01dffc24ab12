import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { openService, type RunningService } from "./open-service.ts";

const folder = mkdtempSync(join(tmpdir(), "gait-beside-"));
let service: RunningService | undefined;
afterEach(async () => {
  await service?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("without an upstream Gait answers the proxy beside it, judged by the same engine and shown on the same page", async () => {
  const path = join(folder, "gait.yaml");
  writeFileSync(
    path,
    `beside: { application: shop, nginx: "127.0.0.1:0" }\nmode: enforce\npolicy: { block: ["203.0.113.7"] }\nadmin: { listen: false }\nstore: { path: ${join(folder, "state")} }\n`,
  );
  service = await openService({ path, env: {}, flags: [] });
  const [door] = service.beside;
  const ask = (address: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${door?.port}/`, {
      headers: {
        "X-Original-Method": "GET",
        "X-Original-URI": "/cart?x=1",
        "X-Original-Host": "shop.example",
        "X-Real-IP": address,
      },
    });
  expect(service.addresses).toEqual([]);
  expect((await ask("203.0.113.8")).status).toBe(200);
  const blocked = await ask("203.0.113.7");
  expect([blocked.status, blocked.headers.get("x-gait-action")]).toEqual([403, "block"]);
  const seen = service.witness.recent.find(blocked.headers.get("x-request-id") ?? "");
  expect(seen).toMatchObject({ application: "shop", ip: "203.0.113.7", path: "/cart", enforced: "block" });
});
