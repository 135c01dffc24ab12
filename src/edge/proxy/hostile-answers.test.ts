import { Agent, request } from "node:http";
import { expect, test } from "vitest";
import { openRawOrigin } from "../testdata/gateway-rig.ts";
import { fuzzAnswers } from "../testdata/hostile-answers.ts";

const cases = Number(process.env.GAIT_FUZZ_ANSWERS ?? 1_500);
const seed = Number(process.env.GAIT_FUZZ_SEED ?? 20_261_127);

/** How llhttp, the parser of Node's own client, reads the bytes that the gateway sent. */
async function readByNode(
  bytes: Buffer,
  ended: boolean,
): Promise<readonly { readonly status: number; readonly body: string }[]> {
  const replay = await openRawOrigin((socket) => {
    socket.once("data", () => {
      if (ended) socket.end(bytes);
      else socket.write(bytes);
    });
  });
  const agent = new Agent();
  try {
    return [await ask(replay.port, agent)];
  } finally {
    agent.destroy();
    replay.close();
  }
}

function ask(port: number, agent: Agent): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve) => {
    const asked = request({ host: "127.0.0.1", port, agent }, (response) => {
      let body = "";
      response.setEncoding("latin1");
      response.on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      response.on("error", (error) => resolve({ status: 0, body: error.message }));
    });
    asked.on("upgrade", () => resolve({ status: 101, body: "" }));
    asked.on("error", (error) => resolve({ status: 0, body: error.message }));
    asked.end();
  });
}

test(
  `of ${cases} hostile answers each is passed on as Node's own parser reads it, or becomes 502, 504 or a cut, and disturbs no other`,
  async () => {
    const { wrong, passed, refused } = await fuzzAnswers({ cases, seed, readAgain: readByNode });
    expect(wrong.slice(0, 10)).toEqual([]);
    expect(passed).toBeGreaterThan(cases / 20);
    expect(refused).toBeGreaterThan(cases / 10);
  },
  Math.max(120_000, cases * 60),
);
