import { request, Agent as UndiciAgent } from "undici";
import { passwordOf } from "../world/platform.ts";
import { pause, sleep } from "../world/random.ts";
import { type LightPerson, type LightVisit, retyping, wantedSku } from "./light-person.ts";

const appAgents = ["ArenaApp/4.2 (Android 15; okhttp)", "ArenaApp/4.1 (Android 14; okhttp)"] as const;

/** The native application: configuration and device, then the log-in, then what its screens need. Connections are kept. */
export async function useApplication(
  person: LightPerson,
  { base, random, signal, paceMs }: LightVisit,
): Promise<number> {
  const dispatcher = new UndiciAgent({ connect: { rejectUnauthorized: false }, connections: 1 });
  const agent = appAgents[person.number % 5 === 0 ? 1 : 0];
  let requests = 0;
  let token = "";
  const call = async (method: "GET" | "POST", path: string, body?: string): Promise<number> => {
    if (signal.aborted) return 0;
    requests++;
    const answer = await request(`${base}/mobile/v1/${path}`, {
      method,
      dispatcher,
      headers: {
        "user-agent": agent,
        accept: "application/json",
        "x-app-build": "4217",
        ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.body.text();
    token = /"token":"([^"]+)"/.exec(text)?.[1] ?? token;
    return answer.statusCode;
  };
  try {
    await call("GET", "config");
    await call("POST", "device", "{}");
    await sleep(pause(random, paceMs), signal);
    const mistyped = random() < 0.05;
    if (mistyped) {
      await call("POST", "login", JSON.stringify({ user: person.user, password: "oops" }));
      await sleep(retyping(random), signal);
    }
    await call("POST", "login", JSON.stringify({ user: person.user, password: passwordOf(person.user) }));
    await call("GET", "me");
    await call("GET", "feed");
    const asks = 1 + Math.floor(random() * 3);
    for (let i = 0; i < asks; i++) {
      await sleep(pause(random, paceMs), signal);
      await call("GET", `stock?sku=${wantedSku(random)}&zip=${person.zip}`);
    }
    await call("POST", "events", "{}");
  } finally {
    await dispatcher.close();
  }
  return requests;
}
