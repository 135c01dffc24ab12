import { expect, test } from "vitest";
import type { Kind } from "#core";
import { ClientTable, rowFlag } from "./client-table.ts";
import { decideClient } from "./decide-client.ts";

const plain = { text: "", declared: "", tool: false, family: 0, major: 0, malformed: "" };
const library = { ...plain, declared: "okhttp", tool: true };
const driven = { ...plain, declared: "Headless Chrome", tool: true, family: 1 };
const crawler = { ...plain, declared: "Googlebot" };

function after(agent: typeof plain, kind: Kind): { readonly convicted: boolean; readonly decided: boolean } {
  const table = new ClientTable(4);
  const row = table.open(Uint32Array.of(0, 0, 0xffff, 1), { application: 0, agent: 3, identity: 0 }, 0);
  table.countRequest(row);
  decideClient(table, { row, at: 5, agent, kind });
  return { convicted: table.flag(row, rowFlag.convicted), decided: table.decidedAt(row) !== null };
}

test("a native application that calls itself an HTTP library is known and not convicted; once it is automation, it is", () => {
  expect(after(library, "declared-bot")).toEqual({ convicted: false, decided: true });
  expect(after(library, "automated")).toEqual({ convicted: true, decided: true });
});

test("crawlers and driven browsers that say what they are teach nothing, and people are not decided about", () => {
  expect(after(crawler, "declared-bot")).toEqual({ convicted: true, decided: true });
  expect(after(driven, "declared-bot")).toEqual({ convicted: true, decided: true });
  expect(after(plain, "human")).toEqual({ convicted: false, decided: false });
});
