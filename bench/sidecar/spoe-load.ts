import { connect, type Socket } from "node:net";
import { frameType } from "../../src/wire/spop/index.ts";
import { lengthAndText, textData, varint } from "../../src/wire/spop/typed-data.ts";
import { cpuOfGait, type Running } from "./processes.ts";

const connections = 4;
const inFlight = 256;
const clients = 5_000;
/** Until the compilers have seen enough. */
const warmSeconds = 3;

/** Whether Gait is told of answers, too. A decision is a request in both cases. */
export type Side = "requests" | "both";

/** What came of it. */
export interface SpoeResult {
  /** Decisions for each second of CPU of the thread that answers. */
  readonly perSecondPerCore: number;
  /** The same over every thread of Gait. */
  readonly perSecondPerCoreAllThreads: number;
  /** By the clock. */
  readonly perSecond: number;
}

/**
 * Asks over SPOE with many questions on the way at once, and takes Gait's CPU for each decision.
 *
 * @throws Error when Gait ends a connection, or answers nothing for a whole second.
 */
export async function measureSpoe(
  gait: Running,
  { port, seconds, side }: { readonly port: number; readonly seconds: number; readonly side: Side },
): Promise<SpoeResult> {
  const all = await Promise.all(Array.from({ length: connections }, () => openAsker(port, side)));
  try {
    for (const one of all) one.start();
    await askFor(all, warmSeconds);
    const before = { cpu: cpuOfGait(gait), answered: count(all), at: performance.now() };
    await askFor(all, seconds);
    const answered = count(all) - before.answered;
    const { answering, others } = cpuOfGait(gait);
    const cpu = answering - before.cpu.answering;
    return {
      perSecondPerCore: answered / cpu,
      perSecondPerCoreAllThreads: answered / (cpu + others - before.cpu.others),
      perSecond: answered / ((performance.now() - before.at) / 1_000),
    };
  } finally {
    for (const one of all) one.stop();
  }
}

/** Lets them ask for a while and looks every second that they are answered. */
async function askFor(all: readonly Asker[], seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    const before = count(all);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    for (const { ended } of all) if (ended !== "") throw new Error(ended);
    if (count(all) === before) throw new Error("Gait answered no question for a second");
  }
}

interface Asker {
  readonly answered: number;
  /** Why its connection is over; "" while it lives. */
  readonly ended: string;
  start(): void;
  stop(): void;
}

function count(all: readonly Asker[]): number {
  return all.reduce((sum, { answered }) => sum + answered, 0);
}

const headLines = [
  "host: shop.example",
  'sec-ch-ua: "Chromium";v="142", "Not_A Brand";v="24"',
  "sec-ch-ua-mobile: ?0",
  'sec-ch-ua-platform: "Linux"',
  "upgrade-insecure-requests: 1",
  "user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  "accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
  "sec-fetch-site: same-origin",
  "sec-fetch-mode: navigate",
  "sec-fetch-dest: document",
  "referer: http://shop.example/category/12",
  "accept-encoding: gzip, deflate, br",
];

function frame(type: number, ids: readonly [number, number], payload: readonly Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.of(type, 0, 0, 0, 1), varint(ids[0]), varint(ids[1]), ...payload]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

/** What is asked of Gait for one request: to judge it, and then perhaps to learn what was answered. */
function question(stream: number, side: Side): Buffer {
  const client = stream % clients;
  const id = textData(`bench-${stream}-${client}`);
  const address = Buffer.of(6, 10, 0, client >> 8, client & 255);
  const arguments_ = [
    ["id", id],
    ["ip", address],
    ["method", textData("GET")],
    ["target", textData(`/category/${stream % 40}/product/${stream % 997}?ref=list`)],
    [
      "headers",
      textData(`${headLines.join("\r\n")}\r\ncookie: sid=${String(client).padStart(32, "0")}; theme=dark\r\n\r\n`),
    ],
    ["https", Buffer.of(1)],
    ["answers", Buffer.of(side === "both" ? 0x11 : 0x01)],
  ] as const;
  const asked = message(stream, "gait-request", arguments_);
  if (side === "requests") return asked;
  const answered = [
    ["id", id],
    ["status", Buffer.concat([Buffer.of(3), varint(200)])],
    ["headers", textData("content-type: text/html; charset=utf-8\r\ncontent-length: 1024\r\n\r\n")],
  ] as const;
  return Buffer.concat([asked, message(stream, "gait-response", answered)]);
}

function message(stream: number, name: string, values: readonly (readonly [string, Buffer])[]): Buffer {
  const payload = [lengthAndText(name), Buffer.of(values.length)];
  return frame(
    frameType.notify,
    [stream, 1],
    [...payload, ...values.flatMap(([key, value]) => [lengthAndText(key), value])],
  );
}

function openAsker(port: number, side: Side): Promise<Asker> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(port, "127.0.0.1");
    // Made beforehand: what is measured is Gait, and the load generator must keep it busy.
    const questions = Array.from({ length: 8_192 }, (_, i) => question(i + 1, side));
    const acksForEach = side === "both" ? 2 : 1;
    let next = 0;
    let acked = 0;
    let held: Buffer = Buffer.alloc(0);
    let greeted = false;
    let ended = "";
    const ask = (count: number): void => {
      const batch: Buffer[] = [];
      for (let i = 0; i < count; i++) batch.push(questions[next++ % questions.length] as Buffer);
      socket.write(Buffer.concat(batch));
    };
    const over = (why: string): void => {
      ended = why;
      reject(new Error(why));
    };
    socket.on("error", (error) => over(`a connection to Gait's SPOE door failed: ${error.message}`));
    socket.on("close", () => over("Gait closed a connection to its SPOE door"));
    socket.on("connect", () =>
      socket.write(
        frame(
          frameType.haproxyHello,
          [0, 0],
          [
            lengthAndText("supported-versions"),
            textData("2.0"),
            lengthAndText("max-frame-size"),
            Buffer.concat([Buffer.of(3), varint(16_380)]),
            lengthAndText("capabilities"),
            textData("pipelining,async"),
          ],
        ),
      ),
    );
    socket.on("data", (chunk: Buffer) => {
      const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      let at = 0;
      let acks = 0;
      while (bytes.length - at >= 4 && bytes.length - at - 4 >= bytes.readUInt32BE(at)) {
        at += 4 + bytes.readUInt32BE(at);
        acks++;
      }
      held = Buffer.from(bytes.subarray(at));
      if (!greeted) {
        greeted = true;
        resolve({
          get answered(): number {
            return Math.floor(acked / acksForEach);
          },
          get ended(): string {
            return ended;
          },
          start: () => ask(inFlight),
          stop: () => socket.destroy(),
        });
        return;
      }
      const before = Math.floor(acked / acksForEach);
      acked += acks;
      const whole = Math.floor(acked / acksForEach) - before;
      if (whole > 0) ask(whole);
    });
  });
}
