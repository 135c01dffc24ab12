import { createRandom, type Random } from "#core";
import { type Answer, readAnswers } from "./answer-reader.ts";
import { openRawOrigin, openRig, RawClient } from "./gateway-rig.ts";
import { breakText, pick } from "./hostile-requests.ts";

const statuses = ["200 OK", "204 No Content", "304 Not Modified", "404 Not Found", "206 Partial Content", "500 X", "101 Switching Protocols", "200", "099 X", "999 X"];
const interims = ["", "", "", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 102 X\r\n\r\n".repeat(30)];
const headers = [
  "Content-Length: 3", "Content-Length: 3", "Content-Length: 0", "Content-Length: 5", "content-length: 3", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked", "transfer-encoding: Chunked",
  "Transfer-Encoding: gzip, chunked", "Connection: close", "Connection: keep-alive", "Connection: content-length", "Set-Cookie: a=b", "X-A: 1\r\nX-A: 2", "Trailer: X-B", "X: y\nSet-Cookie: injected=1",
];
const bodies = [
  "", "abc", "abcde", "3\r\nabc\r\n0\r\n\r\n", "3\r\nabc\r\n0\r\n\r\n", "03;e=1\r\nabc\r\n0\r\nX-B: c\r\n\r\n", "3\nabc\n0\n\n", "fffffffffffffffff\r\nabc", "-3\r\nabc\r\n0\r\n\r\n",
  "abcHTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\ninjected",
];

/** An answer put together from parts that readers disagree about, then broken up to three times. */
export function hostileAnswer(random: Random): string {
  const chosen = Array.from({ length: Math.floor(random() * 4) }, () => pick(headers, random));
  const text = `${pick(interims, random)}HTTP/1.${random() < 0.9 ? 1 : 0} ${[pick(statuses, random), ...chosen].join("\r\n")}\r\n\r\n${pick(bodies, random)}`;
  return random() < 0.3 ? text : breakText(text, random);
}

/** What became of a number of hostile answers. */
export interface AnswerFuzz {
  /** What must not happen, as sentences. */
  readonly wrong: readonly string[];
  /** Answers that passed on, and answers that became 502, 504 or a visible cut. */
  readonly passed: number;
  readonly refused: number;
}

/** How much and how. */
export interface AnswerFuzzOptions {
  readonly cases: number;
  readonly seed: number;
  /** A second look at what the gateway sent, by another reader: what that one makes of it, or why it cannot. */
  readonly readAgain?: (bytes: Buffer, ended: boolean) => Promise<readonly Pick<Answer, "status" | "body">[]>;
}

/** A line that a client would read, and the one way for the origin to have meant it: a mutation may make a bare LF whole. */
const injected = /[\r\n]set-cookie: injected=1/i;
const sentAsALine = /\r\nset-cookie: injected=1/i;

const sentinel = "GET /sentinel HTTP/1.1\r\nHost: a\r\n\r\n";

/**
 * An origin that gives one hostile answer per case behind a gateway that shares its connections. Each case is followed by a
 * request whose answer is known: it must come, and be its own, and no connection on which an answer was refused or cut may
 * ever carry another request.
 */
export async function fuzzAnswers({ cases, seed, readAgain }: AnswerFuzzOptions): Promise<AnswerFuzz> {
  const random = createRandom(seed);
  const queue = Array.from({ length: cases }, () => hostileAnswer(random));
  const wrong: string[] = [];
  let passed = 0;
  let refused = 0;
  const lane = async (): Promise<void> => {
    let bytes = "";
    let spoiled = false;
    const spoilt = new WeakSet<object>();
    const origin = await openRawOrigin((socket) => {
      socket.on("data", (chunk) => {
        if (spoilt.has(socket)) wrong.push(`a connection was used again after ${JSON.stringify(bytes)}`);
        if (!chunk.toString("latin1").includes("/case")) {
          socket.write("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nsentinel");
          return;
        }
        spoiled = false;
        socket.write(Buffer.from(bytes, "latin1"));
        checkLater.push(() => {
          if (spoiled) spoilt.add(socket);
        });
      });
    });
    const checkLater: (() => void)[] = [];
    const rig = await openRig(origin.port, { reuse: "shared", limits: { upstreamHeadMs: 250, upstreamStallMs: 250, failuresInARow: 1e9 } });
    for (let text = queue.pop(); text !== undefined; text = queue.pop()) {
      bytes = text;
      const client = new RawClient(rig.port).send("GET /case HTTP/1.1\r\nHost: a\r\n\r\n");
      await client.until((seen) => readAnswers(seen, client.ended).some((answer) => answer.whole), 3_000);
      const [first] = readAnswers(client.text, client.ended);
      const isRefused = first === undefined || first.status === 502 || first.status === 504 || !first.whole;
      spoiled = isRefused;
      for (const check of checkLater.splice(0)) check();
      if (isRefused) refused++;
      else passed++;
      if (injected.test(client.text) && !sentAsALine.test(text)) wrong.push(`a header was injected by ${JSON.stringify(text)}`);
      const before = client.received;
      if (readAgain !== undefined && !isRefused) {
        const again = await readAgain(before, client.ended);
        const ours = readAnswers(before.toString("latin1"), client.ended).map(({ status, body }) => ({ status, body }));
        if (JSON.stringify(again) !== JSON.stringify(ours))
          wrong.push(`another reader read ${JSON.stringify(again)} where we wrote ${JSON.stringify(ours)}: ${JSON.stringify(text)}`);
      }
      const follower = client.ended ? new RawClient(rig.port) : client;
      follower.received = Buffer.alloc(0);
      follower.send(sentinel);
      await follower.until((seen) => readAnswers(seen)[0]?.whole === true, 3_000);
      const [next] = readAnswers(follower.text, follower.ended);
      if (next?.status !== 200 || next.body !== "sentinel")
        // A connection that the gateway closed behind its answer takes no further request; that is no fault.
        if (!(follower === client && follower.text === "")) wrong.push(`behind ${JSON.stringify(text)} came ${JSON.stringify(follower.text)}`);
      client.close();
      follower.close();
    }
    await rig.close();
    origin.close();
  };
  await Promise.all(Array.from({ length: 16 }, () => lane()));
  return { wrong, passed, refused };
}
