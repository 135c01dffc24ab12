import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { afterEach, expect, test } from "vitest";
import { testHashKey } from "#core";
import { openGateway } from "../proxy/gateway.ts";
import { exchangeRaw, openOrigin, RecordingGuard, verdictOf } from "../testdata/gateway-rig.ts";
import { writePair } from "./testdata/tls-origin.ts";

const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** The folder that certbot keeps: `live/` holds links, `archive/` every pair there was. */
interface Live {
  readonly cert: string;
  readonly key: string;
  /** Puts a fresh pair behind the links, one after the other, as certbot does. */
  renew(name: string): void;
}

function openLive(name: string): Live {
  const folder = mkdtempSync(join(tmpdir(), "gait-live-"));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "live"));
  const live = { cert: join(folder, "live", "fullchain.pem"), key: join(folder, "live", "privkey.pem") };
  const point = (link: string, to: string): void => {
    symlinkSync(to, `${link}.new`);
    renameSync(`${link}.new`, link);
  };
  const renew = (of: string): void => {
    const pair = writePair([of]);
    point(live.cert, pair.cert);
    point(live.key, pair.key);
  };
  renew(name);
  return { ...live, renew };
}

function dial(port: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", servername: "shop.example", rejectUnauthorized: false }, () =>
      resolve(socket),
    );
    socket.once("error", reject);
    closers.push(() => void socket.destroy());
  });
}

test("a challenge reaches the ACME client even where everybody else is refused, and a renewal serves without a restart", async () => {
  const shop = await openOrigin((_, response) => response.end("shop"));
  const acme = await openOrigin((request, response) =>
    response.end(`key-authorization of ${request.url?.split("/").at(-1)}`),
  );
  const live = openLive("first.example");
  const guard = new RecordingGuard();
  guard.decide = (exchange) => verdictOf(exchange, { action: "block" });
  const upstream = (name: string, port: number): { name: string; urls: string[] } => ({
    name,
    urls: [`http://127.0.0.1:${port}`],
  });
  const gateway = await openGateway(
    {
      listen: [
        { host: "127.0.0.1", port: 0 },
        { host: "127.0.0.1", port: 0, tls: { certificates: [live], limits: { certificateWatchMs: 50 } } },
      ],
      applications: [
        {
          name: "acme",
          paths: ["/.well-known/acme-challenge/"],
          upstream: upstream("acme", acme.port),
          mode: "observe",
        },
        { name: "shop", upstream: upstream("shop", shop.port) },
      ],
      mode: "enforce",
      hashKey: testHashKey,
      limits: { drainMs: 300 },
    },
    guard,
  );
  closers.push(
    () => shop.close(),
    () => acme.close(),
    async () => void (await gateway.drain()),
  );
  const [plain, secure] = gateway.addresses.map(({ port }) => port);
  const ask = (target: string): Promise<string> =>
    exchangeRaw(plain ?? 0, `GET ${target} HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n`);
  expect(await ask("/.well-known/acme-challenge/token")).toContain("key-authorization of token");
  // That door leads to the ACME client alone, however the way to it is spelled.
  expect(await ask("/.well-known/acme-challenge/../../account")).not.toContain("shop");
  expect(await ask("/account")).toContain("403 Forbidden");

  const kept = await dial(secure ?? 0);
  expect(kept.getPeerCertificate().subjectaltname).toBe("DNS:first.example");
  live.renew("second.example");
  await expect
    .poll(async () => (await dial(secure ?? 0)).getPeerCertificate().subjectaltname, { timeout: 10_000 })
    .toBe("DNS:second.example");
  expect(gateway.stats().reasons["tls-certificate-loaded"]).toBe(1);
  // Who was connected stays.
  kept.write("GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
  expect(await new Promise((resolve) => kept.once("data", (chunk) => resolve(chunk.toString())))).toContain("403");
});
