import { createServer, type IncomingMessage } from "node:http";
import { Duplex } from "node:stream";

/** What another parser made of some bytes. */
export interface OracleRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: string;
}

/** A byte stream that delivers what it is given and swallows answers. */
class BytesStream extends Duplex {
  override _read(): void {}
  override _write(_chunk: Buffer, _encoding: string, done: () => void): void {
    done();
  }
  override _final(done: () => void): void {
    done();
  }
}

/**
 * Reads bytes with Node's own parser (llhttp, strict) through `node:http`, fed without a network.
 *
 * @returns The requests it saw whole, and whether it ended in an error.
 */
export async function readWithLlhttp(bytes: Buffer): Promise<{ readonly requests: OracleRequest[]; readonly failed: boolean }> {
  const requests: OracleRequest[] = [];
  let failed = false;
  const server = createServer({ requireHostHeader: false, insecureHTTPParser: false, maxHeaderSize: 65_536 });
  const take = (message: IncomingMessage): void => {
    const chunks: Buffer[] = [];
    message.on("data", (chunk: Buffer) => chunks.push(chunk));
    message.on("end", () =>
      requests.push({
        method: message.method ?? "",
        target: message.url ?? "",
        headers: message.rawHeaders,
        body: Buffer.concat(chunks).toString("latin1"),
      }),
    );
    message.on("error", () => {
      failed = true;
    });
  };
  server.on("request", (message, response) => {
    take(message);
    response.end();
  });
  for (const event of ["upgrade", "connect"]) server.on(event, (message: IncomingMessage) => take(message));
  server.on("checkContinue", (message, response) => {
    take(message);
    response.end();
  });
  server.on("clientError", () => {
    failed = true;
  });
  const stream = new BytesStream();
  stream.on("error", () => undefined);
  server.emit("connection", stream);
  stream.push(bytes);
  await settle();
  stream.destroy();
  return { requests, failed };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
