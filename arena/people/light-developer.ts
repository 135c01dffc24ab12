import { request, Agent as UndiciAgent } from "undici";
import { pause, sleep } from "../world/random.ts";
import type { LightPerson, LightVisit } from "./light-person.ts";

const headers = { "user-agent": "arena-code/1.8 (linux; node)", accept: "application/json" };

/**
 * The developer tool's genuine client: signs up once and starts the trial, asks which models there are, and tells what it did: events
 * after every answer, a context that grows turn by turn, pauses in which somebody reads.
 */
export async function useDeveloperTool(
  person: LightPerson,
  { base, random, signal, paceMs }: LightVisit,
): Promise<number> {
  const dispatcher = new UndiciAgent({ connect: { rejectUnauthorized: false }, connections: 1 });
  let requests = 0;
  const call = async (method: "GET" | "POST", path: string, body?: string): Promise<string> => {
    if (signal.aborted) return "";
    requests++;
    const answer = await request(`${base}/dev/v1/${path}`, {
      method,
      dispatcher,
      headers: {
        ...headers,
        ...(person.key === "" ? {} : { authorization: `Bearer ${person.key}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body }),
    });
    return answer.body.text();
  };
  try {
    if (person.key === "") {
      const signedUp = await call(
        "POST",
        "signup",
        JSON.stringify({ organisation: `Studio ${person.number}`, email: person.user }),
      );
      person.key = /"key":"([^"]+)"/.exec(signedUp)?.[1] ?? "";
      await sleep(pause(random, paceMs), signal);
      await call("POST", "trial", "{}");
    }
    await call("GET", "models");
    await call("POST", "telemetry", JSON.stringify({ event: "session_start" }));
    const turns = 2 + Math.floor(random() * 3);
    for (let turn = 1; turn <= turns; turn++) {
      await sleep(pause(random, paceMs), signal);
      await call("POST", "inference", JSON.stringify({ model: "small", context: "x".repeat(turn * 200) }));
      await call("POST", "telemetry", JSON.stringify({ event: "answer_shown", turn }));
    }
  } finally {
    await dispatcher.close();
  }
  return requests;
}
