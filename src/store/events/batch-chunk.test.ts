import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type DecisionRecord, readTrace } from "#core";
import { createBatchWriter } from "./batch.ts";
import { type Database, openDatabase } from "./database.ts";

const template = readTrace("GET /product/1 200")[0];

function record(sequence: number, { path, host }: { readonly path: string; readonly host: string }): DecisionRecord {
  if (template === undefined) throw new Error("the trace is empty");
  return {
    sequence,
    exchange: { ...template, id: `r-${sequence}`, at: sequence, request: { ...template.request, host, path } },
    verdict: {
      action: "allow",
      kind: "human",
      score: { total: sequence % 100, behaviour: 0.5, presentation: 0 },
      signals: sequence % 7 === 0 ? [{ detector: "d", axis: "a", group: "g", nats: sequence, evidence: { n: 1 } }] : [],
      rule: null,
      watched: [],
      basis: "none",
      certifiedFpr: null,
      reference: "",
      revision: 1,
    },
    enforced: "allow",
    path,
    trail: { session: 1, identity: 0, template: "/product/{x}", cohort: "" },
    decisionUs: 5,
    session: `s${sequence % 3}`,
    actor: `a${sequence % 5_000}`,
    failure: "",
  };
}

async function stored(records: readonly DecisionRecord[]): Promise<readonly unknown[]> {
  const folder = mkdtempSync(join(tmpdir(), "gait-batch-chunk-"));
  let database: Database | undefined;
  try {
    database = await openDatabase({
      folder,
      memoryBytes: 64e6,
      threads: 1,
      rollAfterMs: 1e9,
      retentionMs: 1e12,
      retentionBytes: 1e12,
      productRetentionMs: 1e12,
      queryMs: 60_000,
      queryRowsMax: 100_000,
    });
    const writer = createBatchWriter(records.length, { addresses: "hashed", hashAddress: () => 1 });
    for (const one of records) writer.add(one);
    await database.append(writer.take());
    return await database.query(
      "SELECT sequence, reference, host, path, session, actor, total, signals FROM events ORDER BY sequence",
      [],
    );
  } finally {
    database?.close();
    rmSync(folder, { recursive: true });
  }
}

function expected(records: readonly DecisionRecord[]): readonly unknown[] {
  return records.map(({ sequence, exchange, path, session, actor, verdict }) => ({
    sequence,
    reference: exchange.id,
    host: exchange.request.host,
    path,
    session,
    actor,
    total: verdict.score.total,
    signals: verdict.signals.length === 0 ? "" : `[["d","a","g",${sequence},{"n":1}]]`,
  }));
}

test("rows come out of the table as they went in, over several chunks, with columns of few texts and of many", async () => {
  const records = Array.from({ length: 5_000 }, (_, i) =>
    record(i + 1, { path: `/product/${i}?`, host: ["", "shop.example", "größe \u{1f600}"][i % 3] ?? "" }),
  );
  expect(await stored(records)).toEqual(expected(records));
});

test("a NUL, half a surrogate pair and what they collapse to neither spoil a batch nor hide what stands behind them", async () => {
  const hostile = ["a\u0000b", "a\ufffdb", "a\ud800b", "\u0000"];
  const listed = Array.from({ length: 100 }, (_, i) => record(i + 1, { path: "/", host: hostile[i % 4] ?? "" }));
  const rows = (await stored(listed)) as readonly { readonly host: string }[];
  expect(new Set(rows.map(({ host }) => host))).toEqual(new Set(["a\ufffdb", "\ufffd"]));
  const single = hostile.map((path, i) => record(i + 1, { path, host: path }));
  const paths = (await stored(single)) as readonly { readonly path: string }[];
  expect(paths.map(({ path }) => path)).toEqual(["a\ufffdb", "a\ufffdb", "a\ufffdb", "\ufffd"]);
});

test("a batch of one row is stored", async () => {
  const records = [record(1, { path: "/", host: "" })];
  expect(await stored(records)).toEqual(expected(records));
});
