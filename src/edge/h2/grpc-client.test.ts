import {
  Client,
  credentials,
  type handleBidiStreamingCall,
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRig, type Rig } from "../testdata/gateway-rig.ts";

/** gRPC's own client and server, with the gateway in between. */
const asBytes = (text: string): Buffer => Buffer.from(text);
const asText = (bytes: Buffer): string => bytes.toString();
const method = {
  requestSerialize: asBytes,
  requestDeserialize: asText,
  responseSerialize: asBytes,
  responseDeserialize: asText,
};
const service = {
  say: { ...method, path: "/shop.Echo/Say", requestStream: false, responseStream: false },
  chat: { ...method, path: "/shop.Echo/Chat", requestStream: true, responseStream: true },
} as const;

let server: Server;
let rig: Rig;
let client: Client;

beforeAll(async () => {
  server = new Server();
  const say: handleUnaryCall<string, string> = (call, answer) => {
    if (call.request === "refuse") {
      answer({ code: status.PERMISSION_DENIED, details: "not you", metadata: new Metadata() });
      return;
    }
    if (call.request === "wait") return;
    const trailer = new Metadata();
    trailer.set("x-trailer", "behind");
    call.sendMetadata(new Metadata());
    answer(null, `said ${call.request} with ${call.metadata.get("x-told")[0]}`, trailer);
  };
  const chat: handleBidiStreamingCall<string, string> = (call) => {
    call.on("data", (text: string) => call.write(`heard ${text}`));
    call.on("end", () => call.end());
  };
  server.addService(service, { say, chat });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  rig = await openRig(port, { protocol: "http2" });
  client = new Client(`127.0.0.1:${rig.port}`, credentials.createInsecure());
});

afterAll(async () => {
  client.close();
  await rig.close();
  server.forceShutdown();
});

interface Said {
  readonly error: ServiceError | null;
  readonly text: string | undefined;
  readonly trailer: unknown;
}

function say(text: string, deadlineMs = 5_000): Promise<Said> {
  return new Promise((resolve) => {
    const metadata = new Metadata();
    metadata.set("x-told", "told");
    const deadline = Date.now() + deadlineMs;
    let trailer: unknown;
    const call = client.makeUnaryRequest(
      service.say.path,
      asBytes,
      asText,
      text,
      metadata,
      { deadline },
      (error, answer) => setImmediate(() => resolve({ error, text: answer, trailer })),
    );
    call.on("status", (ended) => {
      [trailer] = ended.metadata.get("x-trailer");
    });
  });
}

test("a unary call has its metadata, its answer, its status and its trailers", async () => {
  expect(await say("hello")).toEqual({ error: null, text: "said hello with told", trailer: "behind" });
});

test("a refusal keeps its code and its words", async () => {
  expect((await say("refuse")).error).toMatchObject({ code: status.PERMISSION_DENIED, details: "not you" });
});

test("a deadline that passes is the client's own, and the call is cancelled behind us", async () => {
  expect((await say("wait", 300)).error).toMatchObject({ code: status.DEADLINE_EXCEEDED });
  await expect.poll(() => rig.gateway.stats().totals.openRequests).toBe(0);
});

test("a hundred messages go both ways on one stream, in order", async () => {
  const call = client.makeBidiStreamRequest(service.chat.path, asBytes, asText, new Metadata(), {});
  const heard: string[] = [];
  call.on("data", (text: string) => heard.push(text));
  for (let i = 0; i < 100; i++) call.write(`m${i}`);
  await expect.poll(() => heard.length).toBe(100);
  const ended = new Promise<number>((resolve) => call.on("status", ({ code }) => resolve(code)));
  call.end();
  expect(await ended).toBe(status.OK);
  expect(heard).toEqual(Array.from({ length: 100 }, (_, i) => `heard m${i}`));
});
