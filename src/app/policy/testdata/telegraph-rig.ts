import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Observation } from "#analyst";
import { createRandom } from "#core";
import { ask, openServiceRig, type ServiceRig } from "../../serve/testdata/service-rig.ts";
import { observationOf } from "./observe-answer.ts";

/** A login behind the gateway, asked by people who mistype and by clients that a rule stops. */
export interface TelegraphRig {
  readonly rig: ServiceRig;
  /** What one answer looks like to whoever gets it, in numbers. */
  observe(kind: "organic" | "stopped"): Promise<Observation>;
  close(): Promise<void>;
}

const random = createRandom(20_260_601);

/** Fails as applications do: two ways, after a heavy-tailed time, with a cookie and an id that differ each time. */
function failLogin(response: ServerResponse): void {
  const waitMs = 2 + Math.exp(1 + random() + random());
  setTimeout(() => {
    const locked = random() < 0.2;
    const id = Array.from({ length: 16 }, () => "0123456789abcdef"[Math.floor(random() * 16)]).join("");
    response.writeHead(locked ? 423 : 401, {
      server: "shop/1.4",
      "content-type": "application/json",
      "set-cookie": `sid=${id}; Path=/; HttpOnly`,
      "x-trace": id,
    });
    response.end(JSON.stringify({ error: locked ? "account locked" : "wrong user name or password", trace: id }));
  }, waitMs);
}

/** @param then What the rule does to those it stops, as YAML. @param more More of the configuration, as YAML. */
export async function openTelegraphRig(then: string, more = ""): Promise<TelegraphRig> {
  const origin = createServer((request, response) => {
    request.resume();
    request.on("end", () => failLogin(response));
  });
  await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
  const { port } = origin.address() as AddressInfo;
  const rig = await openServiceRig(more);
  mkdirSync(join(rig.directory, "rules"));
  writeFileSync(
    join(rig.directory, "rules", "stop.yaml"),
    `- { name: stop, why: Chosen by the test., when: request.query == "stopped=1", then: ${then}, mode: enforce }\n`,
  );
  writeFileSync(
    rig.configFile,
    `applications: [{ name: shop, upstream: "http://127.0.0.1:${port}", mode: enforce }]\nlisten: 127.0.0.1:0\nstore: { path: ${rig.directory}/state }\ntrustedProxies: [127.0.0.1]\nenforce: { basis: certified }\npolicy: { packs: [], rules: ${rig.directory}/rules }\n${more}`,
  );
  // Only the rule acts: what the engine thinks of ten thousand failed logins is not the question here.
  const reloaded = rig.service.reload();
  if (reloaded.kind === "refused") throw new Error(reloaded.reason);
  const body = "user=anna&password=guess";
  return {
    rig,
    async observe(kind) {
      const client = `198.51.${Math.floor(random() * 200)}.${1 + Math.floor(random() * 200)}`;
      const path = kind === "stopped" ? "/login?stopped=1" : "/login?stopped=0";
      const headers = {
        "x-forwarded-for": client,
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
        "content-type": "application/x-www-form-urlencoded",
      };
      const start = performance.now();
      const answer = await ask({ port: rig.port }, { path, method: "POST", headers, body });
      return observationOf(answer, performance.now() - start);
    },
    async close() {
      await rig.close();
      origin.closeAllConnections();
      origin.close();
    },
  };
}
