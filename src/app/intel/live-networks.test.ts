import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createIntel } from "#intel";
import { openListStore } from "./list-store.ts";
import { openLiveNetworks } from "./live-networks.ts";
import { updateLists } from "./update-lists.ts";

const directory = mkdtempSync(join(tmpdir(), "gait-live-networks-"));
afterAll(() => rmSync(directory, { recursive: true }));

const file = join(directory, "source.txt");
const none = { lists: [], databases: [], botRanges: false, maximumAge: "14d" };
const listed = { ...none, lists: [{ name: "data-centres", category: "hosting" as const, source: file }] };

async function accept(text: string): Promise<void> {
  writeFileSync(file, text);
  const source = { name: "data-centres", source: file, checksum: "" };
  await updateLists([source], openListStore(directory), { now: 1 });
}

test("a reload's lists are read aside: the old ones answer until the new are whole", async () => {
  const intel = createIntel();
  const live = openLiveNetworks(directory, none, intel);
  await accept("198.51.100.0/24\n");
  live.configure(listed);
  expect(intel.network("198.51.100.9").categories).toEqual([]);
  await live.inPlace();
  expect(intel.network("198.51.100.9")).toMatchObject({ categories: ["hosting"], lists: ["data-centres"] });
  expect(live.problem).toBe("");
});

test("of two reloads in a row the later one holds", async () => {
  const intel = createIntel();
  const live = openLiveNetworks(directory, listed, intel);
  live.configure(listed);
  live.configure(none);
  await live.inPlace();
  expect(intel.network("198.51.100.9").categories).toEqual([]);
});

test("what cannot be a database is refused at once, what turns out to be none later is told, and both leave the old data", async () => {
  const intel = createIntel();
  const live = openLiveNetworks(directory, listed, intel);
  const bad = join(directory, "bad.mmdb");
  expect(() => live.configure({ ...listed, databases: [bad] })).toThrow(/cannot read .*bad\.mmdb.* \(ENOENT\)/);
  writeFileSync(bad, "no database");
  expect(() => live.configure({ ...listed, databases: [bad] })).toThrow(/expected an MMDB file, found 11 bytes/);
  writeFileSync(bad, Buffer.from("\xab\xcd\xefMaxMind.com\xff\xff", "latin1"));
  live.configure({ ...listed, databases: [bad] });
  await live.inPlace();
  expect(live.problem).toMatch(/the ones before stay: expected an MMDB file/);
  expect(intel.network("198.51.100.9").categories).toEqual(["hosting"]);
});
