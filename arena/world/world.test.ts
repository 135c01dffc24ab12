import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Reader, type Response } from "maxmind";
import { afterAll, expect, test } from "vitest";
import { Addresses } from "./addresses.ts";
import { createRandom } from "./random.ts";
import { Truth } from "./truth.ts";
import { writeNetworkDatabase } from "./write-mmdb.ts";

const folder = mkdtempSync(join(tmpdir(), "gait-arena-world-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("the database of networks says country and system of every address that the arena gives out, and nothing of others", () => {
  const file = join(folder, "networks.mmdb");
  writeNetworkDatabase(file);
  const reader = new Reader<Response>(readFileSync(file));
  const addresses = new Addresses(createRandom(1), new Truth());
  const given = [addresses.home(), addresses.residential(), addresses.hosting(), addresses.bulletproof()];
  for (const address of given)
    expect(reader.get(address)).toMatchObject({
      autonomous_system_number: expect.any(Number),
      country: { iso_code: expect.stringMatching(/^[A-Z]{2}$/) },
    });
  expect(reader.get("9.9.9.9")).toBeNull();
});

test("an address that somebody visits from twice is in two sessions, told apart by time", () => {
  const truth = new Truth();
  const player = { name: "regular", side: "person", campaign: "" } as const;
  truth.offsetMs = -86_400_000;
  truth.note("192.0.2.1", { ...player, session: 1 });
  truth.offsetMs = 0;
  truth.note("192.0.2.1", { ...player, session: 2 });
  expect(truth.of("192.0.2.1", Date.now() - 86_000_000)?.session).toBe(1);
  expect(truth.of("192.0.2.1", Date.now())?.session).toBe(2);
  expect(truth.of("192.0.2.1")?.session).toBe(1);
});
