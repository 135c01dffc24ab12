import { rmSync, writeFileSync } from "node:fs";
import { connect } from "node:tls";
import { expect, test } from "vitest";
import { GaitError } from "#core";
import { type CertificateFiles, readCertificatePair } from "./certificate-pair.ts";
import { watchCertificates } from "./certificate-watch.ts";
import { startTlsOrigin, storeOf, writePair } from "./testdata/tls-origin.ts";
import { TicketKeys } from "./ticket-keys.ts";

function refusal(files: CertificateFiles): string {
  try {
    readCertificatePair(files, Date.now());
    return "";
  } catch (error) {
    if (!(error instanceof GaitError)) throw error;
    return `${error.code}: ${error.message.replaceAll(files.cert, "CERT").replaceAll(files.key, "KEY")}`;
  }
}

test("a pair tells its names and how long it lasts", () => {
  const pair = readCertificatePair(writePair(["shop.example", "*.shop.example", "127.0.0.1"]), Date.now());
  expect(pair.names).toEqual(["shop.example", "*.shop.example", "127.0.0.1"]);
  expect(pair.validTo).toBeGreaterThan(Date.now() + 29 * 86_400_000);
  expect(pair.warnings).toEqual([]);
});

test("a pair that cannot serve is refused with its file and reason", () => {
  const good = writePair(["shop.example"]);
  const other = writePair(["other.example"]);
  expect(refusal({ cert: good.cert, key: other.key })).toBe(
    'tls-pair: the key in "KEY" does not belong to the certificate in "CERT"',
  );
  expect(refusal({ cert: "/nowhere/cert.pem", key: good.key })).toMatch(
    /could not read the certificate "CERT": ENOENT/,
  );
  expect(refusal({ cert: good.key, key: good.key })).toMatch(/is no PEM certificate/);
  expect(refusal({ cert: good.cert, key: good.cert })).toMatch(/is no unencrypted PEM private key/);
  writeFileSync(other.cert, Buffer.alloc(1_048_577));
  expect(refusal(other)).toMatch(/has 1048577 bytes; expected PEM of at most 1048576/);
  expect(refusal({ ...good, hosts: [] })).toMatch(/names no host/);
});

test("an expired certificate and a key that others can read are told to the operator", () => {
  const files = writePair(["shop.example"], { validDays: -1 });
  expect(readCertificatePair(files, Date.now()).warnings[0]).toMatch(/expired on/);
});

test("a store needs at least one pair and takes no more than its cap", () => {
  const files = writePair(["shop.example"]);
  expect(() => storeOf([])).toThrow(/found 0 pairs, expected 1 to 10/);
  expect(() => storeOf([files, files], 2)).not.toThrow();
  expect(() => storeOf([files, files, files], 2)).toThrow(/found 3 pairs, expected 1 to 2/);
});

test("a reload serves the new certificate; a bad pair, and one not valid today, leave the last good one serving", async () => {
  const files = writePair(["one.example"]);
  const certificates = storeOf([files]);
  const origin = await startTlsOrigin({ certificates });
  const served = (): Promise<string | undefined> =>
    new Promise((resolve, reject) => {
      const socket = connect({ port: origin.port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().subjectaltname);
        socket.destroy();
      });
      socket.on("error", reject);
    });
  const reload = (): readonly string[] => certificates.reload(Date.now()).map(({ outcome }) => outcome);

  expect(reload()).toEqual(["unchanged"]);
  writePair(["two.example"], { over: files });
  expect(await served()).toBe("DNS:one.example");
  expect(reload()).toEqual(["loaded"]);
  expect(await served()).toBe("DNS:two.example");

  writeFileSync(files.key, "-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----\n");
  expect(reload()).toEqual(["refused"]);
  expect(await served()).toBe("DNS:two.example");

  writePair(["expired.example"], { over: files, validDays: -1 });
  expect(certificates.reload(Date.now())[0]?.messages[0]).toMatch(/not valid today; the running one stays/);
  expect(await served()).toBe("DNS:two.example");

  rmSync(files.cert);
  expect(reload()).toEqual(["refused"]);
  expect(await served()).toBe("DNS:two.example");
  await origin.close();
});

test("a changed file is noticed without being asked, also when its key arrives later", async () => {
  const files = writePair(["one.example"]);
  const certificates = storeOf([files]);
  const outcomes: string[] = [];
  const stop = watchCertificates(certificates, {
    everyMs: 20,
    onReload: (reports) => outcomes.push(...reports.map(({ outcome }) => outcome)),
  });
  await new Promise((resolve) => setTimeout(resolve, 60));
  const renewed = writePair(["two.example"]);
  const { readFileSync } = await import("node:fs");
  writeFileSync(files.cert, readFileSync(renewed.cert));
  await expect.poll(() => outcomes).toEqual(["refused"]);
  writeFileSync(files.key, readFileSync(renewed.key));
  await expect.poll(() => outcomes).toEqual(["refused", "loaded"]);
  expect(certificates.answersFor("two.example")).toBe(true);
  stop();
});

test("ticket keys are shared by whoever shares the secret, step with the clock and never back", () => {
  const secret = Buffer.alloc(32, 1);
  const one = new TicketKeys(secret, 1_000, 5_500);
  const two = new TicketKeys(secret, 1_000, 5_900);
  expect(one.current().equals(two.current())).toBe(true);
  expect(one.current()).toHaveLength(48);
  const before = one.current();
  expect([one.step(5_999), one.step(6_000), one.step(4_000)]).toEqual([5, 6, 6]);
  expect(one.current().equals(before)).toBe(false);
  two.step(6_100);
  expect(one.current().equals(two.current())).toBe(true);
  expect(one.step(Number.MAX_SAFE_INTEGER)).toBeGreaterThan(6);
});
