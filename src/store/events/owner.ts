import { parentPort, workerData } from "node:worker_threads";
import { backupRecords } from "./backup.ts";
import { type BatchPiece, joinPieces } from "./batch-pieces.ts";
import type { Database } from "./database.ts";
import { erase } from "./erase.ts";
import { exportRecords } from "./export.ts";
import { maintain } from "./maintenance.ts";
import type { Answer, OwnerOptions, Request, Row } from "./messages.ts";
import { SteadyDatabase } from "./steady-database.ts";

/**
 * The thread that owns the database: nobody else opens it. Requests are handled one after another; a failure is an
 * answer, never the end of the thread.
 */
const options = workerData as OwnerOptions;
const port = parentPort;

async function handle(
  database: Database,
  request: Exclude<Request, { kind: "append" | "piece" }>,
): Promise<readonly Row[]> {
  switch (request.kind) {
    case "appendProduct":
      await database.appendProduct(request.rows);
      return [];
    case "opened":
      return [{ notice: database.notice }];
    case "query":
      return database.query(request.sql, request.values);
    case "erase":
      return [{ n: await erase(database, request.column, { value: request.value }) }];
    case "export":
      return [{ ...(await exportRecords(database, request.options)) }];
    case "backup":
      await backupRecords(database, request.target);
      return [];
    case "maintain":
      await maintain(database, options, request.now);
      return [];
    case "close":
      await database.run("CHECKPOINT");
      database.close();
      return [];
  }
}

if (port !== null) {
  const steady = new SteadyDatabase(options);
  let queue: Promise<unknown> = Promise.resolve();
  let pieces: BatchPiece[] = [];
  port.on("message", (request: Request) => {
    if (request.kind === "piece") {
      pieces.push(request.piece);
      return;
    }
    const arrived = pieces;
    if (request.kind === "append") pieces = [];
    queue = queue.then(async () => {
      let answer: Answer;
      try {
        answer = { id: request.id, ok: true, rows: await answerTo(request, arrived) };
      } catch (error) {
        answer = { id: request.id, ok: false, problem: error instanceof Error ? error.message : String(error) };
      }
      port.postMessage(answer);
      if (request.kind === "close") port.close();
    });
  });

  async function answerTo(
    request: Exclude<Request, { kind: "piece" }>,
    arrived: readonly BatchPiece[],
  ): Promise<readonly Row[]> {
    if (request.kind !== "append") return steady.use((database) => handle(database, request));
    await steady.append(joinPieces(arrived, request.rows));
    return [];
  }
}
