import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createIntel } from "#intel";
import { openListStore } from "./list-store.ts";
import { listAlarms, loadNetworks } from "./load-networks.ts";
import { updateLists } from "./update-lists.ts";

const directory = mkdtempSync(join(tmpdir(), "gait-intel-"));
afterAll(() => rmSync(directory, { recursive: true }));

const file = join(directory, "source.txt");
const source = { name: "data-centres", source: file, checksum: "" };
const config = {
  lists: [{ name: "data-centres", category: "hosting" as const, source: file }],
  databases: [],
  botRanges: false,
  maximumAge: "14d",
};
const list = (prefixes: number): string =>
  Array.from({ length: prefixes }, (_, i) => `198.${i >> 8}.${i & 255}.0/24\n`).join("");

test("a poisoned, truncated or empty update is refused, the old list stays in use, and the operator sees it", async () => {
  const store = openListStore(directory);
  expect(listAlarms([source], store, { now: 0, maximumAge: "14d" })[0]?.text).toMatch(/never fetched/);
  writeFileSync(file, list(200));
  expect(await updateLists([source], store, { now: 1 })).toMatchObject([{ outcome: "accepted", prefixes: 200 }]);
  for (const bad of ["", list(20), `${list(200)}0.0.0.0/0\n`, "<html>error</html>", list(2_000)]) {
    writeFileSync(file, bad);
    expect(await updateLists([source], store, { now: 2 }), bad.slice(0, 30)).toMatchObject([
      { outcome: "refused", prefixes: 200 },
    ]);
    expect(listAlarms([source], store, { now: 2, maximumAge: "14d" })[0]?.text).toMatch(/refused .* stays in use/);
    const reopened = openListStore(directory);
    const intel = createIntel(loadNetworks(config, reopened));
    expect(intel.network("198.0.7.1").categories).toEqual(["hosting"]);
    expect(intel.network("8.8.8.8").categories).toEqual([]);
  }
  rmSync(file);
  expect((await updateLists([source], store, { now: 3 }))[0]?.detail).toMatch(/cannot read/);
  writeFileSync(file, list(220));
  expect(await updateLists([source], store, { now: 4 })).toMatchObject([{ outcome: "accepted", prefixes: 220 }]);
  expect(listAlarms([source], store, { now: 4, maximumAge: "14d" })).toEqual([]);
  expect(listAlarms([source], store, { now: 4 + 15 * 86_400_000, maximumAge: "14d" })[0]?.text).toBe("15 days old");
});

test("what is kept is readable by its owner alone, and half-written files are never in the way", () => {
  const files = readdirSync(join(directory, "intel"));
  expect(files.filter((name) => name.endsWith(".tmp"))).toEqual([]);
  for (const name of files) expect(statSync(join(directory, "intel", name)).mode & 0o077, name).toBe(0);
});

test("a list changed on disk behind our back is not believed", () => {
  const kept = readdirSync(join(directory, "intel")).filter((name) => name.endsWith(".list"));
  for (const name of kept) writeFileSync(join(directory, "intel", name), "0.0.0.0/0\n");
  expect(loadNetworks(config, openListStore(directory)).lists).toEqual([]);
});

test("inside addresses cannot be fetched as lists", async () => {
  const store = openListStore(mkdtempSync(join(directory, "other-")));
  const [outcome] = await updateLists([{ name: "inside", source: "https://127.0.0.1/list", checksum: "" }], store, {
    now: 1,
  });
  expect(outcome).toMatchObject({ outcome: "refused", detail: expect.stringContaining("private-address") });
});
