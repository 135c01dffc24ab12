import { connect, type Socket } from "node:net";
import { frameType } from "../../src/wire/spop/index.ts";
import { lengthAndText, textData, varint } from "../../src/wire/spop/typed-data.ts";
import { cpuOfGait, type Running } from "./processes.ts";

const connections = 4;
const inFlight = 256;
const clients = 5_000;
/** Until the compilers have seen enough. */
const warmSeconds = 3;

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
export async function measureSpoe(gait: Running, port: number, seconds: number): Promise<SpoeResult> {
  const all = await Promise.all(Array.from({ length: connections }, () => openAsker(port)));
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

/** The answer's message settles the request at once, as HAProxy does with both messages configured. */
function question(stream: number): Buffer {
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
  ] as const;
  return frame(
    frameType.notify,
    [stream, 1],
    [
      lengthAndText("gait-request"),
      Buffer.of(arguments_.length),
      ...arguments_.flatMap(([name, value]) => [lengthAndText(name), value]),
    ],
  );
}

function openAsker(port: number): Promise<Asker> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(port, "127.0.0.1");
    // Made beforehand: what is measured is Gait, and the load generator must keep it busy.
    const questions = Array.from({ length: 8_192 }, (_, i) => question(i + 1));
    let next = 0;
    let answered = 0;
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
            return answered;
          },
          get ended(): string {
            return ended;
          },
          start: () => ask(inFlight),
          stop: () => socket.destroy(),
        });
        return;
      }
      answered += acks;
      if (acks > 0) ask(acks);
    });
  });
}
