import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";

/** Status codes of gRPC that we use (grpc.io, "Status codes and their use in gRPC"). */
export const grpcStatus = {
  ok: 0,
  invalidArgument: 3,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
} as const;

/** A failure that the caller sees as a gRPC status, never as an answer. */
export class GrpcFault extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** One call under way. */
export interface GrpcCall {
  /** Answers one message. @throws GrpcFault or anything else: the call ends with that status, or with INTERNAL. */
  message(bytes: Buffer): Buffer;
  /** The call is over, whoever ended it. */
  end(): void;
}

/** A method by its path `/package.Service/Method`. A unary one ends after its first answer. */
export interface GrpcMethod {
  readonly kind: "unary" | "stream";
  open(): GrpcCall;
}

/** A running server. */
export interface GrpcServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Envoy's own cap of headers is 60 KiB; a check with every header stays far below this. */
const messageBytesMax = 1_048_576;
const sessionsMax = 256;
const streamsMax = 1_000;
const frameHeadBytes = 5;

/**
 * A gRPC server as small as the protocol allows (grpc/doc/PROTOCOL-HTTP2.md): messages in, messages out, a status at
 * the end, over HTTP/2 without TLS, on Node's own flood-hardened HTTP/2. No reflection, compression or deadlines.
 */
export async function openGrpcServer(
  listen: { readonly host: string; readonly port: number },
  methods: ReadonlyMap<string, GrpcMethod>,
): Promise<GrpcServer> {
  const sessions = new Set<ServerHttp2Session>();
  const server: Http2Server = createServer({ settings: { maxConcurrentStreams: streamsMax, enablePush: false } });
  server.on("session", (session) => {
    if (sessions.size >= sessionsMax) {
      session.destroy();
      return;
    }
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
    session.on("error", () => session.destroy());
  });
  server.on("stream", (stream, headers) => {
    const method = methods.get(String(headers[":path"]));
    stream.on("error", () => undefined);
    if (!String(headers["content-type"]).startsWith("application/grpc"))
      stream.respond({ ":status": 415 }, { endStream: true });
    else if (method === undefined) failAtOnce(stream, grpcStatus.unimplemented, "no such method");
    else serve(stream, method);
  });
  server.on("error", () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(listen.port, listen.host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : listen.port,
    async close() {
      for (const session of sessions) session.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function failAtOnce(stream: ServerHttp2Stream, status: number, message: string): void {
  if (stream.headersSent || stream.destroyed) return;
  stream.respond(
    { ":status": 200, "content-type": "application/grpc", "grpc-status": String(status), "grpc-message": message },
    { endStream: true },
  );
}

function serve(stream: ServerHttp2Stream, method: GrpcMethod): void {
  const call = method.open();
  let held: Buffer = Buffer.alloc(0);
  let over = false;
  let trailers = { "grpc-status": String(grpcStatus.ok) } as Record<string, string>;
  const finish = (status: number, message: string): void => {
    if (over) return;
    over = true;
    trailers = { "grpc-status": String(status), ...(message === "" ? {} : { "grpc-message": message }) };
    if (!stream.headersSent && status !== grpcStatus.ok) failAtOnce(stream, status, message);
    else stream.end();
  };
  stream.on("wantTrailers", () => stream.sendTrailers(trailers));
  stream.on("close", () => call.end());
  stream.on("end", () => finish(grpcStatus.ok, ""));
  stream.on("data", (chunk: Buffer) => {
    if (over) return;
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    try {
      for (let found = nextMessage(held); found !== undefined && !over; found = nextMessage(held)) {
        held = found.rest;
        answer(stream, call.message(found.message));
        if (method.kind === "unary") finish(grpcStatus.ok, "");
      }
    } catch (error) {
      // Never a refusal: the caller must be able to tell "no" from "I cannot say", or its own fail mode never acts.
      if (error instanceof GrpcFault) finish(error.status, error.message);
      else finish(grpcStatus.internal, "the request could not be judged");
    }
  });
}

/** A message is a flag, its length in four bytes, and itself. */
function nextMessage(held: Buffer): { readonly message: Buffer; readonly rest: Buffer } | undefined {
  if (held.length < frameHeadBytes) return undefined;
  if (held[0] !== 0) throw new GrpcFault(grpcStatus.unimplemented, "compressed messages are not taken");
  const length = held.readUInt32BE(1);
  if (length > messageBytesMax) throw new GrpcFault(grpcStatus.resourceExhausted, `a message of ${length} bytes`);
  const end = frameHeadBytes + length;
  return held.length < end ? undefined : { message: held.subarray(frameHeadBytes, end), rest: held.subarray(end) };
}

function answer(stream: ServerHttp2Stream, message: Buffer): void {
  if (!stream.headersSent)
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  const frame = Buffer.allocUnsafe(frameHeadBytes + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  message.copy(frame, frameHeadBytes);
  stream.write(frame);
}
