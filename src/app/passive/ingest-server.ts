import { timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { z } from "zod";
import { appLimits, type Clock } from "#core";

/** One kind of thing that is sent in batches. */
export interface IngestRoute {
  readonly path: string;
  readonly item: z.ZodType;
  /** Takes one item. Returns "" when it was taken or known already, else why not. */
  take(item: unknown): string;
}

/** A running endpoint. */
export interface IngestServer {
  readonly port: number;
  close(): Promise<void>;
}

const problemsShownMax = 20;

/** What the endpoint is made of. */
export interface IngestOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly token: string;
  readonly routes: readonly IngestRoute[];
  readonly clock: Clock;
  readonly itemsPerSecond?: number;
}

/**
 * Takes batches over HTTP: `POST /v1/…` with a JSON list, or one JSON document a line (`application/x-ndjson`), and
 * `Authorization: Bearer …`. Answers `{taken, refused, problems}`; what is wrong with one item does not stop the others.
 *
 * Back-pressure is said, never silent: 429 with `Retry-After` when the sender is too fast, 503 with `Retry-After` when
 * too many batches are being read. A batch that was refused whole had no effect, so it can be sent again as it is.
 */
export async function openIngestServer(options: IngestOptions): Promise<IngestServer> {
  const budget = createBudget(options);
  let reading = 0;
  const server = createServer(
    { headersTimeout: 5_000, requestTimeout: 30_000, maxHeaderSize: 16_384 },
    (request, response) => {
      const route = options.routes.find(({ path }) => path === request.url);
      if (!authorised(request, options.token))
        answer(response, 401, { error: "expected Authorization: Bearer with the ingest token" });
      else if (route === undefined)
        answer(response, 404, { error: `expected POST to ${options.routes.map(({ path }) => path).join(" or ")}` });
      else if (request.method !== "POST") answer(response, 405, { error: "expected POST" });
      else if (reading >= appLimits.ingestBatchesMax.default)
        answer(response, 503, { error: "too many batches at once", retryAfterSeconds: 1 });
      else {
        reading++;
        void take(request, response, { route, budget }).finally(() => reading--);
      }
    },
  );
  server.maxConnections = 256;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.listen.port, options.listen.host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : options.listen.port,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

type Budget = (items: number) => number;

/** A bucket that holds one second's worth. Returns 0 when the items may come in, else seconds to wait. */
function createBudget({ clock, itemsPerSecond = appLimits.ingestItemsPerSecond.default }: IngestOptions): Budget {
  let left = itemsPerSecond;
  let since = clock.monotonic();
  return (items) => {
    const now = clock.monotonic();
    left = Math.min(itemsPerSecond, left + ((now - since) / 1_000) * itemsPerSecond);
    since = now;
    // A full bucket takes any batch: one larger than a second's worth must come in some time.
    if (left < items && left < itemsPerSecond) return Math.ceil(Math.min(items, itemsPerSecond) / itemsPerSecond);
    left -= items;
    return 0;
  };
}

async function take(
  request: IncomingMessage,
  response: ServerResponse,
  { route, budget }: { readonly route: IngestRoute; readonly budget: Budget },
): Promise<void> {
  const items = await readItems(request).catch(() => "the body ended early");
  if (typeof items === "string") {
    answer(response, items.startsWith("too") ? 413 : 400, { error: items });
    return;
  }
  const wait = budget(items.length);
  if (wait > 0) {
    answer(response, 429, { error: "faster than the engine shall be fed", retryAfterSeconds: wait });
    return;
  }
  let taken = 0;
  const problems: { readonly item: number; readonly problem: string }[] = [];
  for (const [index, raw] of items.entries()) {
    const parsed = route.item.safeParse(raw);
    const problem = parsed.success ? route.take(parsed.data) : issueOf(parsed.error);
    if (problem === "") taken++;
    else if (problems.length < problemsShownMax) problems.push({ item: index, problem });
  }
  answer(response, taken === 0 && items.length > 0 ? 422 : 200, { taken, refused: items.length - taken, problems });
}

function issueOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? "not understood" : `${issue.path.join(".") || "item"}: ${issue.message}`;
}

async function readItems(request: IncomingMessage): Promise<readonly unknown[] | string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > appLimits.ingestBodyBytesMax.default)
      return `too long; at most ${appLimits.ingestBodyBytesMax.default} bytes a batch`;
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  const lines = (request.headers["content-type"] ?? "").startsWith("application/x-ndjson");
  let read: unknown;
  try {
    read = lines
      ? text
          .split("\n")
          .filter((line) => line.trim() !== "")
          .map((line) => JSON.parse(line) as unknown)
      : JSON.parse(text);
  } catch {
    return "the body is not JSON; expected a list, or one document a line with application/x-ndjson";
  }
  const items = Array.isArray(read) ? (read as readonly unknown[]) : [read];
  return items.length > appLimits.ingestItemsMax.default
    ? `too many; at most ${appLimits.ingestItemsMax.default} items a batch`
    : items;
}

function authorised({ headers }: IncomingMessage, token: string): boolean {
  const given = Buffer.from(headers.authorization ?? "");
  const expected = Buffer.from(`Bearer ${token}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function answer(
  response: ServerResponse,
  status: number,
  body: { readonly retryAfterSeconds?: number } & Readonly<Record<string, unknown>>,
): void {
  const text = JSON.stringify({ version: 1, ...body });
  response.writeHead(status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(text),
    "Cache-Control": "no-store",
    ...(body.retryAfterSeconds === undefined ? {} : { "Retry-After": String(body.retryAfterSeconds) }),
    // A body that was not read would be taken for the next request.
    ...(status >= 400 ? { Connection: "close" } : {}),
  });
  response.end(text);
}
