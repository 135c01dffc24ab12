import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openControlStore } from "./open-control-store.ts";

const key = Buffer.alloc(32, 7);
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gait-control-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function withEntries(count: number): void {
  const store = openControlStore(folder, key);
  for (let i = 1; i <= count; i++) {
    store.change({ at: i, who: "ann", operation: "block", subject: `{"n":${i}}` }, [
      { collection: "decisions", id: `d${i}`, body: { n: i } },
    ]);
  }
  store.close();
}

function tamper(sql: string): void {
  const database = new DatabaseSync(join(folder, "control.sqlite"));
  database.exec(sql);
  database.close();
}

function check(): unknown {
  const store = openControlStore(folder, key);
  const result = store.verifyAudit();
  store.close();
  return result;
}

test("documents and their audit entries come back after a restart", () => {
  withEntries(3);
  const store = openControlStore(folder, key);
  store.change({ at: 4, who: "ben", operation: "unblock", subject: "{}" }, [
    { collection: "decisions", id: "d2", body: null },
  ]);
  expect(store.documents("decisions").map(({ id }) => id)).toEqual(["d1", "d3"]);
  expect(store.audit({ after: 2, limit: 10 }).map(({ who, operation }) => `${who} ${operation}`)).toEqual([
    "ann block",
    "ben unblock",
  ]);
  expect(store.verifyAudit()).toEqual({ whole: true, entries: 4 });
  store.close();
});

test("a change that cannot be recorded does not happen, and the other way round", () => {
  const store = openControlStore(folder, key);
  const huge = "x".repeat(2_000_000);
  expect(() =>
    store.change({ at: 1, who: "a", operation: "o", subject: "" }, [
      { collection: "c", id: "1", body: 1 },
      { collection: "c", id: "2", body: huge },
    ]),
  ).toThrow(/at most/);
  expect(store.documents("c")).toEqual([]);
  expect(store.verifyAudit()).toEqual({ whole: true, entries: 0 });
  store.close();
});

test.each([
  [
    "UPDATE audit SET who = 'eve' WHERE number = 3",
    { whole: false, number: 3, problem: "entry 3 is not as it was written" },
  ],
  ["DELETE FROM audit WHERE number = 3", { whole: false, number: 3, problem: "entry 3 is missing; entry 4 follows" }],
  [
    "UPDATE audit SET hash = (SELECT hash FROM audit WHERE number = 2) WHERE number = 4",
    { whole: false, number: 4, problem: "entry 4 is not as it was written" },
  ],
  [
    "DELETE FROM audit WHERE number > 3",
    { whole: false, number: 4, problem: "entry 4 and what followed it is missing" },
  ],
  ["DELETE FROM audit", { whole: false, number: 1, problem: "entry 1 and what followed it is missing" }],
  [
    "DELETE FROM audit WHERE number = 5; UPDATE audit_head SET number = 4",
    { whole: false, number: 5, problem: "entry 5 and what followed it is missing" },
  ],
])("tampering is found: %s", (sql, expected) => {
  withEntries(5);
  tamper(sql);
  expect(check()).toEqual(expected);
});

test("the whole log written anew without the key does not verify", () => {
  withEntries(2);
  const store = openControlStore(folder, Buffer.alloc(32, 8));
  expect(store.verifyAudit()).toMatchObject({ whole: false, number: 1 });
  store.close();
});

test("a file that is not a control store is refused with a sentence", () => {
  expect(() => openControlStore("/dev/null/nowhere", key)).toThrow(/could not be opened/);
});
