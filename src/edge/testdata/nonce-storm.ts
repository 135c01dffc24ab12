import { createRandom } from "#core";
import { readAnswers } from "./answer-reader.ts";
import { openOrigin, openRig, RawClient, type RigOptions } from "./gateway-rig.ts";

/** What a storm of clients saw. */
export interface StormResult {
  readonly answered: number;
  /** Answers that carry another request's nonce, or an error where none was due. */
  readonly wrong: readonly string[];
  readonly aborted: number;
}

/** How large a storm is, and how long one client waits for an answer. */
export interface StormSize {
  readonly clients: number;
  readonly requests: number;
  readonly seed: number;
  readonly waitMs?: number;
}

/**
 * Many clients with nonces through one gateway whose upstream connections are shared: plain, pipelined, paused in
 * the middle of bodies, with `Expect`, aborted at random, and with an origin that sometimes answers before it has
 * read the body. Every answer must carry its own request's nonce.
 */
export async function runNonceStorm(
  { clients, requests, seed, waitMs = 3_000 }: StormSize,
  options: RigOptions = { reuse: "shared" },
): Promise<StormResult> {
  const origin = await openOrigin((request, response) => {
    const nonce = String(request.headers["x-nonce"] ?? "none");
    const answer = (): unknown => response.setHeader("x-nonce", nonce).end(nonce.repeat(request.url === "/big" ? 3_000 : 1));
    if (request.url === "/early") return void answer();
    request.resume().on("end", () => (request.url === "/slow" ? setTimeout(answer, 3) : answer()));
  });
  const rig = await openRig(origin.port, options);
  const wrong: string[] = [];
  let answered = 0;
  let aborted = 0;
  const client = async (index: number): Promise<void> => {
    const random = createRandom(seed + index);
    let connection = new RawClient(rig.port);
    for (let round = 0; round < requests; round++) {
      if (connection.ended) connection = new RawClient(rig.port);
      connection.received = Buffer.alloc(0);
      const nonce = `n${index}-${round}-`;
      const kind = Math.floor(random() * 7);
      const sent = await sendKind(connection, nonce, kind);
      if (sent === 0) {
        aborted++;
        connection.close();
        connection = new RawClient(rig.port);
        continue;
      }
      const early = kind === 3;
      await connection.until((text) => readAnswers(text).filter((answer) => answer.whole).length >= sent, waitMs);
      const answers = readAnswers(connection.text, connection.ended);
      answered += answers.length;
      if (answers.length !== sent) wrong.push(`${nonce}: ${answers.length} answers to ${sent} requests`);
      answers.forEach((answer, k) => {
        const expected = `${nonce}${k}`;
        if (answer.status !== 200 || !answer.head.includes(`x-nonce: ${expected}`) || !answer.body.startsWith(expected))
          wrong.push(`${expected}: ${answer.status} ${answer.head.slice(0, 200)}`);
      });
      if (early) {
        connection.close();
        connection = new RawClient(rig.port);
      }
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: clients }, (_, index) => client(index)));
  await rig.close();
  origin.close();
  return { answered, wrong, aborted };
}

/** Sends one kind of request; returns how many answers are due, 0 for an aborted one. */
async function sendKind(connection: RawClient, nonce: string, kind: number): Promise<number> {
  const head = (line: string, k: number, more = ""): string => `${line} HTTP/1.1\r\nHost: a\r\nX-Nonce: ${nonce}${k}\r\n${more}\r\n`;
  switch (kind) {
    case 0:
      connection.send(head("GET /", 0));
      return 1;
    case 1:
      connection.send([0, 1, 2].map((k) => head(k === 1 ? "GET /slow" : "GET /big", k)).join(""));
      return 3;
    case 2:
      connection.send(`${head("POST /", 0, "Content-Length: 600\r\n")}${"x".repeat(300)}`);
      await new Promise((resolve) => setTimeout(resolve, 4));
      connection.send("y".repeat(300));
      return 1;
    case 3:
      // Half a body, and the origin answers without having read it.
      connection.send(`${head("POST /early", 0, "Content-Length: 400\r\n")}${"x".repeat(200)}`);
      return 1;
    case 4:
      connection.send(head("POST /slow", 0, "Content-Length: 3\r\nExpect: 100-continue\r\n"));
      await connection.until((text) => text.includes("100 Continue"), 1_000);
      connection.send("abc");
      return 1;
    case 5:
      connection.send(head("POST /", 0, "Transfer-Encoding: chunked\r\n"));
      connection.send("3\r\nabc\r\n");
      await new Promise((resolve) => setTimeout(resolve, 2));
      connection.send("1\r\nd\r\n0\r\n\r\n");
      return 1;
    default:
      connection.send(`${head("POST /slow", 0, "Content-Length: 500\r\n")}${"x".repeat(nonce.length * 7)}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
      return 0;
  }
}
