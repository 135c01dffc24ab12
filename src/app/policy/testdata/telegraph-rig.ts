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

const hex = (length: number): string =>
  Array.from({ length }, () => "0123456789abcdef"[Math.floor(random() * 16)]).join("");

/** One place of an application: how it is asked and how it fails by itself, after a heavy-tailed time. */
export interface TelegraphPlace {
  readonly path: string;
  readonly method: "GET" | "POST";
  fail(response: ServerResponse): void;
}

/** A login fails in two ways, with a cookie and an id that differ each time. */
const login: TelegraphPlace = {
  path: "/login",
  method: "POST",
  fail(response) {
    const locked = random() < 0.2;
    const id = hex(16);
    response.writeHead(locked ? 423 : 401, {
      server: "shop/1.4",
      "content-type": "application/json",
      "set-cookie": `sid=${id}; Path=/; HttpOnly`,
      "x-trace": id,
    });
    response.end(JSON.stringify({ error: locked ? "account locked" : "wrong user name or password", trace: id }));
  },
};

/** An interface refuses with a problem that has an id of its own. */
const api: TelegraphPlace = {
  path: "/api/orders/1042",
  method: "GET",
  fail(response) {
    const status = random() < 0.7 ? 404 : 403;
    response.writeHead(status, { "content-type": "application/problem+json", "x-correlation": hex(12) });
    response.end(JSON.stringify({ type: "about:blank", status, instance: `/errors/${hex(10)}` }));
  },
};

/** A page that is not there, with a token in its form. */
const page: TelegraphPlace = {
  path: "/product/77",
  method: "GET",
  fail(response) {
    const text = `<!doctype html><title>Not found</title><h1>Not found</h1><form><input name="csrf" value="${hex(24)}"></form>`;
    response.writeHead(404, { "content-type": "text/html; charset=utf-8", "content-length": String(text.length) });
    response.end(text);
  },
};

/** A step of a purchase or a form that is refused. */
const step: TelegraphPlace = {
  path: "/checkout",
  method: "POST",
  fail(response) {
    const declined = random() < 0.6;
    response.writeHead(declined ? 402 : 409, { "content-type": "application/json", "cache-control": "no-store" });
    response.end(JSON.stringify({ error: declined ? "declined" : "no longer available", attempt: `a${hex(8)}` }));
  },
};

/** The kinds of places that rules of packs are for. */
export const telegraphPlaces: Readonly<Record<"login" | "api" | "page" | "step", TelegraphPlace>> = {
  login,
  api,
  page,
  step,
};

/** How the rig differs from the usual one. */
export interface TelegraphOptions {
  /** Default: the login. */
  readonly place?: TelegraphPlace;
  /** More of the configuration, as YAML. */
  readonly more?: string;
}

/** @param then What the rule does to those it stops, as YAML. */
export async function openTelegraphRig(
  then: string,
  { place = login, more = "" }: TelegraphOptions = {},
): Promise<TelegraphRig> {
  const origin = createServer((request, response) => {
    request.resume();
    request.on("end", () => setTimeout(() => place.fail(response), 2 + Math.exp(1 + random() + random())));
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
      const path = `${place.path}?stopped=${kind === "stopped" ? 1 : 0}`;
      const headers = {
        "x-forwarded-for": client,
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
        "content-type": "application/x-www-form-urlencoded",
      };
      const start = performance.now();
      const answer = await ask({ port: rig.port }, { path, method: place.method, headers, ...(place.method === "POST" ? { body } : {}) });
      return observationOf(answer, performance.now() - start);
    },
    async close() {
      await rig.close();
      origin.closeAllConnections();
      origin.close();
    },
  };
}
