import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { DecisionRecord } from "#core";
import type { EventStore } from "#store";
import { openSpooledStore } from "./spooled-store.ts";

const folder = mkdtempSync(join(tmpdir(), "gait-spool-"));
afterEach(() => rmSync(join(folder, "spool"), { force: true }));

function memoryStore(): EventStore & { readonly records: DecisionRecord[] } {
  const records: DecisionRecord[] = [];
  return {
    records,
    append: (record) => void records.push(record),
    appendProduct: () => undefined,
    query: () => Promise.resolve([]),
    erase: () => Promise.resolve(0),
    export: () => Promise.resolve({ path: "", rows: 0 }),
    backup: () => Promise.resolve(),
    maintain: () => Promise.resolve(),
    flush: () => Promise.resolve(),
    close: () => Promise.resolve(),
    stats: () => ({ appended: records.length, stored: records.length, shed: 0, problem: "", notice: "" }),
  };
}

const recordOf = (sequence: number): DecisionRecord =>
  ({ sequence, exchange: { response: { setCookies: [{ maxAgeSeconds: Number.POSITIVE_INFINITY }] } } }) as never;

test("records wait in a private file while the store is held, and come first when it is free", async () => {
  const held = Promise.withResolvers<void>();
  const inner = memoryStore();
  const store = openSpooledStore(() => Promise.resolve(inner), { held: held.promise, file: join(folder, "spool") });
  for (let i = 0; i < 50; i++) store.append(recordOf(i));
  await expect(store.query("SELECT 1")).rejects.toThrow(/another process still holds/);
  expect(store.stats()).toMatchObject({ appended: 50, stored: 0, problem: expect.stringMatching(/wait in a file/) });
  held.resolve();
  for (let i = 0; i < 200 && store.stats().problem !== ""; i++) await new Promise((resolve) => setTimeout(resolve, 10));
  store.append(recordOf(50));
  expect(inner.records.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 51 }, (_, i) => i));
  expect(inner.records[0]).toEqual(recordOf(0));
  expect(existsSync(join(folder, "spool"))).toBe(false);
  await store.close();
});

test("what is beyond the cap is shed and counted, the file stays within it and is readable by its owner alone", async () => {
  const file = join(folder, "spool");
  const store = openSpooledStore(() => Promise.resolve(memoryStore()), {
    held: new Promise(() => undefined),
    file,
    bytesMax: 2_000,
  });
  for (let i = 0; i < 100; i++) store.append(recordOf(i));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(statSync(file).size).toBeLessThanOrEqual(2_000);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const { appended, shed } = store.stats();
  expect(appended).toBe(100);
  expect(shed).toBeGreaterThan(50);
  await store.close();
});

test("a store that cannot be opened says why", async () => {
  const store = openSpooledStore(() => Promise.reject(new Error("locked by 7")), {
    held: Promise.resolve(),
    file: join(folder, "spool"),
  });
  for (let i = 0; i < 100 && !store.stats().problem.includes("locked"); i++)
    await new Promise((resolve) => setTimeout(resolve, 5));
  expect(store.stats().problem).toBe("locked by 7");
  await store.close();
});
